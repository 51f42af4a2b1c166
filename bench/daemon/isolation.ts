import {randomBytes} from 'node:crypto';
import {setTimeout as wait} from 'node:timers/promises';
import {JsonRpcConnection} from '../../test/helpers/json-rpc.js';
import {startBlackHole, startTrickle} from '../../test/helpers/troubled-peers.js';
import {startWebHook} from '../../test/helpers/web-hook.js';
import type {Bench, BenchContext, ReadyBench} from '../bench.js';
import {startRelay} from '../e2e/daemons.js';
import {type Cleanup, withCleanup} from '../harness/cleanup.js';
import {latencyFigures, percentile} from '../harness/statistics.js';

const ALONE = 'healthy lane, others idle';
const BESIDE = 'healthy lane, others black-holed and trickling';
/** Of each segment. */
const BYTES = 1024;
/** The producer keeps to its own beat, whatever the relay does: a stall hits every segment that comes meanwhile. */
const EVERY_MS = 5;
const STUCK_BYTES = 256 * 1024;
const STUCK_COUNT = 64;
const STUCK = ['hole', 'drip'];

const produceMs = (scale: BenchContext['scale']): number => (scale === 'quick' ? 50 : 3000);

/** The same daemon with the same three peers; `load` is what the troubled two have to do. */
const healthyLane = async (load: 'idle' | 'stuck', {directory, scale}: BenchContext): Promise<ReadyBench> =>
	withCleanup(async cleanup => {
		const arrivals = await Arrivals.start(cleanup);
		const [hole, drip] = [await startBlackHole(cleanup), await startTrickle(cleanup)];
		const peers = `
[[peers]]
id = "hub"
transport = "http"
url = "${arrivals.origin}"
[[peers]]
id = "hole"
url = "http://127.0.0.1:${hole}"
default = false
[[peers]]
id = "drip"
url = "http://127.0.0.1:${drip}"
default = false
`;
		const relay = await startRelay(cleanup, directory, 'relay', peers);
		const connection = await JsonRpcConnection.open(relay.rpcSocket);
		cleanup.teardown(() => connection.close());
		for (const peer of load === 'stuck' ? STUCK : []) {
			const segment = {payload_base64: randomBytes(STUCK_BYTES).toString('base64'), peers: [peer]};
			for (let sent = 0; sent < STUCK_COUNT; sent++) {
				await connection.call('relay.enqueue', {segments: [segment]});
			}
		}
		const producer = new Producer(connection, arrivals);
		if (scale === 'full') {
			await producer.latencies(2 * produceMs(scale));
		}
		return {
			pids: () => [relay.daemon.pid],
			async run() {
				const milliseconds = await producer.latencies(produceMs(scale));
				return {value: percentile(milliseconds, 0.99), figures: latencyFigures(milliseconds)};
			},
			close: () => cleanup.run(),
		};
	});

/** The healthy peer: acknowledges at once, and tells when it has. */
class Arrivals {
	readonly origin: string;
	readonly #awaited: Map<string, () => void>;

	static async start(cleanup: Cleanup): Promise<Arrivals> {
		const awaited = new Map<string, () => void>();
		const {origin} = await startWebHook(cleanup, ({headers}, response) => {
			response.on('finish', () => awaited.get(String(headers['edged-segment-id']))?.());
			response.writeHead(204).end();
		});
		return new Arrivals(origin, awaited);
	}

	private constructor(origin: string, awaited: Map<string, () => void>) {
		this.origin = origin;
		this.#awaited = awaited;
	}

	/** When the answer for `segment` was handed to the kernel. */
	of(segment: string): Promise<number> {
		return new Promise(resolve => {
			this.#awaited.set(segment, () => {
				this.#awaited.delete(segment);
				resolve(performance.now());
			});
		});
	}
}

class Producer {
	readonly #connection: JsonRpcConnection;
	readonly #arrivals: Arrivals;
	readonly #payload = randomBytes(BYTES).toString('base64');
	#last = 0;

	constructor(connection: JsonRpcConnection, arrivals: Arrivals) {
		this.#connection = connection;
		this.#arrivals = arrivals;
	}

	/** Of each segment from the call to the acknowledgement of the peer. */
	async latencies(durationMs: number): Promise<number[]> {
		const under: Array<Promise<number>> = [];
		const begun = performance.now();
		for (let next = 0; next < durationMs; next += EVERY_MS) {
			await wait(Math.max(0, begun + next - performance.now()));
			under.push(this.#one());
		}
		return Promise.all(under);
	}

	async #one(): Promise<number> {
		const id = `s${++this.#last}`;
		const begun = performance.now();
		const arrival = this.#arrivals.of(id);
		await this.#connection.call('relay.enqueue', {
			segments: [{segment_id: id, payload_base64: this.#payload}],
		});
		return (await arrival) - begun;
	}
}

/** Enqueue to acknowledgement of a healthy peer, 200 segments a second, beside two peers that answer nothing. */
export const benches: readonly Bench[] = [
	{
		name: ALONE,
		group: 'isolation',
		unit: 'ms p99',
		setup: context => healthyLane('idle', context),
	},
	{
		name: BESIDE,
		group: 'isolation',
		unit: 'ms p99',
		goals: [{against: {bench: ALONE, as: 'ratio'}, atMost: 2}],
		setup: context => healthyLane('stuck', context),
	},
];

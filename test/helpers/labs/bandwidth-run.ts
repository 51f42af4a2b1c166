import path from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {chunkBytes} from '../../../src/delivery/bandwidth-limiter.js';
import {edgeConfig, edgedPeer} from '../edge-daemon.js';
import type {Teardown} from '../temp-dir.js';
import {COMMON, Relay, startHub} from '../two-daemons/relay.js';
import {bulkLoad} from './bulk-load.js';
import {type Arrival, bytesOf, meanRate, stepRates, worstWindow} from './byte-tape.js';
import {type Bar, bar, type LabReport, labReport, type Scenario} from './lab-report.js';
import type {Curve} from './rate-plot.js';
import {TapedProxy} from './taped-proxy.js';

export type BandwidthCell = {
	/** Bytes per second. */
	readonly rate: number;
	/** Bytes of a segment. */
	readonly size: number;
};

export type BandwidthRunOptions = {
	readonly directory: string;
	readonly cells: readonly BandwidthCell[];
	/** How long the use of the rate is measured. */
	readonly seconds: number;
	readonly margins: {readonly leastUse: number; readonly mostReactionMs: number};
	readonly note: (line: string) => void;
};

export type BandwidthRun = {readonly report: LabReport; readonly curves: readonly Curve[]};

const WARM_UP_MS = 1500;
/** How long it is looked what a new rate does. */
const PHASE_MS = 2000;
/** What is there at least for the end, when nothing is limited any more. */
const LAST_BYTES = 2 * 1024 * 1024;
const STEP_MS = 250;
/** The configuration's default. */
const BURST_SECONDS = 0.1;
/** The daemons and whoever watches them share the processor: above this a rate may be more than it can do. */
const FAST_RATE = 8 * 1024 * 1024;

/** For each cell an edge, a hub over mutual TLS, and between them a proxy that writes down every byte. */
export const runBandwidth = async (t: Teardown, options: BandwidthRunOptions): Promise<BandwidthRun> => {
	const {hub, asPeer} = await startHub(t, options.directory, edgedPeer('nowhere', 'nowhere.sock'));
	await hub.daemon.call('relay.pause', {});
	const proxy = await TapedProxy.start(t, () => portOf(asPeer));
	const throughProxy = asPeer.replace(`:${portOf(asPeer)}`, `:${proxy.port}`);
	const scenarios: Scenario[] = [];
	const curves: Curve[] = [];
	for (const {rate, size} of options.cells) {
		const cell = new Cell(proxy, {...options, rate, size, asPeer: throughProxy});
		const scenario = {scenario: cell.name, bars: await cell.run(t)};
		options.note(JSON.stringify(scenario));
		scenarios.push(scenario);
		curves.push(cell.curve());
	}
	return {report: labReport('bandwidth', scenarios), curves};
};

const portOf = (asPeer: string): number => Number(/localhost:(\d+)/.exec(asPeer)?.[1]);

type CellOptions = BandwidthRunOptions & BandwidthCell & {readonly asPeer: string};

type Phase = {readonly rate: number; readonly from: number; readonly arrivals: readonly Arrival[]};

/** One rate with one size of segment. */
class Cell {
	readonly name: string;
	readonly #proxy: TapedProxy;
	readonly #options: CellOptions;
	readonly #phases: Phase[] = [];

	constructor(proxy: TapedProxy, options: CellOptions) {
		this.#proxy = proxy;
		this.#options = options;
		this.name = `${options.rate} B/s, segments of ${options.size} B`;
	}

	async run(t: Teardown): Promise<readonly Bar[]> {
		const {directory, rate, size, seconds, asPeer} = this.#options;
		const home = path.join(directory, `edge-${rate}-${size}`);
		const limit = '[relay.bandwidth]\nbytes_per_second = 1\n';
		const edge = await Relay.start(t, home, edgeConfig(`${COMMON}${limit}${asPeer}`));
		const totalSeconds = (WARM_UP_MS + 2 * PHASE_MS) / 1000 + seconds;
		const count = await bulkLoad(edge.inHome('ingest.sock'), size, rate * totalSeconds + LAST_BYTES);
		const steady = await this.#phase(edge, rate, WARM_UP_MS + seconds * 1000 + STEP_MS);
		const down = await this.#phase(edge, Math.floor(rate / 2), PHASE_MS);
		const up = await this.#phase(edge, rate, PHASE_MS);
		const held = await this.#phase(edge, 1, PHASE_MS);
		const free = await this.#phase(edge, 0, PHASE_MS);
		const {queue_depth: depth} = await edge.status();
		await edge.daemon.end('SIGTERM');
		return [
			...this.#rateBars(steady, free),
			this.#reactionBar('down', lateMs(bytesOf(down.arrivals) - (down.rate * PHASE_MS) / 1000, rate)),
			...(this.#isBeyondMachine(free)
				? []
				: [this.#reactionBar('up', lateMs((rate * PHASE_MS) / 1000 - bytesOf(up.arrivals), rate))]),
			this.#reactionBar('to 1 byte/s', (held.arrivals.at(-1)?.atMs ?? held.from) - held.from),
			this.#reactionBar('to 0', (free.arrivals[0]?.atMs ?? Number.POSITIVE_INFINITY) - free.from),
			bar(
				'nothing failed, nothing was buried',
				depth.total === count && depth.failed + depth.deadletter === 0,
				depth,
			),
		];
	}

	/** Everything that came, as bytes per second over time. */
	curve(): Curve {
		const from = this.#phases[0]?.from ?? 0;
		const arrivals = this.#phases.flatMap(phase => phase.arrivals);
		const to = arrivals.at(-1)?.atMs ?? from + STEP_MS;
		return {
			title: this.name,
			stepMs: STEP_MS,
			rates: stepRates(arrivals, {from, to, stepMs: STEP_MS}),
			limits: this.#phases.map(({rate, from: begun}) => ({atMs: begun - from, bytesPerSecond: rate})),
		};
	}

	/** Sets `rate` and looks for `forMs` what comes; the time counts from before it was asked for. */
	async #phase(edge: Relay, rate: number, forMs: number): Promise<Phase> {
		const from = performance.now();
		await edge.daemon.call('relay.config.set_bandwidth', {bytes_per_second: rate});
		await wait(forMs - (performance.now() - from));
		const phase = {rate, from, arrivals: this.#proxy.tape.between(from, performance.now())};
		this.#phases.push(phase);
		return phase;
	}

	#rateBars({rate, from, arrivals}: Phase, free: Phase): readonly Bar[] {
		const {leastUse} = this.#options.margins;
		const measured = arrivals.filter(({atMs}) => atMs >= from + WARM_UP_MS);
		const use = Math.round((meanRate(measured) / rate) * 1000) / 1000;
		const isBeyondMachine = this.#isBeyondMachine(free);
		const worst = worstWindow(arrivals, 1000);
		const mostBytes = Math.floor(rate * 1.1 + 16_384);
		// What a gap between two leases has saved up may leave within the time that is measured.
		const most = 1 + Math.max(chunkBytes(rate) / rate, BURST_SECONDS) / this.#options.seconds;
		const goal = isBeyondMachine ? '(this machine cannot do the rate)' : `at least ${leastUse}`;
		return [
			bar(
				`use of the rate: ${goal}, 1.00 and a burst at most`,
				use <= most && (isBeyondMachine || use >= leastUse),
				{
					use,
					unlimited_bytes_per_second: Math.round(meanRate(free.arrivals)),
				},
			),
			bar(`worst second: at most ${mostBytes} bytes`, worst <= mostBytes, worst),
		];
	}

	/** Without a limit it is hardly faster. */
	#isBeyondMachine(free: Phase): boolean {
		const {rate} = this.#options;
		return rate >= FAST_RATE && meanRate(free.arrivals) < 1.25 * rate;
	}

	#reactionBar(change: string, ms: number): Bar {
		const {mostReactionMs} = this.#options.margins;
		return bar(`new rate ${change}: within ${mostReactionMs} ms`, ms <= mostReactionMs, Math.round(ms));
	}
}

/** For how long the former rate must have held to explain a difference of `bytes`, beyond one chunk; the rates differ by half of `rate`. */
const lateMs = (bytes: number, rate: number): number =>
	Math.max(0, ((bytes - chunkBytes(rate)) * 1000) / (rate / 2));

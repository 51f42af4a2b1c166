import {readFile} from 'node:fs/promises';
import type {ExecutionContext} from 'ava';
import type {PingState} from '../../src/daemon/phase.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	inDirectory,
	statusOf,
	untilIs,
	untilSaid,
} from '../helpers/edge-daemon.js';
import {ask, type HttpAnswer} from '../helpers/http-ask.js';
import type {DaemonProcess} from '../helpers/process.js';
import {smallDisk, smallDiskTest} from '../helpers/small-disk.js';
import {bytesNamed} from '../helpers/two-daemons/random.js';

const TIMEOUT_MS = 120_000;
const DISK_MEBIBYTES = 24;
const SIZE = 50_000;

const stateOf = async (daemon: DaemonProcess): Promise<PingState> =>
	((await daemon.call('daemon.ping')) as {state: PingState}).state;

/** A producer that remembers what was acknowledged to it. */
class Producer {
	/** Names of payloads by the id that their segment got. */
	readonly acknowledged = new Map<string, string>();
	readonly #socketPath: string;

	constructor(socketPath: string) {
		this.#socketPath = socketPath;
	}

	async handOver(name: string): Promise<HttpAnswer> {
		const answer = await ask({socketPath: this.#socketPath}, bytesNamed(name, SIZE));
		if (answer.status === 201) {
			this.acknowledged.set((answer.json() as {segment_id: string}).segment_id, name);
		}
		return answer;
	}

	/** The first answer that is no acknowledgement. */
	async handOverUntilRefused(): Promise<HttpAnswer> {
		for (let number = 0; ; number++) {
			const answer = await this.handOver(`full disk ${number}`);
			if (answer.status !== 201) {
				return answer;
			}
		}
	}
}

const metricOf = async (daemon: DaemonProcess, name: string): Promise<number> => {
	const admin = /"admin":"([^"]+)"/.exec(await untilSaid(daemon, /edged is running/))?.[1] ?? '';
	const text = await (await fetch(`${admin}/metrics`)).text();
	return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

const allArrived = async (
	t: ExecutionContext,
	{acknowledged}: Producer,
	fileOf: (id: string) => string,
): Promise<void> => {
	for (const [id, name] of acknowledged) {
		const content = await readFile(fileOf(id));
		t.true(content.equals(bytesNamed(name, SIZE)), `${id} (${name})`);
	}
};

smallDiskTest(
	'a full disk ends no daemon and loses nothing: what was acknowledged is delivered, over a SIGKILL too, and enqueues come back',
	async t => {
		t.timeout(TIMEOUT_MS);
		const disk = await smallDisk(t, DISK_MEBIBYTES);
		const edge = await edgeIn(t);
		const config = edgeConfig(`${directoryPeer()}[admin]\nlisten = "127.0.0.1:0"`).replace(
			'"state"',
			JSON.stringify(disk.stateDirectory),
		);
		let daemon = await edge.start(config);
		await daemon.call('relay.pause');
		const producer = new Producer(inDirectory(edge, 'ingest.sock'));
		const refusal = await producer.handOverUntilRefused();
		t.deepEqual([refusal.status, refusal.headers['retry-after']], [507, '30']);
		t.like(refusal.json(), {error: {code: 'STORAGE_FULL'}});
		const {size} = producer.acknowledged;
		t.true(size > 100, `${size} segments fitted`);

		disk.fillUp();
		t.is(disk.freeBytes(), 0);
		t.is((await producer.handOver('refused')).status, 507);
		t.is(await stateOf(daemon), 'degraded');
		t.is((await statusOf(daemon)).storage.state, 'degraded');
		t.is(await metricOf(daemon, 'edged_store_degraded'), 1);

		await daemon.call('relay.resume');
		await untilIs(
			() => statusOf(daemon),
			({queue_depth: {acked}}) => acked > size / 4,
		);
		await daemon.end('SIGKILL');
		disk.fillUp();
		daemon = await edge.start(config);
		const done = await untilIs(
			() => statusOf(daemon),
			({queue_depth: {acked}}) => acked >= size,
		);
		t.like(done.queue_depth, {acked: size, total: size, deadletter: 0});
		await allArrived(t, producer, id => inDirectory(edge, 'outbox', id));

		disk.makeRoom();
		await untilIs(
			() => stateOf(daemon),
			state => state === 'running',
		);
		t.is((await producer.handOver('after')).status, 201);
		t.is(await metricOf(daemon, 'edged_store_degraded'), 0);
		await untilIs(
			() => metricOf(daemon, 'edged_store_reserve_bytes'),
			bytes => bytes === 4 * 2 ** 20,
		);
		t.is((await daemon.end('SIGTERM')).code, 0);
	},
);

smallDiskTest('a daemon whose disk is full stops when it is told to', async t => {
	const disk = await smallDisk(t, DISK_MEBIBYTES);
	const edge = await edgeIn(t);
	const config = edgeConfig(directoryPeer()).replace('"state"', JSON.stringify(disk.stateDirectory));
	const daemon = await edge.start(config);
	await daemon.call('relay.pause');
	await new Producer(inDirectory(edge, 'ingest.sock')).handOverUntilRefused();
	disk.fillUp();
	await daemon.call('relay.resume');
	t.deepEqual(await daemon.end('SIGTERM'), {code: 0, signal: null});
});

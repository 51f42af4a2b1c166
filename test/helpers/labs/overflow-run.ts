import {mkdir, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {directoryPeer, edgeConfig, type Status, statusOf, untilIs} from '../edge-daemon.js';
import {ask} from '../http-ask.js';
import {type DaemonProcess, startDaemon} from '../process.js';
import type {Teardown} from '../temp-dir.js';
import {bytesNamed} from '../two-daemons/random.js';
import {bar, type LabReport, labReport, type Scenario} from './lab-report.js';
import {depthBar, type LedgerRecord, ledgerOf} from './ledger.js';

export type OverflowRunOptions = {
	readonly directory: string;
	readonly segments: number;
	/** Of S-B, where 1 MiB is the ceiling. */
	readonly byteLength: number;
	readonly note: (line: string) => void;
};

/** The reference's VAL21: a queue that fills and drains, and one that overflows. */
export const runOverflow = async (t: Teardown, options: OverflowRunOptions): Promise<LabReport> =>
	labReport('overflow', [await queueDepth(t, options), await overflow(t, options)]);

const PEER = 'peer-val21';
/** Beyond a page, beyond a chunk, and nothing at all. */
const SIZES = [0, 1, 200, 1024, 5000, 70_000, 300_000];

type Instance = {
	readonly daemon: DaemonProcess;
	readonly outbox: string;
	/** Names of payloads by id, in the order of their acknowledgements. */
	readonly acknowledged: Map<string, string>;
	handOver(name: string, byteLength: number): Promise<number>;
};

const startInstance = async (t: Teardown, directory: string, storage: string): Promise<Instance> => {
	const config = edgeConfig(`[storage]\n${storage}\n${directoryPeer(PEER)}`);
	const daemon = await startDaemon(t, {config, directory, socket: 'rpc.sock'});
	await daemon.call('relay.pause');
	const acknowledged = new Map<string, string>();
	return {
		daemon,
		outbox: path.join(directory, PEER),
		acknowledged,
		async handOver(name, byteLength) {
			const socketPath = path.join(directory, 'ingest.sock');
			const answer = await ask({socketPath}, bytesNamed(name, byteLength));
			if (answer.status === 201) {
				acknowledged.set((answer.json() as {segment_id: string}).segment_id, name);
			}
			return answer.status;
		},
	};
};

/** S-A: all of it waits, all of it arrives. */
const queueDepth = async (t: Teardown, options: OverflowRunOptions): Promise<Scenario> => {
	const {directory, segments, note} = options;
	const instance = await startInstance(t, await subdirectory(directory, 'a'), 'disk_ceiling_bytes = "1 GiB"');
	const sizeOf = (number: number): number => SIZES[number % SIZES.length] ?? 0;
	for (let number = 0; number < segments; number++) {
		await instance.handOver(`S-A ${number}`, sizeOf(number));
	}
	const before = await look(instance);
	note(`S-A: ${before.status.queue_depth.scheduled} of ${segments} wait`);
	await instance.daemon.call('relay.resume');
	await untilSettled(instance, segments);
	const after = await look(instance);
	const sizes = new Map([...instance.acknowledged.values()].map((name, number) => [name, sizeOf(number)]));
	const arrivals = await arrivalsOf(
		instance,
		[...instance.acknowledged.keys()],
		name => sizes.get(name) ?? 0,
	);
	const again = after.ledger.filter(({attempts}) => attempts.length !== 1);
	return {
		scenario: 'S-A: the queue fills and drains',
		bars: [
			bar('every segment is accepted', instance.acknowledged.size === segments, instance.acknowledged.size),
			depthBar('before the delivery', before.status, before.ledger),
			bar('all of it waits', before.status.queue_depth.scheduled === segments, before.status.queue_depth),
			bar('nothing is lost, damaged or there that was not sent', arrivals.isWhole, arrivals.seen),
			bar('each is sent once', again.length === 0, again.length),
			depthBar('after the delivery', after.status, after.ledger),
			bar('all of it is acknowledged', after.status.queue_depth.acked === segments, after.status.queue_depth),
		],
	};
};

/** S-B: more comes in than there is room for, while nothing goes out. */
const overflow = async (t: Teardown, options: OverflowRunOptions): Promise<Scenario> => {
	const {directory, segments, byteLength, note} = options;
	const storage = [
		'disk_ceiling_bytes = "1 MiB"',
		'max_segment_bytes = "256 KiB"',
		'overflow = "evict_oldest"',
	].join('\n');
	const instance = await startInstance(t, await subdirectory(directory, 'b'), storage);
	const refused: number[] = [];
	for (let number = 0; number < segments; number++) {
		const status = await instance.handOver(`S-B ${number}`, byteLength);
		if (status !== 201) {
			refused.push(status);
		}
	}
	const before = await look(instance);
	const evicted = before.ledger.filter(({reason}) => reason === 'EVICTED');
	const order = [...instance.acknowledged.keys()];
	const waiting = order.filter(id =>
		before.ledger.some(({segment_id, state}) => segment_id === id && state === 'scheduled'),
	);
	note(`S-B: ${evicted.length} of ${segments} evicted, ${waiting.length} wait`);
	const retry = await retryOf(instance, evicted[0]);
	await instance.daemon.call('relay.resume');
	await untilSettled(instance, waiting.length);
	const after = await look(instance);
	const arrivals = await arrivalsOf(instance, waiting, () => byteLength);
	return {
		scenario: 'S-B: the queue overflows',
		bars: [
			bar('no producer is refused', refused.length === 0, refused),
			bar('some are evicted, and some are not', evicted.length > 0 && waiting.length > 0, [
				evicted.length,
				waiting.length,
			]),
			bar(
				'what is acknowledged waits or is a deadletter EVICTED',
				evicted.length + waiting.length === segments,
				before.status.queue_depth,
			),
			bar('the oldest go', isSame(order.slice(evicted.length), waiting), waiting.length),
			bar(
				'the evicted keep their metadata',
				evicted.every(({size_bytes: size, sha256}) => size === byteLength && sha256.length === 64),
				evicted[0],
			),
			depthBar('before the delivery', before.status, before.ledger),
			bar('a retry of what was evicted is refused', retry === 'SEGMENT_MISSING', retry),
			bar('what waited is delivered whole, and nothing else', arrivals.isWhole, arrivals.seen),
			// Proofs go before their time where space is short: the peer is the ledger of what it has.
			bar(
				'queue_depth equals the ledger after the delivery',
				isAfter(after, arrivals.count),
				after.status.queue_depth,
			),
			bar('the store is below its ceiling', isBelowCeiling(before.status), before.status.storage),
		],
	};
};

const isAfter = ({status, ledger}: Look, arrived: number): boolean => {
	const {acked, deadletter, scheduled, inflight, failed, total} = status.queue_depth;
	const dead = ledger.filter(({state}) => state === 'deadletter').length;
	return (
		acked === arrived && deadletter === dead && scheduled + inflight + failed === 0 && total === acked + dead
	);
};

const isBelowCeiling = ({storage: {live_bytes: live, ceiling_bytes: ceiling}}: Status): boolean =>
	live <= ceiling;

const retryOf = async ({daemon}: Instance, record: LedgerRecord | undefined): Promise<unknown> => {
	const names = {segment_id: record?.segment_id, peer_id: PEER};
	return daemon.call('relay.deadletter.retry', names).then(
		() => 'retried',
		(error: {data?: {code?: string}}) => error.data?.code ?? String(error),
	);
};

type Look = {readonly status: Status; readonly ledger: readonly LedgerRecord[]};

const look = async ({daemon}: Instance): Promise<Look> => ({
	status: await statusOf(daemon),
	ledger: await ledgerOf(daemon),
});

const untilSettled = ({daemon}: Instance, acked: number): Promise<Status> =>
	untilIs(
		() => statusOf(daemon),
		({queue_depth: depth}) => depth.acked === acked,
	);

type Arrivals = {readonly isWhole: boolean; readonly count: number; readonly seen: unknown};

/** Compares what the peer has with what it should have. */
const arrivalsOf = async (
	{outbox, acknowledged}: Instance,
	expected: readonly string[],
	sizeOf: (name: string) => number,
): Promise<Arrivals> => {
	const files = (await readdir(outbox)).filter(name => !name.startsWith('.') && !name.endsWith('.meta.json'));
	const missing = expected.filter(id => !files.includes(id));
	const foreign = files.filter(name => !expected.includes(name));
	const damaged: string[] = [];
	for (const id of expected.filter(other => files.includes(other))) {
		const name = acknowledged.get(id) ?? '';
		if (!(await readFile(path.join(outbox, id))).equals(bytesNamed(name, sizeOf(name)))) {
			damaged.push(id);
		}
	}
	return {
		isWhole: missing.length + foreign.length + damaged.length === 0,
		count: files.length,
		seen: {files: files.length, missing, foreign, damaged},
	};
};

const isSame = (a: readonly string[], b: readonly string[]): boolean => String(a) === String(b);

const subdirectory = async (directory: string, name: string): Promise<string> => {
	const made = path.join(directory, name);
	await mkdir(made);
	return made;
};

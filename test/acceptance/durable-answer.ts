import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {parseSegmentId} from '../../src/outbound/names.js';
import {classOf} from '../../src/outbound/priorities.js';
import {encodeRequest, REQUEST_CONTENT_TYPE} from '../../src/storage/request-codec.js';
import {edgeConfig, edgedPeer, enqueueText} from '../helpers/edge-daemon.js';
import {ask, type HttpAnswer} from '../helpers/http-ask.js';
import {type DaemonProcess, startDaemon} from '../helpers/process.js';
import {readTrace, type SystemCall} from '../helpers/strace.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

/** Each fdatasync takes this much longer: whoever answers too early is seen to. At its entry, because strace logs the return before a delay at the exit. */
const SYNC_DELAY_US = 300_000;
const ROUNDS = 3;

/** A segment that was answered. Both words occur nowhere else. */
type Proof = {readonly payload: string; readonly inAnswer: string};

const hasStrace = await promisify(execFile)('strace', ['--version']).then(
	() => true,
	() => false,
);

// .ci/run installs strace: there the proof is never left out.
(hasStrace || 'CI' in process.env ? test : test.skip)(
	'no enqueue is answered, at no door, before the fdatasync and the commit that cover it have ended',
	async t => {
		const directory = await temporaryDirectory(t);
		const trace = path.join(directory, 'trace');
		const daemon = await startTraced(t, directory, trace);
		const doors = [viaRpc, viaPost, viaRequest].map(door =>
			door(daemon, path.join(directory, 'ingest.sock')),
		);
		const proofs: Proof[] = [];
		const produce = async (index: number, handOver: HandOver): Promise<void> => {
			for (let round = 0; round < ROUNDS; round++) {
				// The answers of one commit come together: each producer lets some turns of the daemon's loop pass before it goes on, so
				// that what it hands over comes while the first of them is being synced.
				for (let turn = 0; turn < index; turn++) {
					await daemon.call('daemon.ping');
				}
				proofs.push(await handOver(`proof-${index}-${round}`));
			}
		};
		await Promise.all([...doors, ...doors].map((door, index) => produce(index, door)));
		await daemon.end('SIGKILL');

		const calls = await readTrace(trace);

		t.is(proofs.length, 6 * ROUNDS);
		const steps = proofs.map(proof => stepsOf(proof, calls));
		for (const {order, told} of steps) {
			t.deepEqual(
				order,
				[...order].sort((a, b) => a - b),
				told,
			);
			t.true(
				order.every(at => at >= 0),
				told,
			);
		}
		t.true(
			steps.some(({arrivedDuringSync}) => arrivedDuringSync),
			'no segment arrived while another was being synced: the run proves nothing about group commits',
		);
	},
);

const startTraced = async (t: ExecutionContext, directory: string, trace: string): Promise<DaemonProcess> => {
	const daemon = await startDaemon(t, {
		config: edgeConfig(edgedPeer('nowhere', 'nowhere.sock')),
		directory,
		socket: 'rpc.sock',
		prefix: [
			...['strace', '-f', '-y', '-s', '16384', '-o', trace],
			...['-e', `trace=${[...READS, ...WRITES, 'fdatasync'].join(',')}`],
			...['-e', `inject=fdatasync:delay_enter=${SYNC_DELAY_US}`],
		],
	});
	// The helper's own teardown would end strace and leave the daemon to itself.
	t.teardown(() => daemon.end('SIGKILL'));
	return daemon;
};

type HandOver = (id: string) => Promise<Proof>;
const payloadOf = (id: string): string => `payload-of-${id}.`;

const viaRpc =
	(daemon: DaemonProcess): HandOver =>
	async id => {
		await enqueueText(daemon, payloadOf(id), {segment_id: id});
		return {payload: payloadOf(id), inAnswer: `segment_id\\":\\"${id}\\"`};
	};

const viaPost =
	(_: DaemonProcess, socketPath: string): HandOver =>
	async id => {
		const answer = await ask({socketPath, headers: {'Edged-Segment-Id': id}}, payloadOf(id));
		return taken(answer, 201, {payload: payloadOf(id), inAnswer: `segment_id\\":\\"${id}\\"`});
	};

const viaRequest =
	(_: DaemonProcess, socketPath: string): HandOver =>
	async id => {
		const payload = Buffer.from(payloadOf(id));
		const identity = {kind: 'given', id: parseSegmentId(id)} as const;
		const request = encodeRequest([{identity, payload, classNo: classOf('normal'), hops: 0}]);
		const headers = {'Content-Type': REQUEST_CONTENT_TYPE};
		const answer = await ask({socketPath, headers}, Buffer.concat([request.head, ...request.payloads]));
		return taken(answer, 200, {payload: payloadOf(id), inAnswer: request.digest});
	};

const taken = (answer: HttpAnswer, status: number, proof: Proof): Proof => {
	if (answer.status !== status) {
		throw new Error(`The daemon answered ${answer.status}: ${answer.body.toString()}`);
	}
	return proof;
};

const READS = ['read', 'readv', 'recvfrom', 'recvmsg'];
const WRITES = ['write', 'writev', 'pwrite64', 'pwritev', 'sendto', 'sendmsg'];

type Steps = {
	/** Positions in the trace that must ascend; -1 for a step that is not there. */
	readonly order: readonly number[];
	readonly arrivedDuringSync: boolean;
	readonly told: string;
};

/** A segment's way: read from a socket, written to the store, synced, committed (the meta page, on an O_DSYNC descriptor), answered. */
const stepsOf = ({payload, inAnswer}: Proof, calls: readonly SystemCall[]): Steps => {
	const arrived = calls.find(call => READS.includes(call.name) && call.words.includes(payload));
	const stored = calls.find(call => isStoreWrite(call) && call.words.includes(payload));
	const synced = calls.find(
		call => call.name === 'fdatasync' && isAfter(call, stored) && /\.mdb>$/.test(call.words) && isDone(call),
	);
	const committed = calls.find(call => isStoreWrite(call) && isAfter(call, synced));
	const answered = calls.find(
		call => WRITES.includes(call.name) && !isStoreWrite(call) && call.words.includes(inAnswer),
	);
	return {
		order: [
			...[arrived?.end, stored?.begin, stored?.end, synced?.begin, synced?.end],
			...[committed?.begin, committed?.end, answered?.begin],
		].map(at => at ?? -1),
		arrivedDuringSync: calls.some(
			({name, begin, end}) =>
				name === 'fdatasync' && arrived !== undefined && begin < arrived.end && arrived.end < end,
		),
		told: `${payload}: ${JSON.stringify({arrived, stored, synced, committed, answered}, (_, value) =>
			typeof value === 'string' ? value.slice(0, 80) : value,
		)}`,
	};
};

const isStoreWrite = ({name, words}: SystemCall): boolean =>
	WRITES.includes(name) && /^\d+<[^>]*\.mdb>/.test(words);

const isAfter = (call: SystemCall, before: SystemCall | undefined): boolean =>
	before !== undefined && call.begin > before.end;

const isDone = ({result}: SystemCall): boolean => /^0\b/.test(result);

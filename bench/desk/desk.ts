import {setTimeout as wait} from 'node:timers/promises';
import type {Result} from '../../src/rpc/contract/methods.js';
import {JsonRpcConnection} from '../../test/helpers/json-rpc.js';
import type {Bench, BenchContext, Goal, ReadyBench} from '../bench.js';
import {fill} from '../daemon/fill.js';
import {nowhere, type Pair, startPair} from '../e2e/daemons.js';
import {type Cleanup, withCleanup} from '../harness/cleanup.js';
import {median} from '../harness/statistics.js';

/** An edge with a long queue for a peer that is paused, many deadletters of another, and a hub that it delivers to. */
const WAITING = {full: 1_000_000, quick: 2048} as const;
const DEAD = {full: 100_000, quick: 1024} as const;
const PEERS = `${nowhere('slow')}default = false\n${nowhere('other')}default = false\n${nowhere('grave')}default = false\n`;
/** The last in the queue: all the others are ahead of it. */
const LAST = 'the-last-one';

type Desk = {readonly pair: Pair; readonly connection: JsonRpcConnection};

/** All in blocks of one: there is no worse store for whoever looks for something in it. */
const openDesk = async (cleanup: Cleanup, {directory, scale}: BenchContext): Promise<Desk> => {
	const pair = await startPair(cleanup, directory, {morePeers: PEERS});
	const connection = await JsonRpcConnection.open(pair.edge.rpcSocket);
	cleanup.teardown(() => connection.close());
	await connection.call('relay.pause', {});
	await fill(pair.edge, 'blocks of one', WAITING[scale], {peer: 'slow', other: 'other'});
	await connection.call('relay.enqueue', {
		segments: [{segment_id: LAST, payload_text: 'x', peers: ['slow']}],
	});
	await fill(pair.edge, 'blocks of one', DEAD[scale], {peer: 'grave', other: 'other'});
	await bury(connection);
	return {pair, connection};
};

const bury = async (connection: JsonRpcConnection): Promise<void> => {
	for (let left = 1; left > 0; ) {
		const answer = await connection.call('relay.deadletter.force', {peer_id: 'grave', all: true});
		({
			left: {waiting: left},
		} = answer as {left: {waiting: number}});
	}
};

/** What an operator asks, by what the answer is called. */
const QUESTIONS: Readonly<Record<string, readonly [method: string, params: object]>> = {
	status: ['relay.status', {}],
	list: ['relay.list', {state: 'scheduled', peer_id: 'slow', limit: 50}],
	dead: ['relay.deadletter.list', {peer_id: 'grave', reason: 'FORCED', limit: 50}],
	inspect: ['relay.inspect', {segment_id: LAST}],
	why: ['relay.why', {segment_id: LAST, peer_id: 'slow'}],
	'why peer': ['relay.why', {peer_id: 'slow'}],
	shape: ['relay.shape', {}],
};

/** Milliseconds of the second call of each. */
const answersBench = (context: BenchContext): Promise<ReadyBench> =>
	withCleanup(async cleanup => {
		const {pair, connection} = await openDesk(cleanup, context);
		return {
			pids: () => [pair.edge.daemon.pid],
			async run() {
				const figures: Record<string, number> = {};
				for (const [name, [method, params]] of Object.entries(QUESTIONS)) {
					const [, second] = [
						await timed(connection, method, params),
						await timed(connection, method, params),
					];
					figures[`${name} ms`] = second;
				}
				return {value: Math.max(...Object.values(figures)), figures};
			},
			close: () => cleanup.run(),
		};
	});

const timed = async (connection: JsonRpcConnection, method: string, params: object): Promise<number> => {
	const begun = performance.now();
	await connection.call(method, params);
	return performance.now() - begun;
};

/** Each asked once in this time, as a live view does; the other half of the windows nobody asks. */
const WINDOW_MS = {full: 500, quick: 20} as const;
/** Whether somebody asks: no order of drift favours either. */
const WINDOWS = [false, true, true, false, true, false, false, true, false, true, true, false];
const BACKLOG = {full: 1024 * 1024, quick: 16 * 1024} as const;

/** How fast the hub's queue goes while an operator asks, divided by how fast it goes while nobody does: in turns, in one drain. */
const deliveryBench = (context: BenchContext): Promise<ReadyBench> =>
	withCleanup(async cleanup => {
		const {scale} = context;
		const {pair, connection} = await openDesk(cleanup, context);
		const {daemon} = pair.edge;
		return {
			pids: () => [daemon.pid, pair.hub.daemon.pid],
			async prepare() {
				// The first call of shape reads all that waits: what is meant is a desk in use.
				for (const [method, params] of Object.values(QUESTIONS)) {
					await connection.call(method, params);
				}
				await fill(pair.edge, 'full blocks', BACKLOG[scale], {peer: 'hub', other: 'other'});
			},
			async run() {
				const begun = await hubDepth(connection);
				await daemon.call('relay.resume', {peer_id: 'hub'});
				const rates = {asked: [] as number[], alone: [] as number[]};
				for (const isAsked of scale === 'full' ? WINDOWS : WINDOWS.slice(0, 2)) {
					rates[isAsked ? 'asked' : 'alone'].push(await oneWindow(connection, isAsked, WINDOW_MS[scale]));
				}
				await untilDrained(connection);
				await daemon.call('relay.pause', {peer_id: 'hub'});
				if ((await hubDepth(connection)).acked - begun.acked !== BACKLOG[scale]) {
					throw new Error('Not everything was delivered');
				}
				return {
					value: sum(rates.asked) / sum(rates.alone),
					figures: {'asked /s': median(rates.asked), 'alone /s': median(rates.alone)},
				};
			},
			close: () => cleanup.run(),
		};
	});

/** Segments a second. */
const oneWindow = async (
	connection: JsonRpcConnection,
	isAsked: boolean,
	lengthMs: number,
): Promise<number> => {
	const {acked} = await hubDepth(connection);
	const begun = performance.now();
	const questions = Object.values(QUESTIONS);
	for (const [index, [method, params]] of questions.entries()) {
		if (isAsked) {
			await connection.call(method, params);
		}
		await wait(Math.max(0, begun + ((index + 1) * lengthMs) / questions.length - performance.now()));
	}
	const after = await hubDepth(connection);
	if (after.scheduled === 0) {
		throw new Error('The queue went before the windows were over');
	}
	return ((after.acked - acked) * 1000) / (performance.now() - begun);
};

type Depth = Result<'relay.status'>['queue_depth'];

const hubDepth = async (connection: JsonRpcConnection): Promise<Depth> => {
	const {peers} = (await connection.call('relay.status', {})) as Result<'relay.status'>;
	const hub = peers.find(({peer_id}) => peer_id === 'hub');
	if (hub === undefined) {
		throw new Error('The edge has lost its hub');
	}
	return hub.queue_depth;
};

const untilDrained = async (connection: JsonRpcConnection): Promise<void> => {
	const waits = ({scheduled, inflight, failed}: Depth): boolean => scheduled + inflight + failed > 0;
	while (waits(await hubDepth(connection))) {
		await wait(20);
	}
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const answer = (name: string): Goal => ({figure: `${name} ms`, atMost: 200});

export const benches: readonly Bench[] = [
	{
		name: 'answers with 1,000,000 waiting and 100,000 dead, second call',
		group: 'desk',
		unit: 'ms, the slowest',
		goals: Object.keys(QUESTIONS).map(answer),
		setup: answersBench,
	},
	{
		name: 'delivery beside a busy desk, 1,000,000 waiting and 100,000 dead',
		group: 'desk',
		unit: 'x alone',
		goals: [{atLeast: 0.95}],
		setup: deliveryBench,
	},
];

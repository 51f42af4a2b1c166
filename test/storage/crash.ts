import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import type {SuccessCondition} from '../../src/config/relay.js';
import {systemClock} from '../../src/runtime/clock.js';
import {findViolations} from '../../src/storage/invariant.js';
import {CrashOracle} from '../helpers/crash-oracle.js';
import {crashPayload} from '../helpers/crash-payload.js';
import {BIG_WINDOW, openTestStore, SHORT_OF_ROOM} from '../helpers/store-fixture.js';
import {A, ackAll, B, C, fill, peerB, peerC, storeTest, take} from '../helpers/store-verbs.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const CHILD = fileURLToPath(new URL('../helpers/crash-child.js', import.meta.url));
/** Under success conditions, and while there is no room. */
const SHORT_ROUNDS = Math.ceil(Number(process.env['EDGED_CRASH_ROUNDS'] ?? 10) / 2);
const ROUNDS = Number(process.env['EDGED_CRASH_ROUNDS'] ?? 10);

type Life = {
	readonly round: number;
	readonly condition: SuccessCondition;
	readonly room?: 'ample' | 'short';
};

/** Lets a process work on the store until it has said `lines` lines, and kills it there. */
const oneLife = async (
	t: ExecutionContext,
	directory: string,
	{round, condition, room = 'ample'}: Life,
	lines: number,
): Promise<string> => {
	const child = spawn(process.execPath, [CHILD, directory, String(round), JSON.stringify(condition), room], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	t.teardown(() => child.kill('SIGKILL'));
	let output = '';
	let errors = '';
	let count = 0;
	child.stderr.on('data', (piece: Buffer) => {
		errors += piece.toString();
	});
	child.stdout.on('data', (piece: Buffer) => {
		const text = piece.toString();
		output += text;
		count += text.split('\n').length - 1;
		if (count > lines) {
			child.kill('SIGKILL');
		}
	});
	const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
	t.is(signal, 'SIGKILL', errors);
	return output;
};

storeTest(
	'the oracle of the crash test complains about what is missing or otherwise than acknowledged',
	async (t, {store}) => {
		const [id = ''] = await fill(store, [crashPayload(3)]);
		const [damaged = ''] = await fill(store, [crashPayload(4)]);
		const oracle = new CrashOracle();
		oracle.hear(`did enqueue ${id} 3 a\ndid enqueue ghost 9 a\ndid enqueue ${damaged} 5 a\ndid enqueue half`);
		t.deepEqual(oracle.complaints(store, 'all'), [
			'ghost a: was acknowledged and is gone (tried , done )',
			`${damaged} a: has lost its payload (tried , done )`,
		]);
		oracle.hear(`try ack a ${id}\ndid ack a ${id}\ntry purge a ghost\n`);
		t.deepEqual(oracle.complaints(store, 'all'), [
			`${id} a: is scheduled though its acknowledgement was stored (tried ack, done ack)`,
			`${damaged} a: has lost its payload (tried , done )`,
		]);
		await ackAll(store, await take(store));
		t.is(oracle.complaints(store, 'all').length, 1, 'the second is acked though nobody acknowledged it');
	},
);

storeTest('the oracle of the crash test complains about bytes that are not counted', async (t, {store}) => {
	await fill(store, [crashPayload(3)]);
	const oracle = new CrashOracle();
	const lease = await take(store);
	oracle.hear(`did wire a ${lease.chargedBytes}\n`);
	t.deepEqual(oracle.uncounted(store), []);
	await store.settle(lease, {acked: 'all', exceptions: [], bytesSent: lease.chargedBytes - 1});
	t.deepEqual(oracle.uncounted(store), [
		`${lease.chargedBytes} bytes left for a, fewer are counted`,
		`${lease.chargedBytes} bytes left, ${lease.chargedBytes - 1} are counted`,
	]);
});

storeTest(
	'the oracle of the crash test complains about what is satisfied too early and what waits too long',
	async (t, {store}) => {
		const to = [A, B, C];
		const [early = ''] = await fill(store, [crashPayload(3)], {to});
		const late = await take(store, BIG_WINDOW, peerB);
		const other = await take(store, BIG_WINDOW, peerC);
		await ackAll(store, await take(store));
		const oracle = new CrashOracle('one_peer');
		oracle.hear(`did enqueue ${early} 3 a,b,c\ntry ack a ${early}\ndid ack a ${early}\n`);
		t.deepEqual(oracle.complaints(store, 'all'), []);
		const strict = new CrashOracle(2);
		strict.hear(`did enqueue ${early} 3 a,b,c\ntry ack a ${early}\ndid ack a ${early}\n`);
		t.deepEqual(
			strict.complaints(store, 'all').map(why => why.slice(early.length)),
			[
				' b: is satisfied though only a may have it (tried , done )',
				' c: is satisfied though only a may have it (tried , done )',
			],
		);
		await ackAll(store, late);
		await ackAll(store, other);
	},
	{settings: {successCondition: 'one_peer'}, peerCount: 3},
);

storeTest(
	'the oracle of the crash test complains about what waits though enough peers have it',
	async (t, {store}) => {
		const [id = ''] = await fill(store, [crashPayload(3)], {to: [A, B]});
		await ackAll(store, await take(store));
		const oracle = new CrashOracle('one_peer');
		oracle.hear(`did enqueue ${id} 3 a,b\ntry ack a ${id}\ndid ack a ${id}\n`);
		t.deepEqual(oracle.complaints(store, 'all'), [`${id} b: waits though a have it (tried , done )`]);
	},
	{peerCount: 2},
);

const losesNothing = test.macro({
	title: (_, condition: SuccessCondition, rounds: number) =>
		`${rounds} processes killed at work lose nothing that they acknowledged, ${condition}`,
	exec: async (t, condition: SuccessCondition, rounds: number) => {
		t.timeout(60_000 + rounds * 10_000);
		const directory = await temporaryDirectory(t);
		const oracle = new CrashOracle(condition);
		for (let round = 0; round < rounds; round++) {
			oracle.hear(await oneLife(t, directory, {round, condition}, Math.floor(Math.random() * 400)));
			const store = await openTestStore(directory, systemClock, {successCondition: condition});
			t.deepEqual(findViolations(store.handles), [], `round ${round}`);
			t.false(
				readdirSync(directory).some(name => name.startsWith('queue-')),
				'a kill is never taken for damage',
			);
			t.deepEqual(oracle.complaints(store, round === rounds - 1 ? 'all' : 'latest'), [], `round ${round}`);
			t.is(store.depth().inflight, 0);
			t.deepEqual(oracle.uncounted(store), [], `round ${round}`);
			await store.close();
		}
		t.true(oracle.acknowledged > 10 * rounds, `${oracle.acknowledged} were acknowledged`);
		t.log(`${oracle.acknowledged} segments acknowledged over ${rounds} lives`);
	},
});
test(losesNothing, 'all_peers', ROUNDS);
test(losesNothing, 'one_peer', Math.ceil(ROUNDS / 2));
test(losesNothing, 2, Math.ceil(ROUNDS / 2));

test(`${SHORT_ROUNDS} processes killed while they evict: what was acknowledged is delivered, waits, or is seen as EVICTED`, async t => {
	t.timeout(60_000 + SHORT_ROUNDS * 10_000);
	const directory = await temporaryDirectory(t);
	const oracle = new CrashOracle('all_peers', 'short');
	let evicted = 0;
	for (let round = 0; round < SHORT_ROUNDS; round++) {
		oracle.hear(
			await oneLife(
				t,
				directory,
				{round, condition: 'all_peers', room: 'short'},
				Math.floor(Math.random() * 400),
			),
		);
		const store = await openTestStore(directory, systemClock, SHORT_OF_ROOM);
		t.deepEqual(findViolations(store.handles), [], `round ${round}`);
		t.deepEqual(
			oracle.complaints(store, round === SHORT_ROUNDS - 1 ? 'all' : 'latest'),
			[],
			`round ${round}`,
		);
		t.is(store.space().reserveBytes, SHORT_OF_ROOM.ballastBytes);
		evicted = Math.max(evicted, ...store.peers().map(({no}) => store.deadletterCounts(no).EVICTED));
		await store.close();
	}
	t.true(evicted > 0 || SHORT_ROUNDS < 4, 'some were evicted');
	t.log(
		`${oracle.acknowledged} segments acknowledged over ${SHORT_ROUNDS} lives, ${evicted} evicted of one peer`,
	);
});

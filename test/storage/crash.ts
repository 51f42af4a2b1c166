import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {systemClock} from '../../src/runtime/clock.js';
import {findViolations} from '../../src/storage/invariant.js';
import {CrashOracle} from '../helpers/crash-oracle.js';
import {crashPayload} from '../helpers/crash-payload.js';
import {openTestStore} from '../helpers/store-fixture.js';
import {ackAll, fill, storeTest, take} from '../helpers/store-verbs.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const CHILD = fileURLToPath(new URL('../helpers/crash-child.js', import.meta.url));
const ROUNDS = Number(process.env['EDGED_CRASH_ROUNDS'] ?? 15);

/** Lets a process work on the store until it has said `lines` lines, and kills it there. */
const oneLife = async (
	t: ExecutionContext,
	directory: string,
	round: number,
	lines: number,
): Promise<string> => {
	const child = spawn(process.execPath, [CHILD, directory, String(round)], {
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

test(`${ROUNDS} processes killed at work lose nothing that they acknowledged`, async t => {
	t.timeout(60_000 + ROUNDS * 10_000);
	const directory = await temporaryDirectory(t);
	const oracle = new CrashOracle();
	for (let round = 0; round < ROUNDS; round++) {
		oracle.hear(await oneLife(t, directory, round, Math.floor(Math.random() * 400)));
		const store = await openTestStore(directory, systemClock);
		t.deepEqual(findViolations(store.handles), [], `round ${round}`);
		t.deepEqual(oracle.complaints(store, round === ROUNDS - 1 ? 'all' : 'latest'), [], `round ${round}`);
		t.is(store.depth().inflight, 0);
		await store.close();
	}
	t.true(oracle.acknowledged > 10 * ROUNDS, `${oracle.acknowledged} were acknowledged`);
	t.log(`${oracle.acknowledged} segments acknowledged over ${ROUNDS} lives`);
});

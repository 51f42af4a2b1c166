import {spawnSync} from 'node:child_process';
import {stat} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {type Environment, openEnvironment} from '../../src/storage/environment.js';
import {END} from '../../src/storage/layout.js';
import {straceTest, traced} from '../helpers/store-trace.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

// What src/storage takes for granted of lmdb, so that an upgrade cannot take it away unseen.

const environment = async (t: ExecutionContext): Promise<Environment> => {
	const env = openEnvironment(path.join(await temporaryDirectory(t), 'queue'));
	t.teardown(() => env.root.close());
	return env;
};
const bytes = (text: string): Buffer => Buffer.from(text);

test('childTransaction() takes everything back when its callback throws, in every database', async t => {
	const {root, blocks, queue} = await environment(t);
	await blocks.put(1, bytes('before'));
	await t.throwsAsync(
		root.childTransaction(() => {
			void blocks.put(1, bytes('after'));
			void blocks.remove(1);
			void queue.put([1, 2, 3], bytes('x'));
			throw new Error('changed my mind');
		}) as Promise<never>,
		{message: 'changed my mind'},
	);
	t.is(String(blocks.get(1)), 'before');
	t.is(queue.get([1, 2, 3]), undefined);
});

test('transaction() keeps what was written before a throw: the reason why it is not used', async t => {
	const {root, blocks} = await environment(t);
	await t.throwsAsync(
		root.transaction(() => {
			void blocks.put(1, bytes('half'));
			throw new Error('changed my mind');
		}) as Promise<never>,
	);
	t.is(String(blocks.get(1)), 'half');
});

test('a transaction that throws takes nothing of its neighbours in the same commit with it', async t => {
	const {root, blocks} = await environment(t);
	const put = (key: number, then?: () => never) =>
		root.childTransaction(() => {
			void blocks.put(key, bytes('x'));
			then?.();
		}) as Promise<void>;
	const results = await Promise.allSettled([
		put(1),
		put(2, () => {
			throw new Error('no');
		}),
		put(3),
	]);
	t.deepEqual(
		results.map(({status}) => status),
		['fulfilled', 'rejected', 'fulfilled'],
	);
	t.deepEqual(
		[1, 2, 3].map(key => blocks.get(key) !== undefined),
		[true, false, true],
	);
});

test('a put that was not awaited is not readable outside, and is inside its transaction', async t => {
	const {root, blocks} = await environment(t);
	const put = blocks.put(1, bytes('x'));
	t.is(blocks.get(1), undefined);
	await put;
	t.is(String(blocks.get(1)), 'x');
	await (root.childTransaction(() => {
		void blocks.put(2, bytes('y'));
		t.is(String(blocks.get(2)), 'y');
		t.true(blocks.doesExist(2));
		t.deepEqual([...blocks.getRange().map(({key}) => key)], [1, 2]);
		void blocks.remove(1);
		t.is(blocks.get(1), undefined);
	}) as Promise<void>);
});

test('transactions asked for in one turn run one after the other, each on what the one before left', async t => {
	const {root, meta} = await environment(t);
	const seen: number[] = [];
	await Promise.all(
		Array.from({length: 50}, () =>
			root.childTransaction(() => {
				const value = Number(meta.get('n')?.toString() ?? 0);
				seen.push(value);
				void meta.put('n', bytes(String(value + 1)));
			}),
		),
	);
	t.deepEqual(
		seen,
		Array.from({length: 50}, (_, at) => at),
	);
	t.is(String(meta.get('n')), '50');
});

test('a commit that was awaited is seen in the same turn, whatever was read before', async t => {
	const {blocks} = await environment(t);
	for (let key = 1; key < 30; key++) {
		t.is(blocks.get(key), undefined);
		await blocks.put(key, bytes('x'));
		t.is(String(blocks.get(key)), 'x');
	}
});

test('a loop over a range that is left early keeps no old snapshot', async t => {
	const {blocks, root} = await environment(t);
	await Promise.all([1, 2, 3].map(key => blocks.put(key, bytes('x'))));
	for (let round = 4; round < 20; round++) {
		for (const {key} of blocks.getRange()) {
			t.is(key, 1);
			break;
		}
		await blocks.put(round, bytes('x'));
		t.is(String(blocks.get(round)), 'x');
	}
	t.is((root.getStats() as {numReaders: number}).numReaders, 1);
});

test('get() gives a copy that the next read does not overwrite', async t => {
	const {blocks} = await environment(t);
	await Promise.all([blocks.put(1, bytes('aaaa')), blocks.put(2, bytes('bbbb'))]);
	const first = blocks.get(1);
	t.is(String(blocks.get(2)), 'bbbb');
	t.is(String(first), 'aaaa');
	const values = [...blocks.getRange()].map(({value}) => String(value));
	t.deepEqual(values, ['aaaa', 'bbbb']);
});

test('an empty value exists', async t => {
	const {due} = await environment(t);
	await due.put([1, 2, 3], Buffer.alloc(0));
	t.true(due.doesExist([1, 2, 3]));
	t.is(due.get([1, 2, 3])?.length, 0);
	t.is([...due.getRange()].length, 1);
});

test('array keys sort by their numbers, and END sorts behind every number', async t => {
	const {due} = await environment(t);
	const keys = [
		[1, 0, 0],
		[1, 0, 1.5],
		[1, 0, 255],
		[1, 0, 256],
		[1, 0, 2 ** 32],
		[1, 0, 2 ** 50 - 1],
		[1, 2],
		[1, 2, -1],
		[1, 2, 3],
		[2, 0, 0],
		[10, 0, 0],
	];
	await Promise.all(keys.toReversed().map(key => due.put(key, Buffer.alloc(0))));
	t.deepEqual([...due.getRange().map(({key}) => key)], keys);
	t.deepEqual([...due.getRange({start: [1, 0], end: [1, 0, END]}).map(({key}) => key)], keys.slice(0, 6));
	t.deepEqual([...due.getRange({start: [1], end: [1, END]}).map(({key}) => key)], keys.slice(0, 9));
});

test('a range includes its start and excludes its end, forwards and backwards', async t => {
	const {spans} = await environment(t);
	await Promise.all([1, 2, 3, 4, 5].map(key => spans.put([7, key], bytes('x'))));
	const keysOf = (options: Parameters<typeof spans.getRange>[0]) =>
		[...spans.getRange(options)].map(({key}) => (key as number[])[1]);
	t.deepEqual(keysOf({start: [7, 2], end: [7, 4]}), [2, 3]);
	t.deepEqual(keysOf({start: [7, 4], end: [7, 2], reverse: true}), [4, 3]);
	t.deepEqual(keysOf({start: [7, 3], end: [7, -1021], reverse: true}), [3, 2, 1]);
	t.deepEqual(keysOf({start: [7, 2], end: [7, END], limit: 2}), [2, 3]);
});

test('every key of the store fits: an id of 128 characters, and far more', async t => {
	const {ids} = await environment(t);
	await ids.put('x'.repeat(128), bytes('id'));
	t.is(String(ids.get('x'.repeat(128))), 'id');
	await ids.put('x'.repeat(1900), bytes('long'));
	t.is(String(ids.get('x'.repeat(1900))), 'long');
	t.throws(() => void ids.put('x'.repeat(2100), bytes('too long')));
	t.throws(() => void ids.put(undefined as unknown as string, bytes('none')));
});

test('a value may be larger than any block table or chunk', async t => {
	const {blocks} = await environment(t);
	const large = Buffer.alloc(17 * 2 ** 20, 'abc');
	await blocks.put(1, large);
	t.is(Buffer.compare(blocks.get(1) ?? Buffer.alloc(0), large), 0);
	await blocks.remove(1);
	t.is(blocks.get(1), undefined);
});

test('the files are readable for their owner only', async t => {
	const directory = path.join(await temporaryDirectory(t), 'queue');
	const env = openEnvironment(directory);
	await env.meta.put('x', bytes('y'));
	for (const [name, mode] of [
		['', 0o700],
		['data.mdb', 0o600],
		['lock.mdb', 0o600],
	] as const) {
		t.is((await stat(path.join(directory, name))).mode & 0o777, mode, name);
	}
	await env.root.close();
});

test('lmdb lets a second process write: the reason for the lock of our own', async t => {
	const directory = path.join(await temporaryDirectory(t), 'queue');
	const env = openEnvironment(directory);
	t.teardown(() => env.root.close());
	await env.meta.put('x', bytes('mine'));
	const module = fileURLToPath(new URL('../../src/storage/environment.js', import.meta.url));
	const script = `
		import {openEnvironment} from ${JSON.stringify(module)};
		const env = openEnvironment(${JSON.stringify(directory)});
		await env.meta.put('x', Buffer.from('theirs'));
		await env.root.close();`;
	const {status} = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
	t.is(status, 0);
	env.root.resetReadTxn();
	t.is(String(env.meta.get('x')), 'theirs');
});

for (const [what, inject] of [
	['a data page cannot be written (ENOSPC)', 'inject=writev,pwritev:error=ENOSPC:when=1'],
	['a data page cannot be written (EIO)', 'inject=writev,pwritev:error=EIO:when=1'],
	['fdatasync fails', 'inject=fdatasync:error=EIO:when=1'],
] as const) {
	straceTest(`when ${what}, the put rejects, is not visible, and the process lives`, async t => {
		const directory = path.join(await temporaryDirectory(t), 'queue');
		await openEnvironment(directory).root.close(); // Making it is not the commit that is to fail.
		const options = ['-e', 'trace=fdatasync,writev,pwritev', '-e', inject];
		const {stdout, log, code} = await traced(t, options, './failing-commit-child.js', [directory]);
		t.regex(log, /INJECTED/);
		t.is(code, 0);
		t.deepEqual(JSON.parse(stdout), {
			first: 'rejected',
			isVisible: false,
			second: 'resolved',
			isSecondVisible: true,
		});
	});
}

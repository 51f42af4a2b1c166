import {setImmediate as turn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {StoreHealth} from '../../src/daemon/store-health.js';
import {EdgedError} from '../../src/outbound/errors.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {loggerWithLines} from '../helpers/log-lines.js';
import {FakeSettings} from '../helpers/settings.js';

const FULL = new EdgedError('STORAGE_FULL', 'no space');

const fixture = (t: ExecutionContext) => {
	const clock = new FakeClock();
	const {logger, lines} = loggerWithLines();
	const store = new FakeSettings();
	const bugs: unknown[] = [];
	const disk = {free: 2 ** 30};
	const health = new StoreHealth({
		store,
		freeBytes: () => disk.free,
		clock,
		logger,
		onBug: error => bugs.push(error),
	});
	t.teardown(() => health.stop());
	const advance = async (ms: number): Promise<void> => {
		clock.advance(ms);
		await turn();
	};
	return {health, store, disk, lines, bugs, advance};
};

test('a store that failed is tried every five seconds until it writes, and both are said once', async t => {
	const {health, store, lines, advance} = fixture(t);
	store.failure = FULL;
	health.failed(FULL);
	health.failed(FULL);
	await advance(5000);
	t.true(health.isFailing);
	store.failure = undefined;
	await advance(4999);
	t.true(health.isFailing);
	await advance(1);
	t.false(health.isFailing);
	t.deepEqual(
		lines().map(({level, msg}) => [level, msg]),
		[
			['error', 'the store cannot write: enqueues are refused, what is stored is kept'],
			['info', 'the store writes again'],
		],
	);
	await advance(60_000);
	t.is(store.values.size, 1);
});

test('a disk with next to no room left is not tried', async t => {
	const {health, store, disk, advance} = fixture(t);
	disk.free = 1024;
	health.failed(FULL);
	await advance(5000);
	t.is(store.values.size, 0);
	disk.free = 2 ** 30;
	await advance(5000);
	t.false(health.isFailing);
});

test('a write that somebody else has done is proof enough', async t => {
	const {health, store, advance} = fixture(t);
	health.failed(FULL);
	health.wrote();
	await advance(60_000);
	t.is(store.values.size, 0);
});

test('what is no refusal is told as a bug', async t => {
	const {health, store, bugs, advance} = fixture(t);
	store.failure = new TypeError('x');
	health.failed(FULL);
	await advance(5000);
	t.deepEqual(bugs, [store.failure]);
});

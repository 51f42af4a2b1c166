import {setImmediate as turn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {StoreHealth} from '../../src/daemon/store-health.js';
import {EdgedError} from '../../src/outbound/errors.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {loggerWithLines} from '../helpers/log-lines.js';

const FULL = new EdgedError('STORAGE_FULL', 'no space');

const fixture = (t: ExecutionContext) => {
	const clock = new FakeClock();
	const {logger, lines} = loggerWithLines();
	const bugs: unknown[] = [];
	const store = {asked: 0, recover: async (): Promise<boolean> => false};
	const health = new StoreHealth({
		recover: () => {
			store.asked++;
			return store.recover();
		},
		clock,
		logger,
		onBug: error => bugs.push(error),
	});
	t.teardown(() => health.stop());
	const advance = async (ms: number): Promise<void> => {
		clock.advance(ms);
		await turn();
	};
	return {health, store, lines, bugs, advance};
};

test('a store that failed is asked every five seconds until it takes enqueues, and both are said once', async t => {
	const {health, store, lines, advance} = fixture(t);
	health.failed(FULL);
	health.failed(FULL);
	await advance(5000);
	t.true(health.isFailing);
	store.recover = async () => true;
	await advance(4999);
	t.true(health.isFailing);
	await advance(1);
	t.false(health.isFailing);
	t.deepEqual(
		lines().map(({level, msg}) => [level, msg]),
		[
			[
				'error',
				'the store cannot write: enqueues are refused, what is stored is kept and goes on being delivered',
			],
			['info', 'the store writes again'],
		],
	);
	await advance(60_000);
	t.is(store.asked, 2, 'a store that is well is left alone');
});

test('it may fail again', async t => {
	const {health, store, advance} = fixture(t);
	store.recover = async () => true;
	for (let round = 1; round <= 2; round++) {
		health.failed(FULL);
		t.true(health.isFailing);
		await advance(5000);
		t.false(health.isFailing);
		t.is(store.asked, round);
	}
});

test('what is no refusal is told as a bug', async t => {
	const {health, store, bugs, advance} = fixture(t);
	const bug = new TypeError('x');
	store.recover = async () => Promise.reject(bug);
	health.failed(FULL);
	await advance(5000);
	t.deepEqual(bugs, [bug]);
});

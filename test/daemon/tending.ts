import {setImmediate as turn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Tending} from '../../src/daemon/tending.js';
import {EdgedError} from '../../src/outbound/errors.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {loggerWithLines} from '../helpers/log-lines.js';

/** A store whose timed work is due at `dueAt` (elapsed time), done in `steps` commits. */
const fixture = async (t: ExecutionContext) => {
	const clock = new FakeClock();
	const {logger, lines} = loggerWithLines();
	const bugs: unknown[] = [];
	const store = {
		dueInMs: undefined as number | undefined,
		steps: 0,
		looks: 0,
		failure: undefined as Error | undefined,
		async tend() {
			store.looks++;
			if (store.failure !== undefined) {
				throw store.failure;
			}
			return --store.steps > 0;
		},
		nextTendInMs: () => store.dueInMs,
	};
	const tending = new Tending({store, clock, logger, afterWork: () => {}, onBug: error => bugs.push(error)});
	t.teardown(() => tending.stop());
	await tending.start();
	const advance = async (ms: number): Promise<void> => {
		clock.advance(ms);
		await turn();
	};
	return {store, clock, tending, lines, bugs, advance};
};

test('nothing is looked after while nothing is timed', async t => {
	const {store, advance} = await fixture(t);
	await advance(1000);
	t.is(store.looks, 1);
	await advance(86_400_000);
	t.is(store.looks, 1);
});

test('any number of nudges within a second is one look', async t => {
	const {store, tending, advance} = await fixture(t);
	await advance(1000);
	for (let nudge = 0; nudge < 100; nudge++) {
		tending.nudge();
	}
	await advance(999);
	t.is(store.looks, 1);
	await advance(1);
	t.is(store.looks, 2);
});

test('timed work is done when it is due, in as many steps as it takes', async t => {
	const {store, advance} = await fixture(t);
	store.dueInMs = 60_000;
	await advance(1000);
	store.steps = 3;
	store.dueInMs = undefined;
	await advance(59_999);
	t.is(store.looks, 1);
	await advance(1);
	t.is(store.looks, 4);
	await advance(86_400_000);
	t.is(store.looks, 4);
});

test('a nudge brings the look forward when something earlier may be timed', async t => {
	const {store, tending, advance} = await fixture(t);
	store.dueInMs = 3_600_000;
	await advance(1000);
	tending.nudge();
	await advance(1000);
	t.is(store.looks, 2);
});

test('a store that cannot write is asked again after half a minute', async t => {
	const {store, bugs, lines, advance} = await fixture(t);
	store.failure = new EdgedError('STORAGE_FULL', 'no space');
	await advance(1000);
	await advance(29_999);
	t.is(store.looks, 1);
	await advance(1);
	t.is(store.looks, 2);
	t.deepEqual(bugs, []);
	t.like(lines()[0], {level: 'warn', msg: 'timed work waits: the store could not write'});
});

test('anything else that is thrown is told as a bug', async t => {
	const {store, bugs, advance} = await fixture(t);
	const bug = new TypeError('x');
	store.failure = bug;
	await advance(1000);
	t.deepEqual(bugs, [bug]);
});

test('a wall clock that was set is noted once, one that drifts is not', async t => {
	const {clock, lines, tending, advance} = await fixture(t);
	clock.jump(2000);
	await advance(1000);
	t.deepEqual(lines(), []);
	clock.jump(-3_600_000);
	for (let look = 0; look < 2; look++) {
		tending.nudge();
		await advance(1000);
	}
	t.deepEqual(
		lines().map(({level, jump_seconds}) => [level, jump_seconds]),
		[['warn', -3600]],
	);
});

test('after the stop nothing is looked after', async t => {
	const {store, tending, advance} = await fixture(t);
	await tending.stop();
	tending.nudge();
	await advance(5000);
	t.is(store.looks, 0);
});

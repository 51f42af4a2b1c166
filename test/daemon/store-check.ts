import test, {type ExecutionContext} from 'ava';
import {StoreCheck} from '../../src/daemon/store-check.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {flip, keysOf} from '../helpers/flip.js';
import {silentLogger} from '../helpers/silent-logger.js';
import {type StoreFixture, storeFixture} from '../helpers/store-fixture.js';
import {ackAll, fails, fill, fillDead, fillOneByOne, peerA, storeTest, take} from '../helpers/store-verbs.js';

/** With a clock of its own: the store's would leave its commits behind. */
const checkOf = (t: ExecutionContext, {store}: StoreFixture, clock: FakeClock): StoreCheck => {
	const check = new StoreCheck({
		store,
		clock,
		logger: silentLogger,
		onBug: error => t.fail(String(error)),
	});
	t.teardown(() => check.stop());
	return check;
};

const passHours = async (clock: FakeClock, hours: number): Promise<void> => {
	for (let hour = 0; hour < hours; hour++) {
		clock.advance(3_600_000);
		await new Promise(resolve => setImmediate(resolve));
	}
};

/** Lets a check run until it has seen everything. */
const complete = async (check: StoreCheck, clock: FakeClock): Promise<void> => {
	const before = check.progress.completedAt;
	while (check.progress.completedAt === before) {
		clock.advance(check.progress.state === 'running' || before === undefined ? 1000 : 3_600_000);
		await new Promise(resolve => setImmediate(resolve));
	}
};

storeTest(
	'a payload that is damaged is found by the check and buried; the others are delivered',
	async (t, fixture) => {
		const {store} = fixture;
		const [bad = ''] = await fill(store, ['damaged', 'whole']);
		await flip(store, 'payloads', keysOf(store, 'payloads')[0], 2);
		const clock = new FakeClock();
		const check = checkOf(t, fixture, clock);
		await check.start();
		await complete(check, clock);
		t.deepEqual(store.damage, {mended: 1, buried: 1});
		t.like(store.inspect(bad as never)[0], {state: 'deadletter', reason: 'CORRUPT'});
		const lease = await take(store);
		t.is(String(store.readPayloads(lease).read(0)), 'whole');
		t.like(store.depth(peerA), {inflight: 1, deadletter: 1});
		await ackAll(store, lease);
	},
);

storeTest(
	'a payload whose CRC is right and whose SHA-256 is not is found by the check',
	async (t, fixture) => {
		const {store} = fixture;
		await store.enqueue(
			[
				{
					identity: {kind: 'made'},
					payload: Buffer.from('x'),
					sha256: new Uint8Array(32),
					route: store.route(['a' as never]),
					classNo: 2,
					hops: 0,
				},
			],
			'all',
		);
		const clock = new FakeClock();
		const check = checkOf(t, fixture, clock);
		await check.start();
		await complete(check, clock);
		t.is(store.deadletterCounts(peerA).CORRUPT, 1);
	},
);

storeTest('records that are held, failed or dead are no damage', async (t, fixture) => {
	const {store} = fixture;
	await fillDead(store, ['dead']);
	await fill(store, ['failed']);
	await store.settle(await take(store), {acked: [], exceptions: [fails(0)]});
	const [id = ''] = await fill(store, ['held']);
	await store.change('hold', id as never, 'a' as never);
	const clock = new FakeClock();
	const check = checkOf(t, fixture, clock);
	await check.start();
	await complete(check, clock);
	t.deepEqual(store.damage, {mended: 0, buried: 0});
	t.like(store.depth(peerA), {held: 1, failed: 1, deadletter: 1});
});

storeTest('a sound store is checked within its pace, and again after a week', async (t, fixture) => {
	const {store} = fixture;
	await fillOneByOne(
		store,
		Array.from({length: 40}, (_, at) => 'x'.repeat(200_000 + at)),
	);
	const clock = new FakeClock();
	const check = checkOf(t, fixture, clock);
	await check.start();
	const started = clock.now();
	await complete(check, clock);
	const took = (clock.now() - started) / 1000;
	t.true(check.progress.bytes > 8_000_000);
	t.true(took >= 7, `8 MB took ${took} s`);
	t.is(store.damage.mended, 0);
	const first = check.progress.completedAt ?? 0;
	await complete(check, clock);
	t.true((check.progress.completedAt ?? 0) - first >= 7 * 86_400_000);
	await check.stop();
	const later = checkOf(t, fixture, clock);
	await later.start();
	t.is(later.progress.completedAt, check.progress.completedAt, 'it is known after a restart');
});

test('a clock that was set back does not hold up the check for longer than its pause', async t => {
	const fixture = await storeFixture(t);
	const clock = new FakeClock();
	const check = checkOf(t, fixture, clock);
	await fixture.store.writeSetting('store:check', {
		cursor: null,
		bytes: 1,
		completedAt: clock.now() + 9e12,
	});
	await check.start();
	await passHours(clock, 7 * 24 - 1);
	t.is(check.progress.bytes, 1);
	await passHours(clock, 2);
	t.is(check.progress.state, 'waiting');
	t.true(check.progress.bytes > 1);
});

test('one that is set back while edged runs does not, either', async t => {
	const fixture = await storeFixture(t);
	const clock = new FakeClock();
	const check = checkOf(t, fixture, clock);
	await check.start();
	await complete(check, clock);
	await fill(fixture.store, ['more']);
	const {bytes} = check.progress;
	clock.jump(-9e11);
	await passHours(clock, 7 * 24 - 1);
	t.is(check.progress.bytes, bytes);
	await passHours(clock, 2);
	t.true(check.progress.bytes > bytes);
});

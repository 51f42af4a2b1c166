import test from 'ava';
import {DeadletterRetention, type RetentionPolicy} from '../../src/deadletter/retention.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {Retired} from '../../src/storage/store.js';
import {storeFixture} from '../helpers/store-fixture.js';
import {fillDead} from '../helpers/store-verbs.js';

const DAY_MS = 86_400_000;
const OFF: RetentionPolicy = {retentionMs: 0, retentionBytes: 0};

const stage = async (t: Parameters<typeof storeFixture>[0], policy: RetentionPolicy) => {
	const fixture = await storeFixture(t);
	const {store, clock} = fixture;
	const swept: Retired[] = [];
	const state = {policy, isFailing: false};
	const retention = new DeadletterRetention({
		store: {...store.retirement, depth: peer => store.depth(peer)},
		clock,
		logger: {warn() {}},
		policy: () => state.policy,
		async onSwept(retired) {
			if (state.isFailing) {
				throw new EdgedError('STORAGE_FAILED', 'no room for the trail');
			}
			swept.push(retired);
		},
		onBug: error => t.fail(String(error)),
	});
	await retention.start();
	t.teardown(() => retention.stop());
	const pass = async (ms: number): Promise<void> => {
		clock.advance(ms);
		for (let turn = 0; turn < 6; turn++) {
			await store.writeSetting('turn', turn);
			await new Promise(resolve => setImmediate(resolve));
		}
	};
	return {store, retention, swept, state, pass};
};

test('off, it removes nothing however old; on by a reload, it does within a minute', async t => {
	const {store, retention, swept, state, pass} = await stage(t, OFF);
	await fillDead(store, ['a', 'b']);
	await pass(1000);
	await pass(100 * DAY_MS);
	t.is(store.depth().deadletter, 2);
	state.policy = {...OFF, retentionMs: DAY_MS};
	await pass(60_000);
	t.is(store.depth().deadletter, 0);
	t.deepEqual(
		swept.map(({aged}) => aged),
		[2],
	);
	t.deepEqual(retention.removed, {age: 2, bytes: 0});
	await pass(60_000);
	t.is(swept.length, 1, 'a sweep that removes nothing is none');
});

test('above so many bytes the longest dead go, down to them', async t => {
	const {store, retention, swept, pass} = await stage(t, {...OFF, retentionBytes: 250});
	for (let n = 0; n < 5; n++) {
		await fillDead(store, [`${n}`.repeat(100)]);
	}
	await pass(1000);
	t.is(store.depth().deadletter, 2);
	t.like(swept[0], {crowded: 3, aged: 0, bytes: 300});
	t.deepEqual(retention.removed, {age: 0, bytes: 3});
});

test('what could not be told is told by a later look, once', async t => {
	const {store, swept, state, pass} = await stage(t, {...OFF, retentionMs: DAY_MS});
	await fillDead(store, ['a']);
	state.isFailing = true;
	await pass(DAY_MS);
	await pass(60_000);
	t.is(store.depth().deadletter, 0);
	t.is(swept.length, 0);
	state.isFailing = false;
	await pass(60_000);
	await pass(60_000);
	t.deepEqual(
		swept.map(({aged}) => aged),
		[1],
	);
});

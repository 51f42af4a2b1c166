import test, {type ExecutionContext} from 'ava';
import {DeadletterDesk} from '../../src/deadletter/desk.js';
import {parsePeerId, parseSegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {storeFixture} from '../helpers/store-fixture.js';
import {draft} from '../helpers/store-verbs.js';

const A = parsePeerId('a');
const PEER = 1 as PeerNo;
const segment = (n: number) => parseSegmentId(`s${n}`);

/** A store in which `rejected` segments, then `exhausted` ones, were buried; `s0`, `s1`, ... in this order. */
const graveyard = async (t: ExecutionContext, rejected: number, exhausted = 0) => {
	const {store, clock} = await storeFixture(t);
	const drafts = Array.from({length: rejected + exhausted}, (_, n) =>
		draft(store, `payload ${n}`, {id: segment(n)}),
	);
	for (let from = 0; from < drafts.length; from += 1000) {
		await store.enqueue(drafts.slice(from, from + 1000), 'all');
	}
	await bury(store, 'reject', rejected);
	await bury(store, 'exhaust', exhausted);
	return {store, clock, desk: new DeadletterDesk(store)};
};

const bury = async (
	store: LmdbStore,
	event: 'reject' | 'exhaust',
	count: number,
	atOnce = 1000,
): Promise<void> => {
	for (let left = count; left > 0; ) {
		const lease = await store.lease(PEER, {maxBytes: 2 ** 30, maxEntries: Math.min(left, atOnce)});
		if (lease === undefined) {
			throw new Error('Nothing is left to bury');
		}
		const exceptions = Array.from({length: lease.entryCount}, (_, index) => ({
			index,
			error: 'no',
			outcome: 'REJECTED' as const,
			bytesSent: 1,
			event,
		}));
		await store.settle(lease, {acked: [], exceptions});
		left -= lease.entryCount;
	}
};

test('the list shows deadletters only, by reason and page by page', async t => {
	const {store, desk} = await graveyard(t, 3, 2);
	await store.enqueue([draft(store, 'alive')], 'all');
	t.is(desk.list({}, 50).records.length, 5);
	t.is(desk.list({}, 50).total, 5);
	t.deepEqual(
		desk.list({reason: 'MAX_RETRIES'}, 50).records.map(record => record.segmentId),
		[segment(3), segment(4)],
	);
	const first = desk.list({peer: A}, 2);
	const cursor = first.nextCursor;
	t.truthy(cursor);
	const rest = desk.list({peer: A, ...(cursor === undefined ? {} : {cursor})}, 50);
	t.is(first.records.length + rest.records.length, 5);
});

test('any record can be inspected, an unknown one is refused by name', async t => {
	const {store, desk} = await graveyard(t, 1);
	await store.enqueue([draft(store, 'alive', {id: 'alive'})], 'all');
	t.like(desk.inspect(segment(0), A), {state: 'deadletter', reason: 'REJECTED'});
	t.is(desk.inspect(segment(0), A).attempts.length, 1);
	t.is(desk.inspect(parseSegmentId('alive'), A).state, 'scheduled');
	t.throws(() => desk.inspect(parseSegmentId('nobody'), A), {code: 'NOT_FOUND', message: /nobody/});
});

test('a retry puts one back with its history and a fresh budget', async t => {
	const {desk} = await graveyard(t, 2);
	await desk.retry(segment(1), A);
	t.like(desk.inspect(segment(1), A), {state: 'scheduled', chargedFailures: 0});
	t.is(desk.inspect(segment(1), A).attempts.length, 1);
	await t.throwsAsync(desk.retry(segment(1), A), {code: 'INVALID_STATE'});
});

test('retrying all goes in steps of 1,000, counts, and leaves other reasons where they are', async t => {
	const {store, desk} = await graveyard(t, 2500, 3);
	const commits: number[] = [];
	const watched = new DeadletterDesk({
		...bound(store),
		retryMatching: async (selector, limit) => {
			commits.push(limit);
			return store.retryMatching(selector, limit);
		},
	});
	t.deepEqual(await watched.retryMatching({reason: 'REJECTED'}), {
		changed: 2500,
		refused: 0,
		done: true,
		cursor: undefined,
	});
	t.deepEqual(commits, [1000, 1000, 1000]);
	t.like(store.depth(PEER), {scheduled: 2500, deadletter: 3});
	t.is(desk.list({}, 1).total, 3);
});

test('a group larger than a step is retried whole', async t => {
	const {store} = await storeFixture(t);
	await store.enqueue(
		Array.from({length: 1024}, (_, n) => draft(store, `${n}`)),
		'all',
	);
	await bury(store, 'reject', 1024, 4096);
	t.like(await new DeadletterDesk(store).retryMatching({}), {changed: 1024, done: true});
	t.is(store.depth(PEER).scheduled, 1024);
});

test('a limit ends early and its cursor goes on', async t => {
	const {store, desk} = await graveyard(t, 30);
	const first = await desk.retryMatching({}, 12);
	t.like(first, {changed: 12, done: false});
	const rest = await desk.retryMatching(first.cursor === undefined ? {} : {cursor: first.cursor});
	t.like(rest, {changed: 18, done: true, cursor: undefined});
	t.is(store.depth(PEER).deadletter, 0);
});

test('a purge without force says what would go and removes nothing', async t => {
	const {store, desk} = await graveyard(t, 5);
	await store.enqueue([draft(store, 'alive', {id: 'alive'})], 'all');
	t.deepEqual(await desk.tallyOne(segment(0), A), [{peer: A, reason: 'REJECTED', records: 1}]);
	t.deepEqual(await desk.tallyOne(parseSegmentId('alive'), A), []);
	await t.throwsAsync(desk.tallyOne(parseSegmentId('nobody'), A), {code: 'NOT_FOUND'});
	t.deepEqual(await desk.tally({}), [{peer: A, reason: 'REJECTED', records: 5}]);
	t.is(store.depth(PEER).deadletter, 5);
});

test('a purge removes one, or all that match', async t => {
	const {store, desk} = await graveyard(t, 1200, 5);
	await desk.purge(segment(7), A);
	await t.throwsAsync(desk.tallyOne(segment(7), A), {code: 'NOT_FOUND'});
	t.like(await desk.purgeMatching({reason: 'REJECTED'}), {changed: 1199, refused: 0, done: true});
	t.is(store.depth(PEER).deadletter, 5);
	t.like(await desk.purgeMatching({}, 2), {changed: 2});
	t.is(store.depth(PEER).deadletter, 3);
});

test('a force buries what waits, and repeating it changes nothing', async t => {
	const {store, desk} = await graveyard(t, 0);
	await store.enqueue([draft(store, 'bad', {id: 'bad'})], 'all');
	t.true(await desk.force(parseSegmentId('bad'), A, 'operator: harmful'));
	t.like(desk.inspect(parseSegmentId('bad'), A), {state: 'deadletter', reason: 'FORCED'});
	t.false(await desk.force(parseSegmentId('bad'), A, 'again'));
	await t.throwsAsync(desk.force(parseSegmentId('nobody'), A, ''), {code: 'NOT_FOUND'});
});

/** The verbs of the desk as functions of their own, so that one can be replaced. */
const bound = (store: LmdbStore): ConstructorParameters<typeof DeadletterDesk>[0] => ({
	depth: peer => store.depth(peer),
	force: (id, peer) => store.force(id, peer),
	forceWaiting: (peer, limit) => store.forceWaiting(peer, limit),
	inspect: (...args) => store.inspect(...args),
	list: (...args) => store.list(...args),
	purge: (...args) => store.purge(...args),
	purgeMatching: (...args) => store.purgeMatching(...args),
	retry: (...args) => store.retry(...args),
	retryMatching: (...args) => store.retryMatching(...args),
	tallyMatching: selector => store.tallyMatching(selector),
});

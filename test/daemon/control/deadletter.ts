import test, {type ExecutionContext} from 'ava';
import {
	force,
	inspectDeadletter,
	listDeadletters,
	purge,
	retry,
} from '../../../src/daemon/control/deadletter.js';
import {cancelJob, listJobs} from '../../../src/daemon/control/deadletter-jobs.js';
import {DeadletterDesk} from '../../../src/deadletter/desk.js';
import {Replays} from '../../../src/deadletter/replays.js';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import type {PeerNo} from '../../../src/outbound/units.js';
import type {Enqueued, Lease} from '../../../src/storage/store.js';
import {loggerWithLines} from '../../helpers/log-lines.js';
import {draftFor, storeFixture} from '../../helpers/store-fixture.js';

const PEER = 'a' as PeerId;

/** `count` deadletters of peer `a`, and one record that waits. */
const fixture = async (t: ExecutionContext, count: number) => {
	const {store, clock} = await storeFixture(t);
	const enqueued = await store.enqueue(
		Array.from({length: count + 1}, (_, index) => draftFor(store, `payload ${index}`)),
		'all',
	);
	const ids = idsOf(enqueued);
	for (const id of ids.slice(0, count)) {
		await store.force(id, PEER);
	}
	const {logger, lines} = loggerWithLines();
	let changes = 0;
	const aside: SegmentId[] = [];
	const letGo: PeerNo[] = [];
	const dispatcher = {keptAside: () => aside, letGo: (peer: PeerNo) => letGo.push(peer)} as never;
	const parts = {
		desk: new DeadletterDesk(store),
		replays: new Replays({
			book: store.replays,
			clock,
			logger,
			onDone: async () => {},
			onBug: error => t.fail(String(error)),
		}),
		store,
		clock,
		dispatcher,
		logger,
		buriedOrFreed: () => changes++,
	};
	const waiting = ids.at(-1) as SegmentId;
	return {store, clock, ids, waiting, parts, aside, letGo, lines, changes: () => changes};
};

const idsOf = (enqueued: Enqueued): SegmentId[] =>
	Array.from({length: enqueued.count}, (_, index) => enqueued.segmentId(index));

test('all that match are retried, and one line tells who did it and why', async t => {
	const {store, parts, lines} = await fixture(t, 5);
	const params = {all: true, reason: 'FORCED', operator: 'mia', note: 'hub is back'} as const;
	t.deepEqual(await retry(parts, params), {retried: 5, refused: 0});
	t.is(store.depth().scheduled, 6);
	t.is(lines().length, 1);
	t.like(lines()[0], {
		level: 'info',
		event: 'relay.deadletter.retried',
		operator: 'mia',
		reason: 'hub is back',
		deadletter_reason: 'FORCED',
		retried: 5,
	});
});

test('a selector that matches nothing changes nothing', async t => {
	const {store, clock, parts} = await fixture(t, 2);
	const since = new Date(clock.now() + 1).toISOString();
	t.deepEqual(await retry(parts, {all: true, since}), {retried: 0, refused: 0});
	t.deepEqual(await retry(parts, {all: true, reason: 'REJECTED'}), {retried: 0, refused: 0});
	t.is(store.depth().deadletter, 2);
});

test('a limit leaves the rest, which the next call takes', async t => {
	const {store, parts} = await fixture(t, 5);
	t.like(await purge(parts, {all: true, force: true, limit: 3}), {dry_run: false, purged: 3});
	t.is(store.depth().deadletter, 2);
	t.like(await purge(parts, {all: true, force: true}), {dry_run: false, purged: 2});
});

test('without force a purge changes nothing, logs nothing and says what would go', async t => {
	const {store, ids, waiting, parts, lines, changes} = await fixture(t, 3);
	t.deepEqual(await purge(parts, {all: true}), {
		dry_run: true,
		would_purge: 3,
		matching: [{peer_id: 'a', reason: 'FORCED', count: 3}],
	});
	t.like(await purge(parts, {all: true, limit: 2}), {dry_run: true, would_purge: 2});
	const [dead = waiting] = ids;
	t.like(await purge(parts, {segment_id: dead, peer_id: PEER}), {dry_run: true, would_purge: 1});
	t.like(await purge(parts, {segment_id: waiting, peer_id: PEER}), {dry_run: true, would_purge: 0});
	t.deepEqual([store.depth().deadletter, lines().length, changes()], [3, 0, 0]);
});

test('a purge is told to who looks after what it freed', async t => {
	const {ids, waiting, parts, changes} = await fixture(t, 2);
	const [dead = waiting] = ids;
	await purge(parts, {segment_id: dead, peer_id: PEER, force: true});
	await purge(parts, {all: true, force: true});
	t.is(changes(), 2);
});

test('to bury what is dead already is a success that changes nothing and is not logged again', async t => {
	const {waiting, parts, lines} = await fixture(t, 0);
	const params = {segment_id: waiting, peer_id: PEER, operator: 'mia', reason: 'poison'};
	t.deepEqual(await force(parts, params), {forced: true, state: 'deadletter'});
	t.deepEqual(await force(parts, params), {forced: false, state: 'deadletter'});
	t.deepEqual(
		lines().map(({event, operator, reason, segment_id}) => [event, operator, reason, segment_id]),
		[['relay.deadletter.forced', 'mia', 'poison', waiting]],
	);
});

test('everything that waits for a peer is buried, whether it is configured or not', async t => {
	const {store, parts, lines, changes} = await fixture(t, 2);
	await store.enqueue(
		Array.from({length: 2500}, () => draftFor(store, 'x')),
		'all',
	);
	const order = {all: true, peer_id: PEER, operator: 'mia', reason: 'scrapped'} as const;
	t.deepEqual(await force(parts, {...order, limit: 1}), {buried: 1, left: {waiting: 2500, inflight: 0}});
	const lease = await store.lease(store.peers()[0]?.no as PeerNo, {maxBytes: 100, maxEntries: 7});
	t.deepEqual(await force(parts, order), {buried: 2493, left: {waiting: 0, inflight: 7}});
	t.deepEqual(await force(parts, order), {buried: 0, left: {waiting: 0, inflight: 7}});
	t.true(await store.settle(lease as Lease, {acked: 'all', exceptions: []}));
	t.like(store.depth(), {deadletter: 2 + 1 + 2493, acked: 7, scheduled: 0, inflight: 0});
	t.is(changes(), 2);
	t.like(lines().at(-1), {event: 'relay.deadletter.forced', operator: 'mia', peer_id: 'a', buried: 2493});
	await t.throwsAsync(force(parts, {all: true, peer_id: 'nobody' as PeerId}), {code: 'UNKNOWN_PEER'});
});

test('what broke alone and is kept aside in an open lease is buried with what waits', async t => {
	const {store, ids, waiting, parts, aside, letGo} = await fixture(t, 2);
	const no = store.peers()[0]?.no as PeerNo;
	const lease = await store.lease(no, {maxBytes: 100, maxEntries: 1});
	aside.push(waiting, ids[0] as SegmentId);
	t.deepEqual(await force(parts, {all: true, peer_id: PEER}), {buried: 1, left: {waiting: 0, inflight: 0}});
	t.deepEqual(letGo, [no]);
	t.like(store.inspect(waiting, PEER)[0], {state: 'deadletter', reason: 'FORCED'});
	await store.settle(lease as Lease, {acked: [], exceptions: []});
	t.like(store.depth(), {deadletter: 3, scheduled: 0, inflight: 0});
	aside.push('gone' as SegmentId);
	t.like(await force(parts, {all: true, peer_id: PEER}), {buried: 0});
});

test('a listing pages through the dead, and any record can be looked at', async t => {
	const {waiting, parts} = await fixture(t, 3);
	const first = listDeadletters(parts, {limit: 2});
	const {next_cursor: cursor} = first;
	const rest = listDeadletters(parts, {limit: 2, ...(cursor !== undefined && {cursor})});
	t.deepEqual([first.records.length, first.total, rest.records.length], [2, 3, 1]);
	t.is(first.records[0]?.reason, 'FORCED');
	t.is(inspectDeadletter(parts, {segment_id: waiting, peer_id: PEER}).state, 'scheduled');
	t.throws(() => inspectDeadletter(parts, {segment_id: 'nobody' as SegmentId, peer_id: PEER}), {
		message: 'Segment nobody is not known here for peer a',
	});
});

test('a dry run of retry and force says what would be and changes nothing', async t => {
	const {store, ids, waiting, parts, lines, changes} = await fixture(t, 3);
	const [dead = waiting] = ids;
	const matching = [{peer_id: 'a', reason: 'FORCED' as const, count: 3}];
	t.deepEqual(await retry(parts, {all: true, dry_run: true}), {
		dry_run: true,
		would_retry: 3,
		would_refuse: 0,
		matching,
	});
	t.like(await retry(parts, {segment_id: dead, peer_id: PEER, dry_run: true}), {would_retry: 1});
	t.like(await retry(parts, {segment_id: waiting, peer_id: PEER, dry_run: true}), {would_retry: 0});
	t.like(await force(parts, {segment_id: waiting, peer_id: PEER, dry_run: true}), {would_force: 1});
	t.like(await force(parts, {segment_id: dead, peer_id: PEER, dry_run: true}), {would_force: 0});
	t.deepEqual(await force(parts, {all: true, peer_id: PEER, dry_run: true}), {
		dry_run: true,
		would_force: 1,
		inflight: 0,
	});
	t.like(await purge(parts, {all: true, force: true, dry_run: true}), {dry_run: true, would_purge: 3});
	t.deepEqual([store.depth().deadletter, lines().length, changes()], [3, 0, 0]);
});

test('an age selects what died before, by the clock of the daemon', async t => {
	const {parts, clock} = await fixture(t, 2);
	clock.advance(3_600_000);
	t.like(await purge(parts, {all: true, older_than_seconds: 3601}), {would_purge: 0});
	t.like(await purge(parts, {all: true, older_than_seconds: 3500}), {would_purge: 2});
	const list = listDeadletters(parts, {limit: 1, older_than_seconds: 3500});
	t.is(list.total, 2, 'the total of the filter, not of all');
	t.is(listDeadletters(parts, {limit: 1, older_than_seconds: 3601}).total, 0);
});

test('a rate makes a job of what matches now; it is listed, cancelled once, and told each time', async t => {
	const {store, parts, lines} = await fixture(t, 5);
	const order = {all: true, rate_per_second: 2, operator: 'mia', note: 'INC-7'} as const;
	const answer = await retry(parts, order);
	if (!('job' in answer)) {
		throw new Error('no job');
	}
	t.like(answer.job, {job_id: 'job-1', state: 'running', matched: 5, retried: 0, left: 5, eta_seconds: 2.5});
	t.like(answer.job, {operator: 'mia', note: 'INC-7', peer_id: null});
	t.deepEqual(listJobs(parts).jobs, [answer.job]);
	t.is(store.depth().deadletter, 5, 'nothing at once');
	t.like(await cancelJob(parts, {job_id: 'job-1', operator: 'ann'}), {cancelled: true});
	t.like(await cancelJob(parts, {job_id: 'job-1'}), {cancelled: false});
	await t.throwsAsync(cancelJob(parts, {job_id: 'job-9'}), {code: 'NOT_FOUND'});
	t.deepEqual(
		lines().map(({event}) => event),
		['relay.deadletter.replay.started', 'relay.deadletter.replay.cancelled'],
	);
	await t.throwsAsync(retry(parts, {...order, limit: 3}), {code: 'INVALID_ARGUMENT'});
	await t.throwsAsync(retry(parts, {...order, peer_id: 'nobody' as typeof PEER}), {code: 'UNKNOWN_PEER'});
});

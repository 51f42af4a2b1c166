import test, {type ExecutionContext} from 'ava';
import {why} from '../../../src/daemon/control/why.js';
import {Peers} from '../../../src/daemon/peers.js';
import type {LaneSnapshot} from '../../../src/delivery/lane-snapshot.js';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import {whyResult} from '../../../src/rpc/contract/why.js';
import {configFrom, NODE} from '../../helpers/config.js';
import {storeFixture} from '../../helpers/store-fixture.js';
import {A, ackAll, B, fill, take} from '../../helpers/store-verbs.js';

const LANE = {
	link: 'up',
	paused: false,
	draining: false,
	lastAckAt: undefined,
	lastError: undefined,
	consecutiveFailures: 0,
	nextAttemptAt: undefined,
	bytesPerSecondNow: 0,
	etaSeconds: undefined,
	leases: 0,
	inflightBytes: 0,
	sending: {bytes: 0, sentBytes: 0},
	searching: false,
	suspicion: {suspects: 0, alone: 0},
	order: {kind: 'oldest_first'},
};

/** A real store with the configured peer `a` and the forgotten one `b`; `lane` is what the lane of `a` says. */
const fixture = async (t: ExecutionContext, lane: Partial<LaneSnapshot> = {}) => {
	const {store, clock} = await storeFixture(t, {}, 2);
	const config = configFrom(`${NODE}[[peers]]\nid = "a"\nurl = "unix:/a"`);
	const [known] = store.peers();
	const configured = [{...(known as {id: PeerId; no: never}), config: config.peers[0] as never}];
	const rates: Record<string, number> = {a: 2000, total: 500};
	const parts = {
		store,
		clock,
		config,
		peers: new Peers(store, configured),
		dispatcher: {snapshots: () => [{...LANE, ...lane, peerId: A}]} as never,
		bandwidth: {state: (peer?: PeerId) => ({bytesPerSecond: rates[peer ?? 'total']})} as never,
	};
	return {store, clock, parts};
};

test('a record that waits is told with what is ahead of it, and the answer keeps to its schema', async t => {
	const {store, parts} = await fixture(t, {bytesPerSecondNow: 2});
	await fill(store, ['12', '345']);
	const [id = '' as SegmentId] = await fill(store, ['6']);
	const answer = why(parts, {segment_id: id, peer_id: A});
	t.notThrows(() => whyResult.parse(answer));
	t.like(answer, {
		cause: 'turn',
		segment_id: id,
		peer_id: 'a',
		ahead: {records: 2, bytes: 5, at_least: false, bytes_estimated: false},
		queue: {scheduled: 3, failed: 0, inflight: 0, held: 0, waiting_bytes: 6},
		budget: {bytes_per_second: 500, bytes_per_second_now: 2},
		next_event: {what: 'turn_comes', at: null},
		eta_seconds: 3,
	});
	t.is(answer.record?.state, 'scheduled');
});

test('a record that is held, and one that the peer has', async t => {
	const {store, parts} = await fixture(t);
	const [id = '' as SegmentId, other = '' as SegmentId] = await fill(store, ['1', '2']);
	await store.change('hold', id, A);
	await ackAll(store, await take(store));
	t.like(why(parts, {segment_id: id, peer_id: A}), {
		cause: 'held',
		ahead: null,
		queue: {held: 1, scheduled: 1},
	});
	t.like(why(parts, {segment_id: other, peer_id: A}), {cause: 'acked', ahead: null, next_event: null});
	t.like(why(parts, {peer_id: A}), {cause: 'held'});
});

test('a peer whose link is down is told with its next try', async t => {
	const {store, clock, parts} = await fixture(t, {
		link: 'down',
		consecutiveFailures: 2,
		lastError: 'refused',
		nextAttemptAt: 1_750_000_005_000 as never,
	});
	await fill(store, ['1']);
	clock.advance(1);
	const answer = why(parts, {peer_id: A});
	t.notThrows(() => whyResult.parse(answer));
	t.like(answer, {
		cause: 'link_down',
		link: {state: 'down', consecutive_failures: 2, last_error: 'refused'},
		next_event: {what: 'link_is_tried', at: '2025-06-15T15:06:45.000Z'},
	});
	t.is(answer.record, undefined);
});

test('a peer that is not configured any more is told so', async t => {
	const {store, parts} = await fixture(t);
	const [id = '' as SegmentId] = await fill(store, ['1'], {to: [B]});
	t.like(why(parts, {segment_id: id, peer_id: B}), {cause: 'orphaned', link: {state: 'orphaned'}});
	t.like(why(parts, {peer_id: B}), {cause: 'orphaned'});
});

test('what is not known is refused by name', async t => {
	const {store, parts} = await fixture(t);
	const [id = '' as SegmentId] = await fill(store, ['1']);
	t.throws(() => why(parts, {segment_id: 'nowhere' as SegmentId, peer_id: A}), {code: 'NOT_FOUND'});
	t.throws(() => why(parts, {segment_id: id, peer_id: B}), {code: 'UNKNOWN_PEER'});
	t.throws(() => why(parts, {peer_id: 'x' as PeerId}), {code: 'UNKNOWN_PEER'});
});

import test, {type ExecutionContext} from 'ava';
import {expire, move, setPriority} from '../../../src/daemon/control/hold.js';
import {Intake} from '../../../src/daemon/intake.js';
import {numberPeers, Peers} from '../../../src/daemon/peers.js';
import type {PeerNo} from '../../../src/outbound/units.js';
import {configFrom, NODE} from '../../helpers/config.js';
import {loggerWithLines} from '../../helpers/log-lines.js';
import {storeFixture} from '../../helpers/store-fixture.js';
import {A, B, C, fillDead, fillOneByOne, recordOf} from '../../helpers/store-verbs.js';

/** `count` segments for `a`; `a` and `b` are configured, `c` is known to the store only. */
const fixture = async (t: ExecutionContext, count: number) => {
	const {store, clock} = await storeFixture(t, {}, 3);
	const payloads = Array.from({length: count}, (_, at) => `p${at}`);
	const ids = await fillOneByOne(store, payloads);
	const config = configFrom(
		`${NODE}[[peers]]\nid = "a"\nurl = "unix:/a"\n[[peers]]\nid = "b"\nurl = "unix:/b"`,
	);
	const peers = new Peers(store, await numberPeers(store, config.peers));
	const draining = new Set<PeerNo>();
	const dispatcher = {isDraining: (no: PeerNo) => draining.has(no)} as never;
	const {logger, lines} = loggerWithLines();
	const intake = new Intake({store, peers, clock} as never);
	const parts = {store, peers, dispatcher, intake, logger, buriedOrFreed() {}};
	return {store, ids, draining, lines, peers, parts};
};

test('what is moved, or made more urgent, is told by who did it; a dry run changes and tells nothing', async t => {
	const {store, ids, parts, lines} = await fixture(t, 3);
	const [segment_id] = ids as [(typeof ids)[number]];
	const all = {all: true, peer_id: A, operator: 'mia'} as const;
	for (const dry_run of [true, false]) {
		t.deepEqual(await move(parts, {segment_id, peer_id: A, to_peer_id: B, operator: 'mia', dry_run}), {
			dry_run,
			moved: 1,
			refused: 0,
		});
		t.is(store.inspect(segment_id, B).length, dry_run ? 0 : 1);
		t.deepEqual(await setPriority(parts, {...all, to: 'urgent', dry_run}), {
			dry_run,
			reprioritised: dry_run ? 3 : 2,
			refused: 0,
		});
	}
	t.is(recordOf(store, segment_id, B).priority, 'normal');
	t.deepEqual(
		lines().map(({event, operator, changed}) => [event, operator, changed]),
		[
			['relay.record.moved', 'mia', 1],
			['relay.record.reprioritised', 'mia', 2],
		],
	);
});

test('nothing is moved to a peer that takes nothing new, nor goes on when that comes about', async t => {
	const {store, ids, parts, draining, peers} = await fixture(t, 3);
	const [segment_id] = ids as [(typeof ids)[number]];
	const one = {segment_id, peer_id: A} as const;
	await t.throwsAsync(move(parts, {...one, to_peer_id: A}), {code: 'INVALID_ARGUMENT'});
	await t.throwsAsync(move(parts, {...one, to_peer_id: C}), {code: 'UNKNOWN_PEER'});
	draining.add(peers.find(B).no);
	await t.throwsAsync(move(parts, {...one, to_peer_id: B, dry_run: true}), {code: 'DRAINING'});
	draining.clear();
	const {changeMatching} = store;
	let calls = 0;
	store.changeMatching = (...args) => {
		draining.add(peers.find(B).no); // While the first commit is being written.
		calls++;
		return changeMatching.call(store, args[0], args[1], 1);
	};
	const all = {all: true, peer_id: A, to_peer_id: B} as const;
	await t.throwsAsync(move(parts, all), {code: 'DRAINING'});
	t.deepEqual([calls, store.depth(peers.find(B).no).scheduled], [1, 1]);
});

test('a move by the reason of a burial is one of deadletters', async t => {
	const {store, parts} = await fixture(t, 0);
	await fillDead(store, ['x']);
	const all = {all: true, peer_id: A, to_peer_id: B, buried_for: 'REJECTED'} as const;
	await t.throwsAsync(move(parts, all), {code: 'INVALID_ARGUMENT', message: /state deadletter/});
	t.like(await move(parts, {...all, state: 'deadletter' as const}), {moved: 1});
});

test('what is expired is looked after: it may be the first deadletter, or too many', async t => {
	const {ids, parts} = await fixture(t, 2);
	let looks = 0;
	const watched = {...parts, buriedOrFreed: () => void looks++};
	await expire(watched, {all: true, dry_run: true});
	await expire(watched, {segment_id: ids[0] as never, peer_id: A});
	t.is(looks, 1);
	t.like(await expire(watched, {all: true}), {expired: 1});
	t.like(await expire(watched, {all: true}), {expired: 0});
	t.is(looks, 2);
});

import test, {type ExecutionContext} from 'ava';
import type {SuccessCondition} from '../../src/config/relay.js';
import {Intake} from '../../src/daemon/intake.js';
import {numberPeers, Peers} from '../../src/daemon/peers.js';
import {Phase} from '../../src/daemon/phase.js';
import {StoreHealth} from '../../src/daemon/store-health.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import type {Route} from '../../src/storage/store.js';
import {configFrom, NODE} from '../helpers/config.js';
import {loggerWithLines} from '../helpers/log-lines.js';
import {draftFor, storeFixture} from '../helpers/store-fixture.js';

/** An intake for the peers `a` (a default) and `b`; `c` is known to the store only. */
const fixture = async (t: ExecutionContext, successCondition: SuccessCondition = 'all_peers') => {
	const {store, clock} = await storeFixture(t, {}, 3);
	const config = configFrom(
		`${NODE}[[peers]]\nid = "a"\nurl = "unix:/a"\n[[peers]]\nid = "b"\nurl = "unix:/b"\ndefault = false`,
	);
	const peers = new Peers(store, await numberPeers(store, config.peers));
	const {logger, lines} = loggerWithLines();
	const storeHealth = new StoreHealth({
		recover: async () => false,
		clock,
		logger,
		onBug: error => t.fail(String(error)),
	});
	t.teardown(() => storeHealth.stop());
	const phase = new Phase(storeHealth);
	const draining = new Set<PeerNo>();
	let failure: Error | undefined;
	const intake = new Intake({
		store: {
			enqueue: (drafts, mode) =>
				failure === undefined ? store.enqueue(drafts, mode) : Promise.reject(failure),
			quota: store.quota,
			payload: segment => store.payload(segment),
		},
		peers,
		phase,
		lanes: {isDraining: peer => draining.has(peer)},
		storeHealth,
		clock,
		successCondition,
	});
	const fail = (error: Error | undefined): void => {
		failure = error;
	};
	return {store, peers, phase, intake, draining, lines, fail};
};

test('the default route has the peers that are defaults, and no other', async t => {
	const {intake, peers} = await fixture(t);
	t.deepEqual(intake.defaultRoute()?.peers, [peers.find('a' as PeerId).no]);
	t.is(intake.route(['b', 'a'] as PeerId[]).peers.length, 2);
});

test('a peer that only the store remembers is as unknown as one that never was', async t => {
	const {intake} = await fixture(t);
	for (const id of ['c', 'nobody'] as PeerId[]) {
		t.throws(() => intake.route([id]), {code: 'UNKNOWN_PEER', message: /known: a, b$/});
	}
	t.throws(() => intake.route([]), {code: 'UNKNOWN_PEER'});
});

test('a route with fewer peers than must have a segment is refused, and nothing is stored', async t => {
	const {intake, phase, store} = await fixture(t, 2);
	phase.started();
	const route = store.route(['a', 'b'] as PeerId[]);
	const tooSmall = [draftFor(store, 'x', {route}), draftFor(store, 'y')];
	await t.throwsAsync(intake.enqueue(tooSmall, 'each'), {
		code: 'INVALID_ARGUMENT',
		message: 'relay.success_condition asks for 2 peers and the segment goes to 1 peer: name at least 2',
	});
	t.is(store.depth().total, 0);
	t.is(intake.counters.refusals.get('INVALID_ARGUMENT'), 1);
	const enqueued = await intake.enqueue([draftFor(store, 'x', {route})], 'all');
	t.is(enqueued.status(0), 'accepted');
});

test('before the start and after the stop nothing is taken', async t => {
	const {intake, phase, store} = await fixture(t);
	await t.throwsAsync(intake.enqueue([draftFor(store, 'x')], 'all'), {code: 'BUSY'});
	phase.started();
	await intake.enqueue([draftFor(store, 'x')], 'all');
	phase.stopping();
	await t.throwsAsync(intake.enqueue([draftFor(store, 'x')], 'all'), {code: 'SHUTTING_DOWN'});
	phase.started();
	t.true(phase.isStopping, 'a stop is not undone by a start that ends late');
	t.deepEqual(
		[...intake.counters.refusals],
		[
			['BUSY', 1],
			['SHUTTING_DOWN', 1],
		],
	);
});

test('a call with one segment for a drained peer is refused whole, and nothing of it is stored', async t => {
	const {intake, phase, store, draining, peers} = await fixture(t);
	phase.started();
	draining.add(peers.find('b' as PeerId).no);
	const both = draftFor(store, 'x', {route: intake.route(['a', 'b'] as PeerId[])});
	await t.throwsAsync(intake.enqueue([draftFor(store, 'y'), both], 'each'), {
		code: 'DRAINING',
		message: /edgectl relay resume b/,
	});
	t.is(store.depth().total, 0);
	await intake.enqueue([draftFor(store, 'y')], 'each');
	t.is(store.depth().total, 1);
});

test('what came in is counted by what became of it', async t => {
	const {intake, phase, store} = await fixture(t);
	phase.started();
	const named = (payload: string) =>
		draftFor(store, payload, {identity: {kind: 'given', id: 'one' as never}});
	await intake.enqueue([named('four'), named('four'), named('other')], 'each');
	t.like(intake.counters, {accepted: 1, duplicate: 1, conflict: 1, acceptedBytes: 4});
});

test('a store that was lost is news once; a full queue is none', async t => {
	const {intake, phase, store, lines, fail} = await fixture(t);
	phase.started();
	const enqueue = () => intake.enqueue([draftFor(store, 'x')], 'all');
	fail(new EdgedError('QUEUE_FULL', 'at the ceiling'));
	await t.throwsAsync(enqueue(), {code: 'QUEUE_FULL'});
	t.is(phase.toPing('open'), 'running');
	fail(new EdgedError('STORAGE_FAILED', 'removed'));
	await t.throwsAsync(enqueue(), {code: 'STORAGE_FAILED'});
	t.is(phase.toPing('open'), 'degraded');
	await t.throwsAsync(enqueue(), {code: 'STORAGE_FAILED'});
	t.deepEqual(
		lines().map(({level}) => level),
		['error'],
	);
});

test('while a peer is about to leave nothing new is taken for it, and who has begun is waited for', async t => {
	const {intake, phase, store, peers} = await fixture(t);
	phase.started();
	const b = peers.find('b' as PeerId);
	const toB = () => draftFor(store, 'x', {route: intake.route(['b' as PeerId])});
	const begun = intake.enqueue([toB()], 'all');
	peers.holdBack([b]);
	await t.throwsAsync(intake.enqueue([toB()], 'all'), {code: 'DRAINING', message: /^b is being removed/});
	await intake.enqueue([draftFor(store, 'for a')], 'all');
	await intake.answered();
	t.is(store.depth(b.no).scheduled, 1, 'what was begun before is stored by now');
	await begun;
	await intake.answered();
	peers.holdBack([]);
	t.is((await intake.enqueue([toB()], 'all')).count, 1);
});

test('a route that was looked up before its peer was removed is refused', async t => {
	const {intake, phase, store, peers} = await fixture(t);
	phase.started();
	const named = draftFor(store, 'x', {route: intake.route(['b' as PeerId])});
	const unnamed = draftFor(store, 'x', {route: intake.defaultRoute() as Route});
	peers.replace(peers.configured.filter(({id}) => id === 'b'));
	await t.throwsAsync(intake.enqueue([unnamed], 'all'), {code: 'BUSY', message: /default peers/});
	peers.replace([]);
	await t.throwsAsync(intake.enqueue([named], 'all'), {code: 'UNKNOWN_PEER'});
	t.is(store.depth().total, 0);
});

import {setImmediate as nextTurn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {move} from '../../src/daemon/control/hold.js';
import {Intake} from '../../src/daemon/intake.js';
import {clearAway} from '../../src/daemon/leaving-peers.js';
import {numberPeers, Peers, type RelayPeer} from '../../src/daemon/peers.js';
import {configFrom, NODE} from '../helpers/config.js';
import {loggerWithLines} from '../helpers/log-lines.js';
import {storeFixture} from '../helpers/store-fixture.js';
import {A, ackAll, B, fill, take} from '../helpers/store-verbs.js';

const PATIENCE_MS = 10_000;
/** What an average over ten seconds makes of one small segment, acknowledged just now, and twenty that wait. */
const SLOW = {link: 'up', etaSeconds: 200};

/** A real store in which two segments wait for its one peer, whose lane says `SLOW`. */
const fixture = async (t: ExecutionContext) => {
	const {store, clock} = await storeFixture(t);
	await fill(store, ['x', 'y']);
	const leaving = store.peers().map((known): RelayPeer => ({...known, config: {} as never}));
	const peers = new Peers(store, leaving);
	const dispatcher = {snapshots: () => [SLOW]} as never;
	const parts = {store, clock, peers, dispatcher, intake: {answered: async () => {}} as never};
	return {store, clock, peers, leaving, parts};
};

test('a peer is given its time for what has just come in, however slow it seems', async t => {
	const {store, clock, peers, leaving, parts} = await fixture(t);
	clock.advance(PATIENCE_MS - 1);
	const cleared = clearAway(leaving, parts, PATIENCE_MS);
	await nextTurn();
	t.true(peers.isLeaving(leaving[0]?.no as never), 'nothing new is taken for it');
	await ackAll(store, await take(store));
	clock.advance(1000);
	await t.notThrowsAsync(cleared);
});

test('for a backlog that is old, and takes too long at its pace, nobody who enqueues is made to wait', async t => {
	const {clock, peers, leaving, parts} = await fixture(t);
	clock.advance(PATIENCE_MS);
	await t.throwsAsync(clearAway(leaving, parts, PATIENCE_MS), {code: 'INVALID_CONFIG', message: /2 records/});
	t.false(peers.isLeaving(leaving[0]?.no as never));
});

test('what is being moved to a peer that is to leave is waited for: the peer stays, and nothing else is moved to it', async t => {
	const {store, clock} = await storeFixture(t, {}, 2);
	const ids = await fill(store, ['x', 'y']);
	const config = configFrom(
		`${NODE}[[peers]]\nid = "a"\nurl = "unix:/a"\n[[peers]]\nid = "b"\nurl = "unix:/b"`,
	);
	const peers = new Peers(store, await numberPeers(store, config.peers));
	const intake = new Intake({store, peers, clock} as never);
	const dispatcher = {snapshots: () => [{link: 'up'}], isDraining: () => false} as never;
	const parts = {store, peers, dispatcher, intake, clock, logger: loggerWithLines().logger};
	const [kept, late] = ids.map(segment_id => ({segment_id, peer_id: A, to_peer_id: B}));
	const moving = move(parts, kept as never);
	const cleared = clearAway([peers.find(B)], parts, 0);
	await t.throwsAsync(move(parts, late as never), {code: 'DRAINING'});
	await t.throwsAsync(move(parts, {...late, dry_run: true} as never), {code: 'DRAINING'});
	await t.throwsAsync(cleared, {code: 'INVALID_CONFIG', message: /peer b .* still has 1 record that is/});
	t.like(await moving, {moved: 1});
});

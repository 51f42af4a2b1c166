import {deepEqual, ok} from 'node:assert/strict';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {SendOutcome} from '../../src/delivery/transport.js';
import type {SegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {DeliveryStage} from '../helpers/delivery-stage.js';
import {FragilePeer, type FragilePeerOptions} from '../helpers/fragile-peer.js';
import type {EntryDraft} from '../helpers/leases.js';
import {acked, idsOf} from '../helpers/scripted-transport.js';

const HUB = 1;
/** A send takes no time, so all that follow from one must be done before the clock moves on. */
const TURNS = 200;
const RESET: SendOutcome = {kind: 'broken', message: 'reset', cause: 'reset', bytesSent: 10};
const DOWN: SendOutcome = {kind: 'link_down', message: 'refused', bytesSent: 0};
const numbered = (count: number, rest: Partial<EntryDraft> = {}): EntryDraft[] =>
	Array.from({length: count}, (_, index) => ({id: `s${index}`, ...rest}));

const stageWith = (
	t: ExecutionContext,
	peer: Partial<FragilePeerOptions>,
	policy: ConstructorParameters<typeof DeliveryStage>[1] = {},
): {stage: DeliveryStage; fragile: FragilePeer} => {
	const stage = new DeliveryStage(t, policy);
	const transport = stage.transport();
	const requests = peer.requests ?? 'shared';
	const fragile = new FragilePeer({
		clock: stage.clock,
		poisons: new Set(),
		outages: [],
		...peer,
		requests,
	});
	transport.proves = requests === 'own' ? 'link' : 'peer';
	transport.script = fragile.send;
	transport.probeScript = fragile.probe;
	return {stage, fragile};
};

type Scene = {
	readonly requests: 'shared' | 'own';
	readonly count: number;
	readonly poisons: readonly number[];
	readonly outages: ReadonlyArray<{readonly from: number; readonly ms: number; readonly of: 'link' | 'peer'}>;
};

const scene: fc.Arbitrary<Scene> = fc.record({
	requests: fc.constantFrom('shared' as const, 'own' as const),
	count: fc.integer({min: 1, max: 60}),
	poisons: fc.array(fc.nat(59), {maxLength: 6}),
	outages: fc.array(
		fc.record({
			from: fc.integer({min: 0, max: 120_000}),
			ms: fc.integer({min: 1, max: 60_000}),
			of: fc.constantFrom('link' as const, 'peer' as const),
		}),
		{maxLength: 5},
	),
});

test('whatever breaks and whenever: every good segment arrives uncharged, every poison ends MAX_RETRIES', async t => {
	await fc.assert(
		fc.asyncProperty(scene, async ({requests, count, poisons: positions, outages: drawn}) => {
			const poisons = new Set(positions.filter(at => at < count).map(at => `s${at}`));
			const outages = drawn.map(({from, ms, of}) => ({from, to: from + ms, of}));
			const policy = {policy: {maxRetryCount: 3, backoffMaxMs: 4000}};
			const {stage, fragile} = stageWith(t, {requests, poisons, outages}, policy);
			await stage.dispatcher.start();
			const entries = numbered(count);
			// A third waits, the rest comes while things go wrong; later there is something now and then to prove the peer by.
			stage.store.add(HUB, ...entries.slice(0, Math.ceil(count / 3)));
			for (const entry of entries.slice(Math.ceil(count / 3))) {
				await stage.pass(1000, 1000, TURNS);
				stage.store.add(HUB, entry);
			}
			await stage.pass(Math.max(0, 240_000 - count * 1000), 2000, TURNS);
			for (let proof = 0; proof < 60 && stage.store.inState('deadletter').length < poisons.size; proof++) {
				stage.store.add(HUB, {id: `proof${proof}`});
				await stage.pass(20_000, 2000, TURNS);
			}
			await stage.pass(120_000, 5000, TURNS);
			const {rows} = stage.store;
			const good = rows.filter(({draft}) => !poisons.has(draft.id));
			const wronged = good.filter(({state, charged}) => state !== 'acked' || charged > 0);
			const mostSent = Math.max(0, ...good.map(({draft}) => fragile.sends.get(draft.id) ?? 0));
			await stage.stop(0);
			// Thrown, so that fast-check can shrink it.
			deepEqual(wronged, [], 'a good segment was charged or did not arrive');
			deepEqual(stage.store.inState('deadletter').sort(), [...poisons].sort());
			// Four times for the search; and in each outage it may be met, and searched after.
			ok(mostSent <= 4 + 28 * outages.length, `${mostSent} times, ${outages.length} outages`);
		}),
		{numRuns: 40},
	);
	t.pass();
});

test('a poison that takes the peer down whenever it is sent keeps no other segment', async t => {
	for (const requests of ['shared', 'own'] as const) {
		const poisons = new Set(['s3']);
		const {stage} = stageWith(t, {requests, poisons, fallMs: 3000});
		stage.store.add(HUB, ...numbered(200));
		await stage.dispatcher.start();
		await stage.pass(600_000, 1000);
		t.is(stage.store.inState('acked').length, 199, requests);
		t.is(stage.store.chargedOf('s3'), 0, requests);
		await stage.stop(0);
	}
});

test('a run of poisons at the head is passed, also where only a segment proves the peer well', async t => {
	for (const requests of ['shared', 'own'] as const) {
		const poisons = new Set(numbered(20).map(({id}) => id));
		const {stage} = stageWith(t, {requests, poisons});
		stage.store.add(HUB, ...numbered(60));
		await stage.dispatcher.start();
		await stage.pass(3_600_000, 1000);
		t.is(stage.store.inState('acked').length, 40, requests);
		t.true(stage.store.rows.every(row => row.charged === 0 || poisons.has(row.draft.id)));
		await stage.stop(0);
	}
});

test('where only the link can be asked, an entry that breaks alone waits for another to be answered', async t => {
	const {stage} = stageWith(t, {requests: 'own', poisons: new Set(['poison'])});
	stage.store.add(HUB, {id: 'poison'});
	await stage.dispatcher.start();
	await stage.pass(600_000, 1000);
	t.is(stage.store.chargedOf('poison'), 0);
	t.like(stage.dispatcher.snapshots()[0], {suspicion: {alone: 1}});
	const sends = stage.transport().sends.length;
	t.true(sends < 40, `${sends} sends in ten minutes`);
	stage.store.add(HUB, {id: 'other'});
	await stage.settle();
	t.is(stage.store.stateOf('other'), 'acked', 'it waits for nobody');
	t.is(stage.store.chargedOf('poison'), 1);
});

test('what waits aside is released by a pause and by a stop', async t => {
	const {stage} = stageWith(t, {requests: 'own', poisons: new Set(['poison'])});
	stage.store.add(HUB, {id: 'poison'});
	await stage.dispatcher.start();
	await stage.settle();
	t.is(stage.dispatcher.snapshots()[0]?.suspicion.alone, 1);
	await stage.dispatcher.pause();
	await stage.settle();
	t.is(stage.store.stateOf('poison'), 'scheduled');
	await stage.dispatcher.resume();
	await stage.settle();
	t.is(stage.dispatcher.snapshots()[0]?.suspicion.alone, 1);
	await stage.stop(1000);
	t.is(stage.store.stateOf('poison'), 'scheduled');
});

test('a lane that is paused while its last segment breaks keeps no lease for want of a witness', async t => {
	for (const proves of ['link', 'peer'] as const) {
		const stage = new DeliveryStage(t);
		const transport = stage.transport();
		transport.proves = proves;
		stage.store.add(HUB, {id: 'poison'});
		await stage.dispatcher.start();
		await stage.until(() => transport.sends.length === 1);
		transport.sends[0]?.answer(RESET);
		await stage.until(() => transport.sends.length === 2);
		await stage.dispatcher.pause();
		transport.probeScript = () => (proves === 'link' ? {kind: 'well'} : {kind: 'down', message: 'gone'});
		transport.sends[1]?.answer(RESET);
		await stage.settle();
		t.is(stage.store.stateOf('poison'), 'scheduled', proves);
		t.is(stage.dispatcher.snapshots()[0]?.leases, 0);
	}
});

test('what is kept aside is named, and let go', async t => {
	const {stage} = stageWith(t, {requests: 'own', poisons: new Set(['poison'])});
	const [hub, nobody] = [HUB as PeerNo, 9 as PeerNo];
	stage.store.add(HUB, {id: 'poison'});
	await stage.dispatcher.start();
	t.deepEqual(stage.dispatcher.keptAside(hub), []);
	await stage.settle();
	t.deepEqual(stage.dispatcher.keptAside(hub), ['poison'] as SegmentId[]);
	t.deepEqual(stage.dispatcher.keptAside(nobody), []);
	const sends = stage.transport().sends.length;
	stage.dispatcher.letGo(nobody);
	stage.dispatcher.letGo(hub);
	await stage.settle();
	t.true(stage.transport().sends.length > sends, 'its lease was settled, and it was leased again');
});

test('the rest of the queue goes on while a request hangs in the search', async t => {
	const stage = new DeliveryStage(t);
	const transport = stage.transport();
	let breaks = 0;
	transport.script = lease => {
		if (!idsOf(lease).includes('s5')) {
			return acked(lease);
		}
		breaks += 1;
		return breaks === 1 ? RESET : undefined;
	};
	stage.store.add(HUB, ...numbered(64));
	await stage.dispatcher.start();
	await stage.until(() => breaks === 2);
	stage.store.add(HUB, ...Array.from({length: 50}, (_, n) => ({id: `later${n}`})));
	await stage.until(() => stage.store.inState('acked').filter(id => id.startsWith('later')).length === 50);
	t.is(breaks, 2);
});

test('trouble that ends an answer leaves what was acknowledged, charges nobody, and Retry-After is waited out', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = lease => ({
		kind: 'answered',
		acked: [[0, 0]],
		troubles: [],
		bytesSent: lease.byteLength,
		endedBy: {message: 'busy', retryAfterMs: 90_000},
	});
	stage.store.add(HUB, ...numbered(3));
	await stage.dispatcher.start();
	await stage.until(() => stage.store.inState('scheduled').length === 2);
	await stage.pass(89_000, 1000);
	t.is(stage.transport().sends.length, 1);
	t.true(stage.store.rows.every(({charged}) => charged === 0));
	stage.acknowledge();
	await stage.pass(46_000, 1000); // Up to a half longer.
	t.is(stage.store.inState('acked').length, 3);
});

test('a receiver that takes nothing for a day buries nothing and is not stormed', async t => {
	const stage = new DeliveryStage(t);
	stage.transport().script = () => ({
		kind: 'answered',
		acked: [],
		troubles: [],
		bytesSent: 1,
		endedBy: {message: 'The peer takes no more: STORAGE_FULL'},
	});
	stage.store.add(HUB, ...numbered(5));
	await stage.dispatcher.start();
	await stage.pass(86_400_000, 30_000);
	t.is(stage.store.inState('deadletter').length, 0);
	t.true(stage.store.rows.every(({charged}) => charged === 0));
	t.true(stage.transport().sends.length < 3000, `${stage.transport().sends.length} sends in a day`);
});

test('a link that comes up for one answer and dies again makes no storm', async t => {
	const stage = new DeliveryStage(t);
	const transport = stage.transport();
	let good = 0;
	transport.probeScript = () => {
		good = 1;
		return {kind: 'well'};
	};
	transport.script = lease => (good-- > 0 ? acked(lease) : DOWN);
	stage.store.add(HUB, ...numbered(2000, {sizeBytes: 1024 * 1024}));
	await stage.dispatcher.start();
	await stage.pass(3_600_000, 1000);
	const sends = transport.sends.length;
	t.true(sends < 1200, `${sends} sends in an hour`);
	t.true(stage.store.rows.every(({charged}) => charged === 0));
});

test('under "count" a head that breaks is charged once a backoff of the lane, not in a loop', async t => {
	const stage = new DeliveryStage(t, {
		policy: {outagePolicy: 'count', maxRetryCount: 1000, backoffBaseMs: 1, backoffMaxMs: 1},
	});
	stage.transport().script = () => DOWN;
	stage.store.add(HUB, ...numbered(3));
	await stage.dispatcher.start();
	await stage.pass(600_000, 500);
	const charged = stage.store.chargedOf('s0');
	t.true(charged >= 8 && charged < 30, `${charged} times in ten minutes`);
});

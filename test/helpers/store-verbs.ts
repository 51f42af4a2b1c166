import test, {type ExecutionContext} from 'ava';
import type {StoreId} from '../../src/outbound/made-id.js';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {DeliveryRecord} from '../../src/outbound/record.js';
import type {BlockNo, EntryNo, PeerNo} from '../../src/outbound/units.js';
import type {StoreSettings} from '../../src/storage/handles.js';
import {findViolations} from '../../src/storage/invariant.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import type {Enqueued, Lease, LeaseWindow, SegmentDraft, SegmentIdentity} from '../../src/storage/store.js';
import {BIG_WINDOW, draftFor, type StoreFixture, storeFixture} from './store-fixture.js';
import {buried} from './verdicts.js';

export {buried, fails} from './verdicts.js';

export const [A, B, C] = ['a', 'b', 'c'] as [PeerId, PeerId, PeerId];
export const [peerA, peerB, peerC] = [1, 2, 3] as [PeerNo, PeerNo, PeerNo];

type Options = {readonly settings?: Partial<StoreSettings>; readonly peerCount?: number};

/** A test with a store of its own, at whose end the invariant of the store holds, also after a restart. */
export const storeTest = (
	title: string,
	body: (t: ExecutionContext, fixture: StoreFixture) => Promise<void>,
	{settings = {}, peerCount = 1}: Options = {},
): void => {
	test(title, async t => {
		const fixture = await storeFixture(t, settings, peerCount);
		await body(t, fixture);
		t.deepEqual(findViolations(fixture.store.handles), []);
		await fixture.reopen();
		t.deepEqual(findViolations(fixture.store.handles), [], 'after a restart');
	});
};

/** Shortest form of a draft: text, and what differs from a made id for peer `a` of class `normal`. */
export type DraftOptions = Partial<Omit<SegmentDraft, 'route' | 'identity'>> & {
	readonly id?: string;
	readonly identity?: SegmentIdentity;
	readonly to?: readonly PeerId[];
};
export const draft = (
	store: LmdbStore,
	payload: string | Uint8Array,
	{id, to, ...over}: DraftOptions = {},
): SegmentDraft =>
	draftFor(store, payload, {
		...(id === undefined ? {} : {identity: {kind: 'given', id: id as SegmentId}}),
		...(to === undefined ? {} : {route: store.route(to)}),
		...over,
	});

export const foreign = (store: number, block: number, entry: number): SegmentIdentity => ({
	kind: 'foreign',
	address: {store: store as StoreId, block: block as BlockNo, entry: entry as EntryNo},
});

export const idsOf = (answer: Enqueued): SegmentId[] =>
	Array.from({length: answer.count}, (_, at) => answer.segmentId(at));
export const statusesOf = (answer: Enqueued): string[] =>
	Array.from({length: answer.count}, (_, at) => answer.status(at));

/** Enqueues one call of texts; the ids that were made. */
export const fill = async (
	store: LmdbStore,
	payloads: readonly (string | Uint8Array)[],
	options: DraftOptions = {},
): Promise<SegmentId[]> =>
	idsOf(
		await store.enqueue(
			payloads.map(payload => draft(store, payload, options)),
			'all',
		),
	);

/** Enqueues each text by a call and commit of its own: blocks of one. */
export const fillOneByOne = async (
	store: LmdbStore,
	payloads: readonly string[],
	options: DraftOptions = {},
): Promise<SegmentId[]> => {
	const ids: SegmentId[] = [];
	for (const payload of payloads) {
		ids.push(...(await fill(store, [payload], options)));
	}
	return ids;
};

export const take = async (
	store: LmdbStore,
	window: LeaseWindow = BIG_WINDOW,
	peer: PeerNo = peerA,
): Promise<Lease> => {
	const lease = await store.lease(peer, window);
	if (lease === undefined) {
		throw new Error('nothing to lease');
	}
	return lease;
};

/** The payloads of a lease as texts, in order of service. */
export const textsOf = (store: LmdbStore, lease: Lease): string[] => {
	const payloads = store.readPayloads(lease);
	return Array.from({length: lease.entryCount}, (_, at) => String(payloads.read(at)));
};
export const leasedIds = (lease: Lease): SegmentId[] =>
	Array.from({length: lease.entryCount}, (_, at) => lease.entry(at).segmentId);

export const ackAll = (store: LmdbStore, lease: Lease): Promise<boolean> =>
	store.settle(lease, {acked: 'all', exceptions: []});
/** Settles nothing: every entry is scheduled again. */
export const release = (store: LmdbStore, lease: Lease): Promise<boolean> =>
	store.settle(lease, {acked: [], exceptions: []});

/** Enqueues texts and buries them all as `REJECTED`, or as told. */
export const fillDead = async (
	store: LmdbStore,
	payloads: readonly string[],
	options: DraftOptions & {event?: 'reject' | 'exhaust' | 'missing' | 'corrupt'} = {},
): Promise<SegmentId[]> => {
	const {event = 'reject', ...more} = options;
	const ids = await fill(store, payloads, more);
	const lease = await take(store);
	await store.settle(lease, {acked: [], exceptions: leasedIds(lease).map((_, at) => buried(at, event))});
	return ids;
};

export const one = (records: readonly DeliveryRecord[]): DeliveryRecord => {
	const [record] = records;
	if (record === undefined || records.length > 1) {
		throw new Error(`${records.length} records`);
	}
	return record;
};
export const recordOf = (store: LmdbStore, id: SegmentId, peer: PeerId = A): DeliveryRecord =>
	one(store.inspect(id, peer));

/** Milliseconds until the first timer; `undefined` when nothing is timed. */
export const nextTimerInMs = ({handles: {env, age}}: LmdbStore): number | undefined => {
	for (const {key} of env.timers.getRange({limit: 1})) {
		return Math.max(0, ((key as number[])[0] as number) - age.now());
	}
	return undefined;
};

/** Lets everything that is timed happen. */
export const tendAll = async (store: LmdbStore): Promise<void> => {
	while (await store.tend()) {
		// In small steps.
	}
};

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {PeerId} from '../../src/outbound/names.js';
import {classOf} from '../../src/outbound/priorities.js';
import type {PeerNo} from '../../src/outbound/units.js';
import type {Clock} from '../../src/runtime/clock.js';
import type {StoreSettings} from '../../src/storage/handles.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {openStore} from '../../src/storage/open-store.js';
import type {SegmentDraft} from '../../src/storage/store.js';
import {FakeClock} from './fake-clock.js';

const DAY_MS = 86_400_000;
export const testSettings: StoreSettings = {
	successCondition: 'all_peers',
	diskCeilingBytes: 2 ** 30,
	overflow: 'reject',
	maxSegmentBytes: 16 * 2 ** 20,
	ackedRetentionMs: DAY_MS,
	orphanRetentionMs: 7 * DAY_MS,
	dedupWindowMs: DAY_MS,
	dedupMaxEntries: 1_000_000,
	maxTrustedDowntimeMs: 30 * DAY_MS,
	ballastBytes: 0,
	commitDeadlineMs: 30_000,
};

/** Room for a few hundred segments of the crash test: what waits is evicted all the time. */
export const SHORT_OF_ROOM = {
	diskCeilingBytes: 2 ** 20,
	overflow: 'evict_oldest',
	ballastBytes: 64 * 1024,
} as const satisfies Partial<StoreSettings>;

export type StoreFixture = {
	readonly directory: string;
	readonly clock: FakeClock;
	readonly peers: readonly PeerNo[];
	store: LmdbStore;
	/** Closes and opens again, as after a crash: what was leased is abandoned. */
	reopen(settings?: Partial<StoreSettings>): Promise<LmdbStore>;
};

export const openTestStore = (
	directory: string,
	clock: Clock,
	settings: Partial<StoreSettings> = {},
): Promise<LmdbStore> =>
	openStore({
		stateDirectory: directory,
		clock,
		settings: {...testSettings, ...settings},
		pid: process.pid,
		failStop: (why, error) => {
			throw new Error(`fail stop: ${why}`, {cause: error});
		},
	});

/** A store in a directory of its own with the peers `a`, `b`, ... */
export const storeFixture = async (
	t: ExecutionContext,
	settings: Partial<StoreSettings> = {},
	peerCount = 1,
): Promise<StoreFixture> => {
	const directory = await mkdtemp(path.join(tmpdir(), 'edged-store-'));
	const clock = new FakeClock();
	const ids = ['a', 'b', 'c', 'd'].slice(0, peerCount) as PeerId[];
	let current = settings;
	const store = await openTestStore(directory, clock, current);
	const fixture: StoreFixture = {
		directory,
		clock,
		store,
		peers: await store.registerPeers(ids),
		reopen: async more => {
			current = {...current, ...more};
			await fixture.store.close();
			fixture.store = await openTestStore(directory, clock, current);
			return fixture.store;
		},
	};
	t.teardown(async () => {
		await fixture.store.close();
		await rm(directory, {recursive: true, force: true});
	});
	return fixture;
};

/** A draft for peer `a` of class `normal`, unless told otherwise. */
export const draftFor = (
	store: LmdbStore,
	payload: string | Uint8Array,
	over: Partial<SegmentDraft> = {},
): SegmentDraft => ({
	identity: {kind: 'made'},
	payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
	route: store.route(['a' as PeerId]),
	classNo: classOf('normal'),
	hops: 0,
	...over,
});

export const BIG_WINDOW = {maxBytes: 2 ** 20, maxEntries: 4096};

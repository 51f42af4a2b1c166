import {randomBytes} from 'node:crypto';
import {EdgedError} from '../outbound/errors.js';
import {ADDRESS_NUMBER_LIMIT, type StoreId} from '../outbound/made-id.js';
import type {BlockNo, EpochMs, PeerNo} from '../outbound/units.js';
import type {Boot} from '../runtime/boot.js';
import type {Clock} from '../runtime/clock.js';
import {AgeClock, encodeClock} from './age-clock.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import {type CounterRow, decodeCounters} from './counters.js';
import type {Mend} from './damage/mend.js';
import {Mending} from './damage/mending.js';
import type {DiskRoom} from './disk-room.js';
import type {Environment} from './environment.js';
import type {Eviction} from './evict.js';
import type {FailStop, StoreHandles, StoreSettings} from './handles.js';
import {thinnedBlocks} from './kept-entries.js';
import {END, type LeaseKey, SCHEMA_VERSION} from './layout.js';
import {decodeLease} from './lease-row.js';
import {copyKey, META_CLOCK, META_COUNTERS, META_NUMBERS, META_SCHEMA, META_STORE_ID} from './meta-keys.js';
import {putTwice, readTwice} from './meta-rows.js';
import {Numbers} from './numbers.js';
import {PeerRegistry} from './peer-registry.js';
import {QuotaBook} from './quota-book.js';
import {readQuota} from './quota-rows.js';
import {adoptCondition} from './success-condition.js';
import {WaitingAges} from './waiting-ages.js';

export type HandleOptions = {
	readonly settings: StoreSettings;
	readonly clock: Clock;
	/** With it, a restart of the daemon alone is measured by the machine's uptime and not by the wall clock. */
	readonly boot?: Boot | undefined;
	readonly room: DiskRoom;
	readonly failStop: FailStop;
	/** Told of each damage that was found and put right as far as it could be. */
	readonly onMend?: (mend: Mend) => void;
};

/** What the verbs work on, with what wants to hear of their work. */
export type OpenedHandles = {
	readonly handles: StoreHandles;
	readonly mending: Mending;
	readonly listeners: Set<(peer: PeerNo) => void>;
	readonly evictionListeners: Set<(eviction: Eviction) => void>;
};

/** Reads what memory is to hold of the store in `env`, or begins a new one there. Throws `STORAGE_FAILED`. */
export const openHandles = async (env: Environment, options: HandleOptions): Promise<OpenedHandles> => {
	const {settings, clock, room, failStop} = options;
	const storeId = await identify(env);
	const numbers = readNumbers(env);
	const {since: acksSince, satisfiedTo} = await adoptCondition(env, numbers, settings.successCondition);
	const listeners = new Set<(peer: PeerNo) => void>();
	const evictionListeners = new Set<(eviction: Eviction) => void>();
	const age = new AgeClock(clock, env.meta.get(META_CLOCK) ?? youngestAge(env, storeId), {
		maxDowntimeMs: settings.maxTrustedDowntimeMs,
		boot: options.boot,
	});
	const peers = new PeerRegistry(env);
	const quota = new QuotaBook(age, peers, readQuota(env));
	for (const {key, value} of env.leases.getRange()) {
		quota.charge((key as LeaseKey)[0], decodeLease(value).quotaBytes);
	}
	const handles: StoreHandles = {
		env,
		storeId,
		settings,
		clock,
		age,
		numbers,
		acksSince,
		satisfiedTo,
		peers,
		counters: readCounters(env),
		overlays: new Map(),
		waitingAges: new WaitingAges(),
		room,
		quota,
		thinning: {isInUse: thinnedBlocks(env).length > 0, after: undefined},
		moves: 0,
		shedFrom: new Map(),
		failStop,
		mend: place => mending.mend(place),
		onEvicted: eviction => {
			for (const listener of evictionListeners) {
				listener(eviction);
			}
		},
		announce: peer => {
			for (const listener of listeners) {
				listener(peer);
			}
		},
		onCommitted: undefined,
		closed: false,
	};
	const mending = new Mending(handles, options.onMend ?? (() => undefined));
	return {handles, mending, listeners, evictionListeners};
};

/** The store's id; a new environment gets one. A store that another version wrote is refused before anything is changed. */
const identify = async (env: Environment): Promise<StoreId> => {
	const {root, meta} = env;
	const schema = readTwice(env, META_SCHEMA);
	if (schema === undefined && meta.getCount() === 0) {
		const storeId = randomStoreId();
		await root.childTransaction(() => {
			putTwice(env, META_SCHEMA, Buffer.from(String(SCHEMA_VERSION)));
			putTwice(env, META_STORE_ID, Buffer.from(String(storeId)));
		});
		return storeId;
	}
	// Before schema 2 rows had no checksum: what cannot be read as one may be such a store.
	const found = schema?.toString() ?? meta.raw.get(META_SCHEMA)?.toString('latin1');
	if (Number(found) !== SCHEMA_VERSION) {
		throw new EdgedError(
			'STORAGE_FAILED',
			`the store was written by another version of edged (schema ${found ?? 'unknown'}, this one reads ${SCHEMA_VERSION}): nothing was changed`,
		);
	}
	const storeId = Number(readTwice(env, META_STORE_ID)?.toString());
	if (!Number.isInteger(storeId)) {
		throw new EdgedError(
			'STORAGE_FAILED',
			'the number of the store is damaged, and its copy too: nothing was changed; export what is there (edged fsck --export DIR) and start with an empty state directory',
		);
	}
	return storeId as StoreId;
};

/** A damaged clock goes on from the youngest block. One of deadletters that were taken in says when they were enqueued elsewhere: others are asked where there are some. */
const youngestAge = (env: Environment, storeId: StoreId): Buffer | undefined => {
	const tables: BlockTable[] = [];
	for (const {key} of env.blocks.getRange({reverse: true, limit: YOUNGEST_LOOKS})) {
		const table = readBlock({env, storeId}, key as BlockNo);
		if (table !== undefined) {
			tables.push(table);
		}
	}
	const own = tables.filter(({isImported}) => !isImported);
	const latest = Math.max(...(own.length > 0 ? own : tables).map(({createdAt}) => createdAt)) as EpochMs;
	return tables[0] && encodeClock(tables[0].createdAge, latest);
};
const YOUNGEST_LOOKS = 16;

const readNumbers = ({meta, blocks}: Environment): Numbers => {
	const saved = meta.get(META_NUMBERS);
	const copy = meta.get(copyKey(META_NUMBERS));
	const numbers = new Numbers(saved, copy);
	const isLost = saved === undefined && copy === undefined;
	if (isLost && (meta.raw.doesExist(META_NUMBERS) || blocks.getCount() > 0)) {
		const [last] = [...blocks.raw.getKeys({reverse: true, limit: 1})];
		numbers.leapOver(Number(last ?? 0));
	}
	return numbers;
};

const randomStoreId = (): StoreId =>
	(Number(randomBytes(8).readBigUInt64LE() % BigInt(ADDRESS_NUMBER_LIMIT - 1)) + 1) as StoreId;

const readCounters = (env: Environment): Map<PeerNo, CounterRow> => {
	const counters = new Map<PeerNo, CounterRow>();
	for (const {key, value} of env.meta.getRange({start: [META_COUNTERS], end: [META_COUNTERS, END]})) {
		counters.set((key as [string, PeerNo])[1], decodeCounters(value));
	}
	return counters;
};

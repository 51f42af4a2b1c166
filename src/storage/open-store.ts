import {randomBytes} from 'node:crypto';
import path from 'node:path';
import {EdgedError} from '../outbound/errors.js';
import {ADDRESS_NUMBER_LIMIT, type StoreId} from '../outbound/made-id.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import {abandonLeases} from './abandon.js';
import {AgeClock} from './age-clock.js';
import {META_CLOCK, META_COUNTERS, META_NUMBERS, put} from './atomically.js';
import {type CounterRow, decodeCounters} from './counters.js';
import {type Environment, openEnvironment} from './environment.js';
import type {Eviction} from './evict.js';
import type {FailStop, StoreHandles, StoreSettings} from './handles.js';
import {lockInstance} from './instance-lock.js';
import {END, SCHEMA_VERSION} from './layout.js';
import {LmdbStore} from './lmdb-store.js';
import {Numbers} from './numbers.js';
import {PeerRegistry} from './peer-registry.js';

const META_SCHEMA = 'schema';
const META_STORE_ID = 'store';

export type OpenOptions = {
	/** The queue lies in `queue/` below it; the lock is the directory's. */
	readonly stateDirectory: string;
	readonly settings: StoreSettings;
	readonly clock: Clock;
	readonly failStop: FailStop;
	/** See `StoreHandles.onDamage`. */
	readonly onDamage?: (block: BlockNo, error: unknown) => void;
	readonly pid: number;
};

/** Locks the state directory, opens or makes the store, and abandons what was inflight. Throws `BUSY`, `INVALID_CONFIG`, `STORAGE_FAILED`. */
export const openStore = async (options: OpenOptions): Promise<LmdbStore> => {
	const {stateDirectory, settings, clock, failStop, pid} = options;
	const lock = await lockInstance(stateDirectory, pid);
	try {
		const env = openEnvironment(path.join(stateDirectory, 'queue'));
		const storeId = await identify(env);
		const listeners = new Set<(peer: PeerNo) => void>();
		const evictionListeners = new Set<(eviction: Eviction) => void>();
		const handles: StoreHandles = {
			env,
			storeId,
			settings,
			clock,
			age: new AgeClock(clock, env.meta.get(META_CLOCK), settings.maxTrustedDowntimeMs),
			numbers: new Numbers(env.meta.get(META_NUMBERS)),
			peers: new PeerRegistry(env),
			counters: readCounters(env),
			overlays: new Map(),
			failStop,
			onDamage: options.onDamage ?? (() => undefined),
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
			closed: false,
		};
		const abandoned = await abandonLeases(handles);
		return new LmdbStore(handles, {listeners, evictionListeners, lock, abandoned});
	} catch (error) {
		await lock.release();
		throw error;
	}
};

/** The store's id; a new environment gets one. A store that a later edged wrote is refused before anything is changed. */
const identify = async ({root, meta}: Environment): Promise<StoreId> => {
	const schema = meta.get(META_SCHEMA);
	if (schema === undefined) {
		const storeId = randomStoreId();
		await root.childTransaction(() => {
			put(meta, META_SCHEMA, Buffer.from(String(SCHEMA_VERSION)));
			put(meta, META_STORE_ID, Buffer.from(String(storeId)));
		});
		return storeId;
	}
	if (Number(schema.toString()) !== SCHEMA_VERSION) {
		throw new EdgedError(
			'STORAGE_FAILED',
			`the store was written by another version of edged (schema ${schema.toString()}, this one reads ${SCHEMA_VERSION}): nothing was changed`,
		);
	}
	return Number(meta.get(META_STORE_ID)?.toString()) as StoreId;
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

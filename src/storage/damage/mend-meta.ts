import type {Key} from 'lmdb';
import type {PeerNo} from '../../outbound/units.js';
import {startsRow} from '../abandon.js';
import {put, remove} from '../atomically.js';
import {emptyRow, encodeCounters} from '../counters.js';
import type {StoreHandles} from '../handles.js';
import {mendImported} from '../imported-blocks.js';
import {SCHEMA_VERSION} from '../layout.js';
import {
	COPY,
	META_CLOCK,
	META_COUNTERS,
	META_IMPORTED,
	META_NUMBERS,
	META_PEER,
	META_QUOTA,
	META_SCHEMA,
	META_STARTS,
	META_STORE_ID,
	META_SUCCESS,
	META_THINNED,
} from '../meta-keys.js';
import {putTwice} from '../meta-rows.js';
import {mendQuota} from '../quota-rows.js';
import {encodeAdopted} from '../success-condition.js';

/** Inside a body: memory holds everything that `meta` does, but for settings. */
export const mendMeta = (
	handles: StoreHandles,
	key: Key,
): {readonly done: string; readonly isInexact?: boolean} | undefined => {
	const {env, age, numbers, counters, peers, storeId, settings, acksSince, satisfiedTo} = handles;
	const row = env.meta.raw.get(key);
	if (row === undefined || env.meta.opened(key, row) !== undefined) {
		return undefined;
	}
	const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
	const [name, which] = parts[0] === COPY ? parts.slice(1) : parts;
	const known = peers.all.find(({no}) => no === which);
	if (name === META_COUNTERS) {
		put(env.meta, key, encodeCounters(counters.get(which as PeerNo) ?? emptyRow()));
		return {done: 'counted anew', isInexact: true};
	}
	if (name === META_THINNED) {
		remove(env.meta, key);
		return {
			done: `what block ${which} still has cannot be told: its payloads count as missing`,
			isInexact: true,
		};
	}
	if (name === META_QUOTA) {
		const bucket = Number(parts.at(-1));
		mendQuota(handles, which as PeerNo, bucket);
		return {done: 'what was sent in these five minutes is counted anew'};
	}
	if (name === META_STARTS) {
		put(env.meta, key, startsRow(handles));
	} else if (name === META_CLOCK) {
		put(env.meta, key, age.encode());
	} else if (name === META_NUMBERS) {
		numbers.forgetWritten();
	} else if (name === META_SCHEMA) {
		putTwice(env, name, Buffer.from(String(SCHEMA_VERSION)));
	} else if (name === META_STORE_ID) {
		putTwice(env, name, Buffer.from(String(storeId)));
	} else if (name === META_IMPORTED) {
		mendImported(handles);
	} else if (name === META_SUCCESS) {
		put(env.meta, key, encodeAdopted({condition: settings.successCondition, since: acksSince, satisfiedTo}));
	} else if (name === META_PEER && known !== undefined) {
		putTwice(env, [name, known.no], Buffer.from(known.id));
	} else {
		remove(env.meta, key);
		return {done: 'forgotten: set it again'};
	}
	return {done: 'written anew'};
};

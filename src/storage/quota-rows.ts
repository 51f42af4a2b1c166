import type {PeerNo} from '../outbound/units.js';
import {put, remove} from './atomically.js';
import type {Environment} from './environment.js';
import type {StoreHandles} from './handles.js';
import {END} from './layout.js';
import {META_QUOTA} from './meta-keys.js';
import {bucketAt, DAY_BUCKETS} from './quota-buckets.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/** All peers together, as a peer's number. */
export const TOTAL = 0 as PeerNo;

/** In `meta`: ['quota', peer, bucket] -> u8 version, u8 0, u48 bytes that left in the five minutes of the bucket. */
export type QuotaKey = readonly [typeof META_QUOTA, PeerNo, number];
export type QuotaRow = {readonly peer: PeerNo; readonly bucket: number; readonly bytes: number};

const VERSION = 1;

export const quotaKey = (peer: PeerNo, bucket: number): [string, number, number] => [
	META_QUOTA,
	peer,
	bucket,
];

export const encodeQuota = (bytes: number): Buffer => new RowWriter(8).u8(VERSION).u8(0).u48(bytes).done();

const decodeQuota = (row: Buffer): number => {
	const reader = new RowReader(row);
	reader.version(VERSION, 'quota');
	reader.u8();
	return reader.u48();
};

/** Every row there is, those that do not count any more included. */
export const readQuota = ({meta}: Pick<Environment, 'meta'>): readonly QuotaRow[] => {
	const rows: QuotaRow[] = [];
	for (const {key, value} of meta.getRange({start: [META_QUOTA], end: [META_QUOTA, END]})) {
		const [, peer, bucket] = key as unknown as QuotaKey;
		rows.push({peer, bucket, bytes: decodeQuota(value)});
	}
	return rows;
};

/** Bytes that were written into the bucket of the time, for a peer and for all together. */
export type Spent = {readonly peer: PeerNo; readonly bucket: number; readonly bytes: number};

/** Inside a body: `bytes` left for `peer` by now. To be told to the book once it is written (`QuotaBook.spent`). */
export const writeSpent = (handles: StoreHandles, peer: PeerNo, bytes: number): Spent => {
	const bucket = bucketAt(handles.age.now());
	if (bytes > 0) {
		addBytes(handles, peer, bucket, bytes);
		addBytes(handles, TOTAL, bucket, bytes);
	}
	return {peer, bucket, bytes};
};

const addBytes = ({env}: StoreHandles, peer: PeerNo, bucket: number, bytes: number): void => {
	const key = quotaKey(peer, bucket);
	const row = env.meta.get(key);
	if (row === undefined) {
		dropOld(env, peer, bucket - DAY_BUCKETS);
	}
	put(env.meta, key, encodeQuota((row === undefined ? 0 : decodeQuota(row)) + Math.ceil(bytes)));
};

/** Those below `oldest`. */
const dropOld = (env: Environment, peer: PeerNo, oldest: number): void => {
	const range = {start: [META_QUOTA, peer], end: [META_QUOTA, peer, oldest]};
	for (const key of [...env.meta.getKeys(range)]) {
		remove(env.meta, key);
	}
};

/** Inside a body: writes a damaged row anew, from memory or from what the other rows of the bucket tell. */
export const mendQuota = (handles: StoreHandles, peer: PeerNo, bucket: number): void => {
	const {env, quota} = handles;
	const bytes = quota.bytesIn(peer, bucket) || told(handles, peer, bucket);
	put(env.meta, quotaKey(peer, bucket), encodeQuota(bytes));
	quota.put({peer, bucket, bytes});
};

/** The total is the sum of the peers. */
const told = ({env, peers}: StoreHandles, peer: PeerNo, bucket: number): number => {
	const bytesOf = (no: PeerNo): number => {
		const row = env.meta.get(quotaKey(no, bucket));
		return row === undefined ? 0 : decodeQuota(row);
	};
	const others = peers.all.filter(({no}) => no !== peer).reduce((sum, {no}) => sum + bytesOf(no), 0);
	return peer === TOTAL ? others : Math.max(0, bytesOf(TOTAL) - others);
};

/** Inside a body, after rows may have been lost: the total is no less than what the peers had. */
export const levelQuota = (handles: StoreHandles): void => {
	const {env, quota} = handles;
	const sums = new Map<number, number>();
	for (const {peer, bucket, bytes} of readQuota(env)) {
		sums.set(bucket, (sums.get(bucket) ?? 0) + (peer === TOTAL ? 0 : bytes));
	}
	for (const [bucket, sum] of sums) {
		const row = env.meta.get(quotaKey(TOTAL, bucket));
		const bytes = Math.max(sum, row === undefined ? 0 : decodeQuota(row));
		put(env.meta, quotaKey(TOTAL, bucket), encodeQuota(bytes));
		quota.put({peer: TOTAL, bucket, bytes});
	}
};

import type {SegmentAddress, StoreId} from '../outbound/made-id.js';
import type {EntryNo} from '../outbound/units.js';
import {put} from './atomically.js';
import {encodeFullBits} from './bits-row.js';
import {type CounterChanges, STORE_COUNTERS} from './counters.js';
import type {EncodedBlock} from './encode-block.js';
import {createdAgeOf} from './encode-block-table.js';
import type {StoreHandles} from './handles.js';
import {encodeId} from './id-row.js';
import {TIMER} from './layout.js';
import {addOrigin, bucketOf, decodeOrigin, encodeOrigin, type OriginRow} from './origin-row.js';
import {sha256Of} from './prepared-draft.js';

/** Inside a body: the whole of a group commit. `place` makes the records of a block; they wait unless it says otherwise. */
export const writeBlocks = (
	handles: StoreHandles,
	blocks: readonly EncodedBlock[],
	changes: CounterChanges,
	place = queueBlock,
): void => {
	for (const block of blocks) {
		writeBlock(handles, block, changes);
		place(handles, block, changes);
	}
	writeOrigins(
		handles,
		blocks.filter(({hasAddresses}) => hasAddresses),
	);
};

const writeBlock = (
	{env, age, settings}: StoreHandles,
	{planned, table, chunks, leastExpiry, hasGivenIds}: EncodedBlock,
	changes: CounterChanges,
): void => {
	const {block, drafts, payloadBytes} = planned;
	put(env.blocks, block, table);
	for (const [chunkNo, chunk] of chunks.entries()) {
		put(env.payloads, [block, chunkNo], chunk);
	}
	if (leastExpiry !== 0) {
		put(env.timers, [leastExpiry, TIMER.expiry, block, 0]);
	}
	if (hasGivenIds) {
		for (const [entry, draft] of drafts.entries()) {
			const {givenId} = draft;
			if (givenId !== undefined) {
				put(env.ids, givenId, encodeId({block, entry: entry as EntryNo, digestPrefix: sha256Of(draft)}));
				changes.add(STORE_COUNTERS, 'ids', 1);
			}
		}
		put(env.timers, [age.now() + settings.dedupWindowMs, TIMER.ids, block, 0]);
	}
	changes.add(STORE_COUNTERS, 'blocks', 1);
	changes.add(STORE_COUNTERS, 'liveBytes', table.length + payloadBytes);
};

/** For every peer of the route the whole block waits. */
const queueBlock = (
	{env, overlays}: StoreHandles,
	{planned, table}: EncodedBlock,
	changes: CounterChanges,
): void => {
	const {block, classNo, route, drafts, payloadBytes} = planned;
	const bits = encodeFullBits(drafts.length);
	const createdAge = createdAgeOf(table);
	for (const peer of route.peers) {
		put(env.queue, [peer, classNo, block], bits);
		overlays.get(peer)?.noteFresh(classNo);
		changes.add(peer, 'scheduled', drafts.length);
		changes.addWaiting(peer, {block, createdAge}, drafts.length, payloadBytes);
	}
};

type TouchedBucket = {readonly store: StoreId; readonly bucket: number; readonly row: OriginRow};

/** Notes where foreign segments are here: one read and one write per foreign bucket that the group touched. */
const writeOrigins = (handles: StoreHandles, blocks: readonly EncodedBlock[]): void => {
	const touched = new Map<string, TouchedBucket>();
	let last: TouchedBucket | undefined;
	for (const {planned} of blocks) {
		for (const {address, block, entry} of planned.drafts) {
			if (address !== undefined) {
				if (last?.store !== address.store || last.bucket !== bucketOf(address.block)) {
					last = touchBucket(handles, touched, address);
				}
				addOrigin(last.row.runs, address, {block, entry: entry as EntryNo});
			}
		}
	}
	const touchedAge = handles.age.now();
	for (const {store, bucket, row} of touched.values()) {
		put(handles.env.origins, [store, bucket], encodeOrigin({...row, touchedAge}));
	}
};

const touchBucket = (
	handles: StoreHandles,
	touched: Map<string, TouchedBucket>,
	{store, block}: SegmentAddress,
): TouchedBucket => {
	const bucket = bucketOf(block);
	const key = `${store} ${bucket}`;
	const entry = touched.get(key) ?? {store, bucket, row: openOrigin(handles, store, bucket)};
	touched.set(key, entry);
	return entry;
};

const openOrigin = ({env, age, settings}: StoreHandles, store: StoreId, bucket: number): OriginRow => {
	const saved = env.origins.get([store, bucket]);
	if (saved !== undefined) {
		return decodeOrigin(saved, bucket);
	}
	put(env.timers, [age.now() + settings.dedupWindowMs, TIMER.origins, bucket, store]);
	return {touchedAge: age.now(), runs: []};
};

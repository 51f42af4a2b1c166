import type {StoreId} from '../outbound/made-id.js';
import type {EntryNo} from '../outbound/units.js';
import {put} from './atomically.js';
import {encodeFullBits} from './bits-row.js';
import {type CounterChanges, STORE_COUNTERS} from './counters.js';
import type {EncodedBlock} from './encode-block.js';
import type {StoreHandles} from './handles.js';
import {encodeId} from './id-row.js';
import {TIMER} from './layout.js';
import {addOrigin, bucketOf, decodeOrigin, encodeOrigin, type OriginRow} from './origin-row.js';
import type {PreparedDraft} from './prepared-draft.js';

/** Inside a body: the whole of a group commit. */
export const writeBlocks = (
	handles: StoreHandles,
	blocks: readonly EncodedBlock[],
	changes: CounterChanges,
): void => {
	for (const block of blocks) {
		writeBlock(handles, block, changes);
	}
	writeOrigins(handles, blocks);
};

const writeBlock = (
	{env, age, settings}: StoreHandles,
	{planned, table, chunks, leastExpiry, hasGivenIds}: EncodedBlock,
	changes: CounterChanges,
): void => {
	const {block, classNo, route, drafts, payloadBytes} = planned;
	put(env.blocks, block, table);
	for (const [chunkNo, chunk] of chunks.entries()) {
		put(env.payloads, [block, chunkNo], chunk);
	}
	const bits = encodeFullBits(drafts.length);
	for (const peer of route.peers) {
		put(env.queue, [peer, classNo, block], bits);
		changes.add(peer, 'scheduled', drafts.length);
		changes.add(peer, 'waitingBytes', payloadBytes);
	}
	if (leastExpiry !== 0) {
		put(env.timers, [leastExpiry, TIMER.expiry, block, 0]);
	}
	if (hasGivenIds) {
		for (const [entry, {givenId, sha256}] of drafts.entries()) {
			if (givenId !== undefined) {
				put(env.ids, givenId, encodeId({block, entry: entry as EntryNo, digestPrefix: Buffer.from(sha256)}));
				changes.add(STORE_COUNTERS, 'ids', 1);
			}
		}
		put(env.timers, [age.now() + settings.dedupWindowMs, TIMER.ids, block, 0]);
	}
	changes.add(STORE_COUNTERS, 'blocks', 1);
	changes.add(STORE_COUNTERS, 'liveBytes', table.length + payloadBytes);
};

/** Notes where foreign segments are here: one read and one write per foreign bucket that the group touched. */
const writeOrigins = (handles: StoreHandles, blocks: readonly EncodedBlock[]): void => {
	const {env, age} = handles;
	const touched = new Map<
		string,
		{readonly store: StoreId; readonly bucket: number; readonly row: OriginRow}
	>();
	for (const {planned} of blocks) {
		for (const draft of planned.drafts) {
			if (draft.address !== undefined) {
				const {store, block} = draft.address;
				const bucket = bucketOf(block);
				const key = `${store} ${bucket}`;
				let entry = touched.get(key);
				if (entry === undefined) {
					entry = {store, bucket, row: openOrigin(handles, store, bucket)};
					touched.set(key, entry);
				}
				noteArrival(entry.row, draft);
			}
		}
	}
	for (const {store, bucket, row} of touched.values()) {
		put(env.origins, [store, bucket], encodeOrigin({...row, touchedAge: age.now()}));
	}
};

const openOrigin = ({env, age, settings}: StoreHandles, store: StoreId, bucket: number): OriginRow => {
	const saved = env.origins.get([store, bucket]);
	if (saved !== undefined) {
		return decodeOrigin(saved, bucket);
	}
	put(env.timers, [age.now() + settings.dedupWindowMs, TIMER.origins, bucket, store]);
	return {touchedAge: age.now(), runs: []};
};

const noteArrival = ({runs}: OriginRow, draft: PreparedDraft): void => {
	if (draft.address !== undefined) {
		addOrigin(runs, draft.address, {block: draft.block, entry: draft.entry as EntryNo});
	}
};

import type {DeadletterReason} from '../outbound/attempts.js';
import {CLASS_NUMBERS} from '../outbound/priorities.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import {put, remove} from './atomically.js';
import type {BlockTable} from './block-table.js';
import {type CounterChanges, STORE_COUNTERS} from './counters.js';
import type {GroupRow} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {decodeId} from './id-row.js';
import {forgetKept, storedPayloadBytes} from './kept-entries.js';
import {CHUNK_BYTES, TIMER} from './layout.js';
import {findSpan, groupsOf} from './record-view.js';
import {decodeSettled} from './settled-row.js';

/**
 * Inside a body, after records of a block were settled: removes the payload when no record may need it any more, and the block when
 * nothing is left to prove. `nothingElse` says that the caller knows that the block had no other records.
 */
export const releaseBlock = (
	handles: StoreHandles,
	table: BlockTable,
	changes: CounterChanges,
	nothingElse = false,
): void => {
	if (!nothingElse && !hasPayload(handles, table.block)) {
		dropIfUnused(handles, table, changes);
		return;
	}
	if (!nothingElse && (isPayloadNeeded(handles, table) || isOrphan(handles, table))) {
		return;
	}
	removePayload(handles, table, changes);
	if (!nothingElse || handles.settings.ackedRetentionMs === 0) {
		dropIfUnused(handles, table, changes);
	}
};

export const hasPayload = ({env}: StoreHandles, block: BlockNo): boolean =>
	env.payloads.doesExist([block, 0]);

/** Reasons whose deadletters keep no payload, so that a retry is refused with `SEGMENT_MISSING`. */
export const PAYLOADLESS_REASONS: readonly DeadletterReason[] = ['EVICTED', 'CORRUPT', 'SEGMENT_MISSING'];

export const isPayloadGone = (row: GroupRow): boolean =>
	row.state === 'deadletter' && PAYLOADLESS_REASONS.includes(row.reason);

/** May a record of the block, for any peer, still have to be sent or retried? The likeliest places are looked at first. */
export const isPayloadNeeded = (handles: StoreHandles, table: BlockTable): boolean =>
	table.route.some(peer => handles.env.queue.doesExist([peer, table.classNo, table.block])) ||
	table.route.some(
		peer =>
			isWaiting(handles, peer, table.block) ||
			groupsOf(handles, peer, table.block).some(({row}) => !isPayloadGone(row)),
	);

/** Has the block a record, for any peer, that is not settled? A deadletter without a payload is one too. */
export const hasOpenRecords = (handles: StoreHandles, table: BlockTable): boolean =>
	table.route.some(
		peer => isWaiting(handles, peer, table.block) || groupsOf(handles, peer, table.block).length > 0,
	);

const isWaiting = ({env}: StoreHandles, peer: PeerNo, block: BlockNo): boolean =>
	CLASS_NUMBERS.some(classNo => env.queue.doesExist([peer, classNo, block]));

/** A purged record keeps the payload until its `orphan` timer, which the purge has set. */
export const isOrphan = ({env}: StoreHandles, table: BlockTable): boolean =>
	table.route.some(peer => {
		const row = env.settled.get([peer, table.block]);
		return row !== undefined && !decodeSettled(row).purged.isEmpty();
	});

/** The table stays for as long as it proves something. */
export const removePayload = (handles: StoreHandles, table: BlockTable, changes: CounterChanges): void => {
	const {env} = handles;
	changes.add(STORE_COUNTERS, 'liveBytes', -storedPayloadBytes(handles, table));
	forgetKept(handles, table.block);
	for (let chunkNo = 0; chunkNo === 0 || chunkNo * CHUNK_BYTES < table.payloadBytes; chunkNo++) {
		remove(env.payloads, [table.block, chunkNo]);
	}
	changes.add(STORE_COUNTERS, 'retainedBytes', table.byteLength);
};

/** Removes the table of a block that has no record, no proof, no payload and no remembered id. */
export const dropIfUnused = (handles: StoreHandles, table: BlockTable, changes: CounterChanges): void => {
	const {env} = handles;
	const {block} = table;
	const used =
		hasPayload(handles, block) ||
		hasOpenRecords(handles, table) ||
		table.route.some(
			peer => env.settled.doesExist([peer, block]) || findSpan(handles, peer, block) !== undefined,
		) ||
		hasRememberedIds(handles, table);
	if (!used) {
		remove(env.blocks, block);
		if (handles.settings.successCondition !== 'all_peers') {
			remove(env.acks, block);
		}
		changes.add(STORE_COUNTERS, 'blocks', -1);
		changes.add(STORE_COUNTERS, 'liveBytes', -table.byteLength);
		changes.add(STORE_COUNTERS, 'retainedBytes', -table.byteLength);
	}
};

/** The entries whose given id still leads here. */
export const rememberedIds = (
	{env}: StoreHandles,
	table: BlockTable,
): readonly {id: string; entry: number}[] => {
	if (table.metadataBytes === 0) {
		return [];
	}
	const found: {id: string; entry: number}[] = [];
	for (let entry = 0; entry < table.count; entry++) {
		const id = table.addressOf(entry) === undefined ? table.metadataOf(entry).givenId : undefined;
		const row = id === undefined ? undefined : env.ids.get(id);
		if (id !== undefined && row !== undefined && decodeId(row).block === table.block) {
			found.push({id, entry});
		}
	}
	return found;
};

const hasRememberedIds = (handles: StoreHandles, table: BlockTable): boolean =>
	rememberedIds(handles, table).length > 0;

/** Inside a body: the payload of a purged record is kept until then. */
export const armOrphanTimer = ({env, age, settings}: StoreHandles, block: BlockNo): void => {
	put(env.timers, [age.now() + settings.orphanRetentionMs, TIMER.orphan, block, 0]);
};

import type {BlockNo, PeerNo} from '../outbound/units.js';
import {put, remove} from './atomically.js';
import {Bits} from './bits.js';
import {readBlock} from './blocks.js';
import {type CounterChanges, STORE_COUNTERS} from './counters.js';
import type {StoreHandles} from './handles.js';
import {decodeOrigin} from './origin-row.js';
import {
	dropIfUnused,
	hasOpenRecords,
	hasPayload,
	isPayloadNeeded,
	releaseBlock,
	rememberedIds,
	removePayload,
} from './release-block.js';
import {decodeSettled, decodeSpan, encodeSpan, settledBits} from './settled-row.js';

/** Something a timer asks for: do it now, or say when to look again. `early`: the ceiling asks, not the time. */
export type TimerWork = {
	readonly handles: StoreHandles;
	readonly changes: CounterChanges;
	readonly early: boolean;
	/** Blocks that this commit may still look at: one span stands for a thousand. */
	readonly budget: {blocks: number};
};
/** `again` is on the age clock. `unfinished`: the budget is used up, the timer stays where it is. */
export type TimerResult = {readonly again: number} | 'done' | 'unfinished';

/** A block costs a tenth of a millisecond or more, and nothing else runs meanwhile. */
export const blocksAStep = (): {blocks: number} => ({blocks: 256});

/** A settled row whose retention is over, or whose block still has records for the peer. */
export const expireProof = (
	{handles, changes, early}: TimerWork,
	block: BlockNo,
	peer: PeerNo,
): TimerResult => {
	const {env, age, settings} = handles;
	const saved = env.settled.get([peer, block]);
	const table = readBlock(handles, block);
	if (saved === undefined || table === undefined) {
		return 'done';
	}
	const row = decodeSettled(saved);
	const end = row.settledAge + settings.ackedRetentionMs;
	if (!settledBits(row).or(table.elsewhereOf(peer)).isFull()) {
		return {again: Math.max(end, age.now() + Math.max(settings.ackedRetentionMs, RECHECK_MS))};
	}
	if (end > age.now() && !early) {
		return {again: end};
	}
	if (!row.purged.isEmpty() && hasPayload(handles, block)) {
		// What was purged is known as such for as long as its payload is kept: else its id would seem to be taken.
		return {again: Math.max(row.settledAge + settings.orphanRetentionMs, age.now() + RECHECK_MS)};
	}
	remove(env.settled, [peer, block]);
	changes.add(peer, 'ackedExpired', row.acked.count());
	changes.add(peer, 'satisfiedExpired', row.satisfied.count());
	dropIfUnused(handles, table, changes);
	return 'done';
};

/** A block that is not yet done with is looked at again after at least this long. */
const RECHECK_MS = 60_000;

/** A span of whole blocks whose retention is over. Goes block by block: one with many takes several steps. */
export const expireSpan = (
	{handles, changes, budget}: TimerWork,
	first: BlockNo,
	peer: PeerNo,
): TimerResult => {
	const {env} = handles;
	const saved = env.spans.get([peer, first]);
	if (saved === undefined) {
		return 'done';
	}
	remove(env.spans, [peer, first]);
	const row = decodeSpan(saved);
	const done = Bits.empty(row.blocks.size);
	for (const offset of row.blocks) {
		if (budget.blocks === 0) {
			put(env.spans, [peer, first], encodeSpan({...row, blocks: row.blocks.without(done)}));
			return 'unfinished';
		}
		budget.blocks--;
		done.add(offset);
		const table = readBlock(handles, (first + offset) as BlockNo);
		if (table !== undefined) {
			changes.add(peer, row.fate === 'acked' ? 'ackedExpired' : 'satisfiedExpired', table.count);
			dropIfUnused(handles, table, changes);
		}
	}
	return 'done';
};

/** The payload that was kept after a purge. */
export const expireOrphan = ({handles, changes}: TimerWork, block: BlockNo): TimerResult => {
	const table = readBlock(handles, block);
	if (table === undefined || !hasPayload(handles, block)) {
		return 'done';
	}
	if (isPayloadNeeded(handles, table)) {
		return {again: handles.age.now() + Math.max(handles.settings.orphanRetentionMs, RECHECK_MS)};
	}
	removePayload(handles, table, changes);
	dropIfUnused(handles, table, changes);
	return 'done';
};

/** The ids that producers gave, once their window is over and all their records are settled. */
export const forgetIds = ({handles, changes, early}: TimerWork, block: BlockNo): TimerResult => {
	const {age, settings} = handles;
	const table = readBlock(handles, block);
	if (table === undefined) {
		return 'done';
	}
	const end = table.createdAge + settings.dedupWindowMs;
	if (end > age.now() && !early) {
		return {again: end};
	}
	if (hasOpenRecords(handles, table)) {
		return {again: Math.max(end, age.now() + RECHECK_MS * 10)};
	}
	for (const {id} of rememberedIds(handles, table)) {
		remove(handles.env.ids, id);
		changes.add(STORE_COUNTERS, 'ids', -1);
	}
	releaseBlock(handles, table, changes);
	return 'done';
};

/** What another store sent, when nothing has come from there for a whole window. */
export const forgetOrigin = ({handles}: TimerWork, bucket: number, store: number): TimerResult => {
	const {env, age, settings} = handles;
	const saved = env.origins.get([store, bucket]);
	if (saved === undefined) {
		return 'done';
	}
	const {touchedAge, runs} = decodeOrigin(saved, bucket);
	const end = touchedAge + settings.dedupWindowMs;
	if (end > age.now()) {
		return {again: end};
	}
	const isLive = runs.some(({localBlock}) => {
		const table = readBlock(handles, localBlock);
		return table !== undefined && hasOpenRecords(handles, table);
	});
	if (isLive) {
		return {again: age.now() + RECHECK_MS * 10};
	}
	remove(env.origins, [store, bucket]);
	return 'done';
};

import type {BlockNo, PeerNo} from '../outbound/units.js';
import {atomically, put, remove} from './atomically.js';
import {Bits} from './bits.js';
import {readBlock} from './blocks.js';
import {type CounterChanges, STORE_COUNTERS} from './counters.js';
import type {StoreHandles} from './handles.js';
import {END, TIMER} from './layout.js';
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
	if (!settledBits(row).isFull()) {
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

/** Timers whose rows only retain: what goes first when space is short. */
const RETAINING = {
	[TIMER.spanProof]: (work: TimerWork, a: number, b: number) => expireSpan(work, a as BlockNo, b as PeerNo),
	[TIMER.proof]: (work: TimerWork, a: number, b: number) => expireProof(work, a as BlockNo, b as PeerNo),
	[TIMER.orphan]: (work: TimerWork, a: number) => expireOrphan(work, a as BlockNo),
	[TIMER.ids]: (work: TimerWork, a: number) => forgetIds(work, a as BlockNo),
} as const;
/** Done with in one commit, and looked at for it: what is not yet done with comes first when much still waits. */
const SHED_TIMERS = 64;
const SHED_LOOKS = 512;

/** Timers looked at in one step, so that it stays short when few of them retain. */
const MAX_EXAMINED = 10_000;

type RetainingKind = keyof typeof RETAINING;
const ALL_KINDS = Object.keys(RETAINING).map(Number) as RetainingKind[];

/** Lets the oldest proofs, orphans and remembered ids go before their time. `false` when there was nothing to let go. */
export const shedRetained = (handles: StoreHandles): Promise<boolean> => shed(handles, ALL_KINDS);

/** Forgets the oldest ids before their time, where all records of the block are settled. `false` when there were none. */
export const shedIds = (handles: StoreHandles): Promise<boolean> => shed(handles, [TIMER.ids]);

const shed = async (handles: StoreHandles, kinds: readonly RetainingKind[]): Promise<boolean> => {
	if (oldest(handles, kinds).length === 0) {
		return false;
	}
	return atomically(handles, changes => {
		const work = {handles, changes, early: true, budget: blocksAStep()};
		let done = 0;
		for (const [at, kind, a, b] of oldest(handles, kinds)) {
			remove(handles.env.timers, [at, kind, a, b]);
			const result = RETAINING[kind](work, a, b);
			if (result === 'unfinished') {
				put(handles.env.timers, [at, kind, a, b]);
				return true;
			}
			if (result !== 'done') {
				put(handles.env.timers, [result.again, kind, a, b]);
			} else if (++done === SHED_TIMERS) {
				break;
			}
		}
		return done > 0;
	});
};

type RetainingTimer = [at: number, kind: RetainingKind, a: number, b: number];

const oldest = ({env}: StoreHandles, kinds: readonly RetainingKind[]): readonly RetainingTimer[] => {
	const found: RetainingTimer[] = [];
	for (const {key} of env.timers.getRange({start: [0], end: [END], limit: MAX_EXAMINED})) {
		const timer = key as RetainingTimer;
		if (kinds.includes(timer[1])) {
			found.push(timer);
		}
		if (found.length >= SHED_LOOKS) {
			break;
		}
	}
	return found;
};

import type {BlockNo, PeerNo} from '../outbound/units.js';
import {atomically, put, remove} from './atomically.js';
import {readBlock} from './blocks.js';
import {type CounterChanges, counter, STORE_COUNTERS} from './counters.js';
import type {StoreHandles} from './handles.js';
import {END, TIMER} from './layout.js';
import {decodeOrigin} from './origin-row.js';
import {
	dropIfUnused,
	hasPayload,
	isPayloadNeeded,
	releaseBlock,
	rememberedIds,
	removePayload,
} from './release-block.js';
import {decodeSettled, decodeSpan, settledBits} from './settled-row.js';

/** Something a timer asks for: do it now, or say when to look again. `early`: the ceiling asks, not the time. */
export type TimerWork = {
	readonly handles: StoreHandles;
	readonly changes: CounterChanges;
	readonly early: boolean;
};
/** `again` is on the age clock. */
export type TimerResult = {readonly again: number} | 'done';

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

export const expireSpan = ({handles, changes}: TimerWork, first: BlockNo, peer: PeerNo): TimerResult => {
	const {env} = handles;
	const saved = env.spans.get([peer, first]);
	if (saved === undefined) {
		return 'done';
	}
	remove(env.spans, [peer, first]);
	for (const offset of decodeSpan(saved).blocks) {
		const table = readBlock(handles, (first + offset) as BlockNo);
		if (table !== undefined) {
			changes.add(peer, 'ackedExpired', table.count);
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
export const forgetIds = ({handles, changes}: TimerWork, block: BlockNo): TimerResult => {
	const table = readBlock(handles, block);
	if (table === undefined) {
		return 'done';
	}
	if (isPayloadNeeded(handles, table)) {
		return {again: handles.age.now() + RECHECK_MS * 10};
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
		return table !== undefined && isPayloadNeeded(handles, table);
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
const SHED_TIMERS = 64;

/** Timers looked at in one step, so that it stays short when few of them retain. */
const MAX_EXAMINED = 10_000;

/** Lets the oldest proofs, orphans and remembered ids go before their time. `false` when that freed nothing. */
export const shedRetained = (handles: StoreHandles): Promise<boolean> =>
	shed(handles, 'liveBytes', kind => kind in RETAINING);

/** Forgets the oldest ids before their time, where all records of the block are settled. `false` when there were none. */
export const shedIds = (handles: StoreHandles): Promise<boolean> =>
	shed(handles, 'ids', kind => kind === TIMER.ids);

const shed = async (
	handles: StoreHandles,
	what: 'liveBytes' | 'ids',
	isWanted: (kind: number) => boolean,
): Promise<boolean> => {
	const stored = () => counter(handles.counters.get(STORE_COUNTERS), what);
	const before = stored();
	await atomically(handles, changes => {
		const work = {handles, changes, early: true};
		for (const [at, kind, a, b] of oldest(handles, isWanted)) {
			remove(handles.env.timers, [at, kind, a, b]);
			const result = RETAINING[kind as keyof typeof RETAINING](work, a, b);
			if (result !== 'done') {
				put(handles.env.timers, [result.again, kind, a, b]);
			}
		}
	});
	return stored() < before;
};

const oldest = (
	{env}: StoreHandles,
	isWanted: (kind: number) => boolean,
): readonly [number, number, number, number][] => {
	const found: [number, number, number, number][] = [];
	for (const {key} of env.timers.getRange({start: [0], end: [END], limit: MAX_EXAMINED})) {
		const timer = key as [number, number, number, number];
		if (isWanted(timer[1])) {
			found.push(timer);
		}
		if (found.length >= SHED_TIMERS) {
			break;
		}
	}
	return found;
};

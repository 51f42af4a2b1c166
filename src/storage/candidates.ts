import {CLASS_NUMBERS, type ClassNo} from '../outbound/priorities.js';
import type {AgeMs, BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import {decodeGroup, type GroupRow} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {DueCursor, LaneOverlay} from './lane-overlay.js';
import {type DueKey, END, type QueueKey} from './layout.js';
import {
	type BlockRange,
	isServedBefore,
	LAST_BLOCK,
	OLDEST_FIRST,
	type ServiceOrder,
	stretchesOf,
} from './service-order.js';
import type {LeaseWindow} from './store.js';
import type {Table} from './table.js';

/** Records that may be leased now. `bits` are those that are not leased yet. */
export type Candidate = {readonly classNo: ClassNo; readonly block: BlockNo; readonly bits: Bits} & (
	| {
			readonly kind: 'fresh';
			/** With this block taken nothing is left to lease in there. */
			readonly reach: BlockRange | undefined;
	  }
	| {
			readonly kind: 'due';
			readonly group: GroupNo;
			readonly dueAt: AgeMs;
			readonly row: GroupRow;
			/** With this group taken nothing is left to lease up to there. */
			readonly cursor: DueCursor | undefined;
	  }
);

/**
 * Inside a body: what may be leased for `peer`, in order of service; classes strictly by priority. The caller leases all it is given, or
 * asks for no more. Classes that are found empty are not asked again until something of theirs is written: an empty range costs as
 * much to open as a full one.
 */
export function* candidates(
	handles: StoreHandles,
	peer: PeerNo,
	overlay: LaneOverlay,
	{order = OLDEST_FIRST, moreUrgentThan}: Pick<LeaseWindow, 'order' | 'moreUrgentThan'> = {},
): Generator<Candidate> {
	overlay.serve(order);
	for (const classNo of CLASS_NUMBERS.slice(0, moreUrgentThan)) {
		const lane = {handles, peer, classNo, overlay, order};
		yield* interleave(fresh(lane), due(lane), order);
		overlay.noteNoFresh(classNo);
		if (overlay.mayHaveDue(classNo) && !hasDueRow(handles, peer, classNo)) {
			overlay.noteNoDue(classNo);
		}
	}
}

/** Outside a body: does the last commit hold anything to lease for `peer` that is `wanted`? Costs no write. */
export const hasCandidates = (
	handles: StoreHandles,
	peer: PeerNo,
	overlay: LaneOverlay,
	isWanted: (candidate: Candidate) => boolean,
	moreUrgentThan?: ClassNo,
): boolean => {
	// The snapshot of this turn may be older than the commit that woke the caller.
	handles.env.root.resetReadTxn();
	return CLASS_NUMBERS.slice(0, moreUrgentThan).some(classNo => {
		const lane = {handles, peer, classNo, overlay, order: OLDEST_FIRST};
		return hasAny(fresh(lane), isWanted) || hasAny(due(lane), isWanted);
	});
};

const hasDueRow = ({env}: StoreHandles, peer: PeerNo, classNo: ClassNo): boolean => {
	for (const _ of env.due.getKeys({start: [peer, classNo], end: [peer, classNo, END], limit: 1})) {
		return true;
	}
	return false;
};

const hasAny = (found: Iterable<Candidate>, isWanted: (candidate: Candidate) => boolean): boolean => {
	for (const candidate of found) {
		if (isWanted(candidate)) {
			return true; // Leaving the loop closes lmdb's cursor, which would else keep its snapshot.
		}
	}
	return false;
};

/** Rescheduled groups take their place by enqueue order; failed ones that are due alternate with fresh blocks. */
function* interleave(
	fresh: Iterator<Candidate>,
	due: Iterator<Candidate>,
	order: ServiceOrder,
): Generator<Candidate> {
	let nextFresh = fresh.next().value as Candidate | undefined;
	let nextDue = due.next().value as Candidate | undefined;
	let dueTurn = true;
	while (nextFresh !== undefined || nextDue !== undefined) {
		const takeDue =
			nextDue !== undefined && (nextFresh === undefined || goesFirst(nextDue, nextFresh, dueTurn, order));
		if (takeDue && nextDue !== undefined) {
			yield nextDue;
			nextDue = due.next().value as Candidate | undefined;
			dueTurn = false;
		} else if (nextFresh !== undefined) {
			yield nextFresh;
			nextFresh = fresh.next().value as Candidate | undefined;
			dueTurn = true;
		}
	}
}

const goesFirst = (due: Candidate, fresh: Candidate, dueTurn: boolean, order: ServiceOrder): boolean =>
	due.kind === 'due' && due.dueAt === 0 ? !isServedBefore(order, fresh.block, due.block) : dueTurn;

/** One class of one peer's queue. */
type ClassLane = {
	readonly handles: StoreHandles;
	readonly peer: PeerNo;
	readonly classNo: ClassNo;
	readonly overlay: LaneOverlay;
	readonly order: ServiceOrder;
};

function* fresh(lane: ClassLane): Generator<Candidate> {
	const {overlay, classNo, order} = lane;
	if (!overlay.mayHaveFresh(classNo)) {
		return;
	}
	for (const stretch of stretchesOf(order)) {
		for (const gap of overlay.freshGaps(classNo, stretch)) {
			yield* freshIn(lane, gap, stretch.isReverse);
		}
	}
}

function* freshIn(
	{handles: {env}, peer, classNo, overlay}: ClassLane,
	gap: BlockRange,
	isReverse: boolean,
): Generator<Candidate> {
	const low = [peer, classNo, isReverse ? gap.first - 1 : gap.first];
	const high = [peer, classNo, gap.last === LAST_BLOCK ? END : gap.last + (isReverse ? 0 : 1)];
	const range = isReverse ? {start: high, end: low, reverse: true} : {start: low, end: high};
	/** From here to the block at hand nothing else is to be leased. */
	let edge = isReverse ? undefined : gap.first;
	for (const {key, value} of env.queue.getRange(range)) {
		const block = (key as QueueKey)[2];
		// Above the last block that is there more will be written.
		edge ??= gap.last === LAST_BLOCK ? block : gap.last;
		const bits = overlay.free(block, undefined, decodeBits(value));
		if (!bits.isEmpty()) {
			const reach = isReverse ? {first: block, last: edge} : {first: edge, last: block};
			yield {kind: 'fresh', classNo, block, bits, reach};
			edge = isReverse ? block - 1 : block + 1;
		}
	}
}

/** What was put back, then what failed, each group by its time. Only in the order of enqueues the former lie as they are served. */
function* due(lane: ClassLane): Generator<Candidate> {
	const {handles, peer, classNo, overlay, order} = lane;
	if (!overlay.mayHaveDue(classNo)) {
		return;
	}
	const after = overlay.dueAfter(classNo);
	const end = [peer, classNo, handles.age.now(), END];
	if (order.kind === 'oldest_first') {
		yield* dueIn(lane, {start: [peer, classNo, ...(after ?? [])], end}, true);
		return;
	}
	for (const {first, last, isReverse} of stretchesOf(order)) {
		const low = [peer, classNo, 0, first];
		const high = [peer, classNo, 0, last, END];
		yield* dueIn(lane, isReverse ? {start: high, end: low, reverse: true} : {start: low, end: high}, false);
	}
	yield* dueIn(lane, {start: [peer, classNo, ...(after ?? [0, END])], end}, true);
}

function* dueIn(
	{handles: {env}, peer, classNo, overlay}: ClassLane,
	range: Parameters<Table['getRange']>[0],
	movesCursor: boolean,
): Generator<Candidate> {
	for (const {key} of env.due.getRange(range)) {
		const [, , dueAt, block, group] = key as DueKey;
		if (!overlay.isGroupOut(group)) {
			const saved = env.groups.get([peer, block, group]);
			if (saved === undefined) {
				env.watch.noted({database: 'due', key}, 'it leads to no group');
				continue;
			}
			const row = decodeGroup(saved);
			const cursor: DueCursor | undefined = movesCursor ? [dueAt, block, group] : undefined;
			yield {kind: 'due', classNo, block, bits: row.bits, group, dueAt: dueAt as AgeMs, row, cursor};
		}
	}
}

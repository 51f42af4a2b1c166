import {CLASS_NUMBERS, type ClassNo} from '../outbound/priorities.js';
import type {AgeMs, BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import {decodeGroup, type GroupRow} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {LaneOverlay} from './lane-overlay.js';
import {type DueKey, END, type QueueKey} from './layout.js';

/** Records that may be leased now. `bits` are those that are not leased yet. */
export type Candidate = {readonly classNo: ClassNo; readonly block: BlockNo; readonly bits: Bits} & (
	| {readonly kind: 'fresh'}
	| {readonly kind: 'due'; readonly group: GroupNo; readonly dueAt: AgeMs; readonly row: GroupRow}
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
	moreUrgentThan?: ClassNo,
): Generator<Candidate> {
	for (const classNo of CLASS_NUMBERS.slice(0, moreUrgentThan)) {
		yield* interleave(fresh(handles, peer, classNo, overlay), due(handles, peer, classNo, overlay));
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
	return CLASS_NUMBERS.slice(0, moreUrgentThan).some(
		classNo =>
			hasAny(fresh(handles, peer, classNo, overlay), isWanted) ||
			hasAny(due(handles, peer, classNo, overlay), isWanted),
	);
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
function* interleave(fresh: Iterator<Candidate>, due: Iterator<Candidate>): Generator<Candidate> {
	let nextFresh = fresh.next().value as Candidate | undefined;
	let nextDue = due.next().value as Candidate | undefined;
	let dueTurn = true;
	while (nextFresh !== undefined || nextDue !== undefined) {
		const takeDue =
			nextDue !== undefined && (nextFresh === undefined || goesFirst(nextDue, nextFresh, dueTurn));
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

const goesFirst = (due: Candidate, fresh: Candidate, dueTurn: boolean): boolean =>
	due.kind === 'due' && due.dueAt === 0 ? due.block <= fresh.block : dueTurn;

function* fresh(
	{env}: StoreHandles,
	peer: PeerNo,
	classNo: ClassNo,
	overlay: LaneOverlay,
): Generator<Candidate> {
	if (!overlay.mayHaveFresh(classNo)) {
		return;
	}
	const start = [peer, classNo, overlay.freshFrom(classNo)];
	for (const {key, value} of env.queue.getRange({start, end: [peer, classNo, END]})) {
		const block = (key as QueueKey)[2];
		const bits = overlay.free(block, undefined, decodeBits(value));
		if (!bits.isEmpty()) {
			yield {kind: 'fresh', classNo, block, bits};
		}
	}
}

function* due(
	{env, age}: StoreHandles,
	peer: PeerNo,
	classNo: ClassNo,
	overlay: LaneOverlay,
): Generator<Candidate> {
	if (!overlay.mayHaveDue(classNo)) {
		return;
	}
	const now = age.now();
	const start = [peer, classNo, ...(overlay.dueAfter(classNo) ?? [])];
	for (const {key} of env.due.getRange({start, end: [peer, classNo, now, END]})) {
		const [, , dueAt, block, group] = key as DueKey;
		if (!overlay.isGroupOut(group)) {
			const saved = env.groups.get([peer, block, group]);
			if (saved === undefined) {
				env.watch.damaged({database: 'due', key}, 'it leads to no group');
				continue;
			}
			const row = decodeGroup(saved);
			yield {kind: 'due', classNo, block, bits: row.bits, group, dueAt: dueAt as AgeMs, row};
		}
	}
}

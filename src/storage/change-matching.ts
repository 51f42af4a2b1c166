import {EdgedError} from '../outbound/errors.js';
import {classOf} from '../outbound/priorities.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import {applyChange} from './apply-change.js';
import {atomically} from './atomically.js';
import {Bits, firstBits} from './bits.js';
import {blocksOfTime, isOfTime} from './blocks-of-time.js';
import {isOpenPart} from './bury.js';
import type {StoreHandles} from './handles.js';
import type {WaitingBits} from './hold-moves.js';
import {
	isWithin,
	type Scope,
	type Stage,
	type StageRow,
	type UnreadRow,
	WHOLE,
	walkRows,
} from './list-stages.js';
import {RefusalCount} from './refusal-count.js';
import type {BulkProgress, WaitingChange, WaitingSelector} from './store.js';
import {type Change, resolveChange, sift, stagesOf} from './waiting-change.js';

/** Rows looked at in one step, so that it stays short when few match. */
const MAX_EXAMINED = 10_000;

/** See `OutboundStore.changeMatching`. */
export const changeMatching = async (
	handles: StoreHandles,
	wanted: WaitingChange,
	selector: WaitingSelector,
	limit: number,
): Promise<BulkProgress> => {
	const change = resolveChange(handles, wanted);
	const {wake, progress} = await atomically(handles, changes => {
		const {matches, ...found} = look(handles, change, selector, limit);
		return {wake: applyChange(handles, change, matches, changes), progress: found};
	});
	for (const peer of wake) {
		handles.announce(peer);
	}
	return progress;
};

/** What `changeMatching` would change; looks as far as one step of it, and writes nothing. */
export const previewMatching = (
	handles: StoreHandles,
	change: WaitingChange,
	selector: WaitingSelector,
	limit: number,
): BulkProgress => {
	handles.env.root.resetReadTxn();
	const {matches: _, ...found} = look(handles, resolveChange(handles, change), selector, limit);
	return found;
};

type Look = BulkProgress & {readonly matches: readonly WaitingBits[]};

/** All that match, before any of it is changed: lmdb's cursor must not move under our writes. */
const look = (handles: StoreHandles, change: Change, selector: WaitingSelector, limit: number): Look => {
	if (change.verb === 'move' && selector.peer === undefined) {
		throw new EdgedError('INVALID_ARGUMENT', 'say from which peer the records are to be moved');
	}
	const after = selector.cursor === undefined ? undefined : parseCursor(selector.cursor);
	// What comes in meanwhile is not what was asked for, and there may be no end of it.
	const below = after?.below ?? handles.numbers.blockLimit;
	const matches: WaitingBits[] = [];
	const refusals = new RefusalCount();
	let changed = 0;
	let examined = 0;
	for (const {peer, stage, scope, unread} of rows(handles, change, selector, after)) {
		const {block, key} = unread;
		const row = block < below && isWithin(scope, block) ? unread.open() : undefined;
		let last = WHOLE_ROW;
		if (row !== undefined) {
			const from = isAt(after, peer, stage, row) ? after.entry : -1;
			const search = {selector, from, room: limit - changed};
			const found = matchesIn(handles, change, {peer, row}, search, refusals);
			({last} = found);
			changed += found.bits.count();
			if (!found.bits.isEmpty() && isOpenPart(row.part)) {
				matches.push({table: row.table, peer, part: row.part, bits: found.bits});
			}
		}
		if (changed >= limit || ++examined >= MAX_EXAMINED) {
			const cursor = formatCursor({peer, stage, key, entry: last, below});
			return {matches, changed, ...refusals.told(), cursor, done: false};
		}
	}
	return {matches, changed, ...refusals.told(), cursor: selector.cursor, done: true};
};

/** In the place of an entry: the whole row was looked at. */
const WHOLE_ROW = Number.MAX_SAFE_INTEGER;

type Walked = {
	readonly peer: PeerNo;
	readonly stage: Stage;
	/** By the same times as a listing: what it shows is what is changed. */
	readonly scope: Scope;
	readonly unread: UnreadRow;
};

function* rows(
	handles: StoreHandles,
	change: Change,
	selector: WaitingSelector,
	after: Position | undefined,
): Generator<Walked> {
	const {peers} = handles;
	const {peer, since, before} = selector;
	const ofTime = {blocks: blocksOfTime(handles, since, before)};
	const wanted = peer === undefined ? peers.all.map(({no}) => no) : [peers.no(peer)];
	const stages = stagesOf(change, selector);
	for (const no of wanted.filter(each => each >= (after?.peer ?? 0))) {
		const first = after?.peer === no ? Math.max(0, stages.indexOf(after.stage)) : 0;
		for (const stage of stages.slice(first)) {
			const start = after?.peer === no && after.stage === stage ? after.key : undefined;
			const scope = stage === 'deadletters' ? WHOLE : ofTime;
			for (const unread of walkRows(handles, stage, no, start, scope)) {
				yield {peer: no, stage, scope, unread};
			}
		}
	}
}

type Search = {
	readonly selector: WaitingSelector;
	/** The entry of the row that was looked at last by the step before. */
	readonly from: number;
	readonly room: number;
};

/** What of a row is asked for and can be changed, up to `room`; what cannot, as far as that goes, is counted. */
const matchesIn = (
	handles: StoreHandles,
	change: Change,
	{peer, row}: {readonly peer: PeerNo; readonly row: StageRow},
	{selector, from, room}: Search,
	refusals: RefusalCount,
): {readonly bits: Bits; readonly last: number} => {
	const {table, part, bits: all} = row;
	const none = {bits: Bits.empty(table.count), last: WHOLE_ROW};
	if (!isOpenPart(part) || !isAsked(handles, selector, row)) {
		return none;
	}
	const asked = Bits.of(
		table.count,
		...[...all].filter(entry => entry > from && hasLabel(selector, table, entry)),
	);
	const group = part.place === 'group' ? part.group : undefined;
	const free = handles.overlays.get(peer)?.free(table.block, group, asked) ?? asked;
	const {able, refused} = sift(handles, change, {table, peer, part, bits: free});
	const bits = firstBits(able, room);
	const last = bits.equals(able) ? WHOLE_ROW : Math.max(...bits);
	refusals.add('being_sent', asked.without(free), last);
	for (const [why, which] of refused) {
		refusals.add(why, which, last);
	}
	return {bits, last};
};

/** By everything but its label, which entries have of their own. */
const isAsked = (
	handles: StoreHandles,
	{priority, state, reason, since, before}: WaitingSelector,
	{table, part}: StageRow,
): boolean => {
	const row = part.place === 'group' ? part.row : undefined;
	const classNo = row?.classNo ?? ('classNo' in part ? part.classNo : table.classNo);
	const isDead = row?.state === 'deadletter';
	const isThen = isDead
		? row.diedAt >= (since ?? 0) && row.diedAt < (before ?? Number.POSITIVE_INFINITY)
		: isOfTime(handles, table, since, before);
	return (
		isThen &&
		(priority === undefined || classOf(priority) === classNo) &&
		(state === undefined || state === 'held' || state === (row?.state ?? 'scheduled')) &&
		(reason === undefined || (isDead && row.reason === reason))
	);
};

const hasLabel = ({label}: WaitingSelector, table: StageRow['table'], entry: number): boolean => {
	if (label === undefined) {
		return true;
	}
	const {labels} = table.metadataOf(entry);
	return Object.hasOwn(labels, label.name) && labels[label.name] === label.value;
};

type Position = {
	readonly peer: PeerNo;
	readonly stage: Stage;
	readonly key: readonly number[];
	/** The entry that was looked at last. */
	readonly entry: number;
	readonly below: BlockNo;
};

const isAt = (after: Position | undefined, peer: PeerNo, stage: Stage, {key}: StageRow): after is Position =>
	after?.peer === peer && after.stage === stage && String(after.key) === String(key);

const formatCursor = (position: Position): string =>
	Buffer.from(JSON.stringify(position)).toString('base64url');

const ALL_STAGES: readonly string[] = ['queue', 'held', 'due', 'deadletters'];

const parseCursor = (cursor: string): Position => {
	try {
		const {peer, stage, key, entry, below} = JSON.parse(
			Buffer.from(cursor, 'base64url').toString(),
		) as Position;
		const isKey = Array.isArray(key) && key.length <= 6 && key.every(Number.isFinite) && key[0] === peer;
		if (isKey && ALL_STAGES.includes(stage) && [peer, entry, below].every(Number.isInteger)) {
			return {peer, stage, key, entry, below};
		}
	} catch {
		// Told below.
	}
	throw new EdgedError('INVALID_ARGUMENT', 'the cursor is not one that an answer gave');
};

import {EdgedError} from '../outbound/errors.js';
import {classOf} from '../outbound/priorities.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import {atomically} from './atomically.js';
import {Bits} from './bits.js';
import {isOpenPart} from './bury.js';
import type {StoreHandles} from './handles.js';
import {holdBits, releaseBits, type WaitingBits} from './hold-moves.js';
import {type Stage, type StageRow, walkStage} from './list-stages.js';
import type {BulkProgress, HoldVerb, WaitingSelector} from './store.js';

/** Rows looked at in one step, so that it stays short when few match. */
const MAX_EXAMINED = 10_000;

const STAGES = {hold: ['queue', 'due'], release: ['held']} as const satisfies Record<
	HoldVerb,
	readonly Stage[]
>;

/** See `OutboundStore.holdMatching`. */
export const holdMatching = async (
	handles: StoreHandles,
	verb: HoldVerb,
	selector: WaitingSelector,
	limit: number,
): Promise<BulkProgress> => {
	const peers = new Set<PeerNo>();
	const progress = await atomically(handles, changes => {
		const {matches, ...found} = look(handles, verb, selector, limit);
		for (const match of matches) {
			const {part} = match;
			if (verb === 'hold') {
				holdBits(handles, match, changes);
			} else if (part.place === 'group') {
				releaseBits(handles, {...match, part}, changes);
				peers.add(match.peer);
			}
		}
		return found;
	});
	for (const peer of peers) {
		handles.announce(peer);
	}
	return progress;
};

/** What `holdMatching` would change; looks as far as one step of it, and writes nothing. */
export const previewHold = (
	handles: StoreHandles,
	verb: HoldVerb,
	selector: WaitingSelector,
	limit: number,
): BulkProgress => {
	handles.env.root.resetReadTxn();
	const {matches: _, ...found} = look(handles, verb, selector, limit);
	return found;
};

type Look = BulkProgress & {readonly matches: readonly WaitingBits[]};

/** All that match, before any of it is changed: lmdb's cursor must not move under our writes. */
const look = (handles: StoreHandles, verb: HoldVerb, selector: WaitingSelector, limit: number): Look => {
	const after = selector.cursor === undefined ? undefined : parseCursor(selector.cursor);
	// What comes in meanwhile is not what was asked for, and there may be no end of it.
	const below = after?.below ?? handles.numbers.blockLimit;
	const matches: WaitingBits[] = [];
	let changed = 0;
	let refused = 0;
	let examined = 0;
	for (const {peer, stage, row} of rows(handles, verb, selector, after)) {
		const from = isAt(after, peer, stage, row) ? after.entry : -1;
		const found = matchesIn(handles, peer, row, {selector, below, from, room: limit - changed});
		changed += found.bits.count();
		refused += found.refused;
		if (!found.bits.isEmpty() && isOpenPart(row.part)) {
			matches.push({table: row.table, peer, part: row.part, bits: found.bits});
		}
		if (changed >= limit || ++examined >= MAX_EXAMINED) {
			const cursor = formatCursor({peer, stage, key: row.key, entry: found.last, below});
			return {matches, changed, refused, cursor, done: false};
		}
	}
	return {matches, changed, refused, cursor: selector.cursor, done: true};
};

function* rows(
	handles: StoreHandles,
	verb: HoldVerb,
	{peer}: WaitingSelector,
	after: Position | undefined,
): Generator<{peer: PeerNo; stage: Stage; row: StageRow}> {
	const {peers} = handles;
	const wanted = peer === undefined ? peers.all.map(({no}) => no) : [peers.no(peer)];
	const stages: readonly Stage[] = STAGES[verb];
	for (const no of wanted.filter(each => each >= (after?.peer ?? 0))) {
		const first = after?.peer === no ? Math.max(0, stages.indexOf(after.stage)) : 0;
		for (const stage of stages.slice(first)) {
			const start = after?.peer === no && after.stage === stage ? after.key : undefined;
			for (const row of walkStage(handles, stage, no, start)) {
				yield {peer: no, stage, row};
			}
		}
	}
}

type Search = {
	readonly selector: WaitingSelector;
	readonly below: BlockNo;
	/** The entry of the row that was looked at last by the step before. */
	readonly from: number;
	readonly room: number;
};

/** What of a row is asked for and not being sent, up to `room`; `refused` is being sent. */
const matchesIn = (
	{overlays}: StoreHandles,
	peer: PeerNo,
	{table, part, bits}: StageRow,
	{selector, below, from, room}: Search,
): {readonly bits: Bits; readonly refused: number; readonly last: number} => {
	const found = Bits.empty(table.count);
	const classNo = part.place === 'group' ? part.row.classNo : table.classNo;
	const group = part.place === 'group' ? part.group : undefined;
	const isOther = selector.priority !== undefined && classOf(selector.priority) !== classNo;
	if (isOther || table.block >= below) {
		return {bits: found, refused: 0, last: table.count};
	}
	const free = overlays.get(peer)?.free(table.block, group, bits) ?? bits;
	let left = room;
	let refused = 0;
	for (const entry of bits) {
		if (entry > from && hasLabel(selector, table, entry)) {
			if (!free.has(entry)) {
				refused++;
			} else {
				found.add(entry);
				if (--left === 0) {
					return {bits: found, refused, last: entry};
				}
			}
		}
	}
	return {bits: found, refused, last: table.count};
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

const ALL_STAGES: readonly string[] = Object.values(STAGES).flat();

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

import {EdgedError} from '../outbound/errors.js';
import type {BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import type {DeadBits} from './deadletter-moves.js';
import {encodeLabel} from './entry-metadata.js';
import {decodeGroup} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {type DeadletterKey, END} from './layout.js';
import type {DeadletterSelector} from './store.js';

/** How far an earlier step came, and which numbers the groups have that were dead when the first of them began. */
type Position = {readonly after: DeadletterKey; readonly below: GroupNo};

/** Looked at in one step, so that it stays short when few match: groups, and entries where their labels are to be read. */
const MAX_EXAMINED = 10_000;

export type Match = {readonly key: DeadletterKey; readonly dead: DeadBits};

/** What a step found, before any of it is changed: lmdb's cursor must not move under our writes. */
export type Found = {
	readonly matches: readonly Match[];
	/** Names a key of this walk as a cursor. */
	cursorAt(key: DeadletterKey): string;
	/** Of the last that was looked at, whether it matches or not; that of the step before when there was none. */
	readonly cursor: string | undefined;
	readonly atEnd: boolean;
};

/** Groups that match until `limit` records are together. What dies while the steps go on gets a higher number and is never met. */
export const findDead = (handles: StoreHandles, selector: DeadletterSelector, limit: number): Found => {
	const position = selector.cursor === undefined ? undefined : parseCursor(selector.cursor);
	const below = selector.numberedBelow ?? position?.below ?? handles.numbers.groupLimit;
	const cursorAt = (key: DeadletterKey): string => JSON.stringify([...key, below]);
	const label = selector.label && encodeLabel(selector.label.name, selector.label.value);
	const matches: Match[] = [];
	let cursor = selector.cursor;
	let records = 0;
	let examined = 0;
	for (const {key, row} of deadGroups(handles, selector, {after: position?.after, below})) {
		examined++;
		cursor = cursorAt(key);
		const [peer, , block, group] = key;
		const isWanted = selector.reason === undefined || row.reason === selector.reason;
		const table = isWanted ? readBlock(handles, block) : undefined;
		if (table !== undefined && (label === undefined || table.metadataArea.includes(label))) {
			const bits = labelledBits(table, row.bits, selector.label);
			examined += label === undefined ? 0 : row.bits.count();
			if (!bits.isEmpty()) {
				matches.push({key, dead: {peer, table, group, row, bits}});
				records += bits.count();
			}
		}
		if (records >= limit || examined >= MAX_EXAMINED) {
			return {matches, cursorAt, cursor, atEnd: false};
		}
	}
	return {matches, cursorAt, cursor, atEnd: true};
};

/** Those of `bits` whose segments carry the label; all of them without one. */
export const labelledBits = (table: BlockTable, bits: Bits, label: DeadletterSelector['label']): Bits => {
	if (label === undefined) {
		return bits;
	}
	const found = Bits.empty(bits.size);
	for (const entry of bits) {
		const {labels} = table.metadataOf(entry);
		if (Object.hasOwn(labels, label.name) && labels[label.name] === label.value) {
			found.add(entry);
		}
	}
	return found;
};

function* deadGroups(
	{env, peers}: StoreHandles,
	{peer, since = 0 as never, before = Number.POSITIVE_INFINITY as never}: DeadletterSelector,
	{after, below}: {readonly after: DeadletterKey | undefined; readonly below: GroupNo},
): Generator<{key: DeadletterKey; row: DeadBits['row']}> {
	const wanted = peer === undefined ? peers.all.map(({no}) => no) : [peers.no(peer)];
	for (const no of wanted.filter(each => each >= (after?.[0] ?? 0))) {
		const start = after?.[0] === no ? [...after, END] : [no, since];
		for (const {key} of env.deadletters.getRange({start, end: [no, END]})) {
			const [, diedAt, block, group] = key as [PeerNo, number, BlockNo, GroupNo];
			if (diedAt >= before) {
				break;
			}
			if (group >= below || diedAt < since) {
				continue;
			}
			const value = env.groups.get([no, block, group]);
			const row = value === undefined ? undefined : decodeGroup(value);
			if (row?.state === 'deadletter') {
				yield {key: key as DeadletterKey, row};
			} else {
				env.watch.noted({database: 'deadletters', key}, 'it leads to no dead group');
			}
		}
	}
}

const parseCursor = (cursor: string): Position => {
	try {
		const parts: unknown = JSON.parse(cursor);
		if (Array.isArray(parts) && parts.length === 5 && parts.every(Number.isFinite)) {
			return {after: parts.slice(0, 4) as DeadletterKey, below: parts[4] as GroupNo};
		}
	} catch {
		// Told below.
	}
	throw new EdgedError('INVALID_ARGUMENT', 'the cursor is not one that a page gave');
};

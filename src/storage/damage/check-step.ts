import type {Key} from 'lmdb';
import type {BlockNo} from '../../outbound/units.js';
import {readBlock} from '../blocks.js';
import {decodeGroup, type GroupRow, isHeld} from '../group-row.js';
import type {StoreHandles} from '../handles.js';
import {keptOrAll} from '../kept-entries.js';
import {DATABASE_NAMES, type DatabaseName} from '../layout.js';
import type {Place} from '../read-watch.js';
import {hasPayload, isPayloadNeeded} from '../release-block.js';
import {decodeSpan, type SpanRow} from '../settled-row.js';
import {neededEntries} from '../thin.js';
import {findBadPayloads} from './bury-payloads.js';
import {isUnclaimed} from './chunks.js';
import {knownBits, readPeerRows} from './peer-rows.js';

/** Where a check of the whole store goes on: behind this row. */
export type CheckCursor = {readonly database: DatabaseName; readonly after: Key | undefined};
export type Finding = {readonly place: Place; readonly what: string};
export type CheckStep = {
	readonly findings: readonly Finding[];
	/** Read for it. */
	readonly bytes: number;
	/** `undefined`: that was the last of the store. */
	readonly next: CheckCursor | undefined;
};

export const CHECK_START: CheckCursor = {database: DATABASE_NAMES[0], after: undefined};
/** A row costs at least this much, however short. */
const ROW_BYTES = 64;

/**
 * Outside a body: checks rows from `cursor` on until `maxBytes` are read: checksums of all rows, CRC-32 and SHA-256 of payloads, and
 * that what refers to another row finds it. Changes nothing.
 */
export const checkStep = (handles: StoreHandles, cursor: CheckCursor, maxBytes: number): CheckStep => {
	const {env} = handles;
	const findings: Finding[] = [];
	const {onDamaged} = env.watch;
	env.watch.onDamaged = ({place, message}) => findings.push({place, what: message});
	try {
		env.root.resetReadTxn();
		let bytes = 0;
		for (const {key, size} of rowsFrom(handles, cursor)) {
			bytes += ROW_BYTES + size + checkRow(handles, cursor.database, key, findings);
			if (bytes >= maxBytes) {
				return {findings, bytes, next: {...cursor, after: key}};
			}
		}
		const next = DATABASE_NAMES[DATABASE_NAMES.indexOf(cursor.database) + 1];
		return {findings, bytes, next: next === undefined ? undefined : {database: next, after: undefined}};
	} finally {
		env.watch.onDamaged = onDamaged;
	}
};

function* rowsFrom({env}: StoreHandles, {database, after}: CheckCursor): Generator<{key: Key; size: number}> {
	const table = env[database];
	const options = after === undefined ? {} : {start: after};
	// Payloads are read by way of their block, which knows what they should be.
	const isKeyOnly = database === 'payloads';
	const rows = isKeyOnly ? keysOnly(table.getKeys(options)) : table.raw.getRange(options);
	for (const {key, value} of rows) {
		if (after === undefined || !isSame(key, after)) {
			if (value !== undefined && table.opened(key, value) === undefined) {
				table.get(key); // Tells the watch.
			}
			yield {key, size: value?.length ?? 0};
		}
	}
}

function* keysOnly(keys: Iterable<Key>): Generator<{key: Key; value: undefined}> {
	for (const key of keys) {
		yield {key, value: undefined};
	}
}

const isSame = (a: Key, b: Key): boolean => JSON.stringify(a) === JSON.stringify(b);

/** How many bytes were read besides the row. */
const checkRow = (handles: StoreHandles, database: DatabaseName, key: Key, findings: Finding[]): number => {
	const parts = key as number[];
	const say = (what: string, place: Place = {database, key}) => {
		findings.push({place, what});
	};
	switch (database) {
		case 'blocks':
			return checkBlock(handles, key as BlockNo, say);
		case 'payloads':
		case 'settled':
		case 'queue':
		case 'held':
		case 'groups': {
			const block = parts[
				database === 'payloads' ? 0 : database === 'queue' || database === 'held' ? 2 : 1
			] as number;
			if (!handles.env.blocks.doesExist(block)) {
				say(`${database} has a row of block ${block}, which has no table`, {database: 'blocks', key: block});
			}
			if (database === 'groups') {
				checkGroup(handles, parts, say);
			} else if (database === 'held') {
				checkGroupKey(handles, database, parts, say);
			}
			return 0;
		}
		case 'spans': {
			const saved = handles.env.spans.get(key);
			const gone = saved === undefined ? [] : goneBlocks(handles, parts[1] as BlockNo, decodeSpan(saved));
			if (gone.length > 0) {
				say(`a span proves block ${gone.join(', ')}, which is gone`);
			}
			return 0;
		}
		case 'due':
		case 'deadletters':
			checkGroupKey(handles, database, parts, say);
			return 0;
		default:
			return 0;
	}
};

const goneBlocks = ({env}: StoreHandles, first: BlockNo, {blocks}: SpanRow): readonly number[] =>
	[...blocks].map(offset => first + offset).filter(block => !env.blocks.doesExist(block));

type Say = (what: string, place?: Place) => void;

const checkBlock = (handles: StoreHandles, block: BlockNo, say: Say): number => {
	const table = readBlock(handles, block);
	const payload: Place = {database: 'payloads', key: [block, 0]};
	if (table === undefined) {
		return 0; // The watch was told.
	}
	for (const peer of table.route) {
		const rows = readPeerRows(handles, block, peer);
		const known = knownBits(rows, table.count);
		const isWhole = known.or(table.elsewhereOf(peer)).isFull();
		if (rows.damaged.length === 0 && !known.isEmpty() && !isWhole) {
			say(
				`block ${block}: ${known.count()} of ${table.count} records of peer ${peer} are somewhere`,
				payload,
			);
		}
	}
	if (!hasPayload(handles, block)) {
		if (isPayloadNeeded(handles, table)) {
			say(`the payload of block ${block} is gone and still needed`, payload);
		}
		return 0;
	}
	if (isUnclaimed(handles, table)) {
		say(`the payload of block ${block} is kept for nobody`, payload);
	}
	const {corrupt, missing} = findBadPayloads(
		handles,
		table,
		keptOrAll(handles, table).or(neededEntries(handles, table)),
	);
	if (!corrupt.isEmpty() || !missing.isEmpty()) {
		const ids = [...corrupt.or(missing)].map(entry => table.segmentIdOf(entry));
		say(`the payload of ${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ', ...' : ''} is damaged`, payload);
	}
	return table.payloadBytes;
};

const checkGroup = ({env}: StoreHandles, key: readonly number[], say: Say): void => {
	const saved = env.groups.get(key as number[]);
	if (saved !== undefined) {
		const place = placeOfKey(key, decodeGroup(saved));
		if (!env[place.database].doesExist(place.key)) {
			const [, block = 0, group = 0] = key;
			say(`group ${group} of block ${block} is not found by its key`, place);
		}
	}
};

const checkGroupKey = (
	{env}: StoreHandles,
	database: 'due' | 'held' | 'deadletters',
	key: readonly number[],
	say: Say,
): void => {
	const group = [key[0] ?? 0, ...key.slice(-2)];
	const saved = env.groups.get(group);
	const place = saved === undefined ? undefined : placeOfKey(group, decodeGroup(saved));
	if (place?.database !== database || !isSame(place.key, key as Key)) {
		say(`${database} ${JSON.stringify(key)} leads to no such group`);
	}
};

/** Where the key of a group has to be. */
const placeOfKey = ([peer = 0, block = 0, group = 0]: readonly number[], row: GroupRow): Place => {
	if (row.state === 'deadletter') {
		return {database: 'deadletters', key: [peer, row.diedAt, block, group]};
	}
	return isHeld(row)
		? {database: 'held', key: [peer, row.classNo, block, group]}
		: {database: 'due', key: [peer, row.classNo, row.dueAt, block, group]};
};

import {EdgedError} from '../outbound/errors.js';
import type {BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import {Bits, firstBits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import type {CounterChanges} from './counters.js';
import {labelledBits} from './dead-groups.js';
import {canRetry, type DeadBits, retryBits} from './deadletter-moves.js';
import {encodeLabel} from './entry-metadata.js';
import {decodeGroup, isDeadRow} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {END, type GroupKey} from './layout.js';
import type {BulkProgress, DeadletterSelector} from './store.js';

/** Rows looked at in one step, and entries where their labels are to be read, so that it stays short when few match. */
const MAX_EXAMINED = 10_000;

/** How far an earlier step came, and which numbers the groups have that were dead when the first of them began. */
type Position = {readonly peer: PeerNo; readonly block: BlockNo; readonly below: GroupNo};

export type RetryStep = BulkProgress & {
	/** Of whom something waits now. */
	readonly peers: ReadonlySet<PeerNo>;
};

/**
 * Inside a body: `limit` of the deadletters that match go back into the queue, in the order of their enqueues and not of their burial: at a
 * pace they are sent in that order. A block that a step does not finish is begun again by the next: what was retried of it is not dead any
 * more. What dies meanwhile gets a higher number and is not met.
 */
export const retryInOrder = (
	handles: StoreHandles,
	selector: DeadletterSelector,
	limit: number,
	changes: CounterChanges,
): RetryStep => {
	const found = find(handles, selector, limit);
	for (const dead of found.able) {
		retryBits(handles, dead, changes);
	}
	const {changed, refused, cursor, done} = found;
	return {changed, refused, cursor, done, peers: new Set(found.able.map(({peer}) => peer))};
};

type Found = BulkProgress & {readonly able: readonly DeadBits[]};

/** Everything that is to be retried, before any of it is: lmdb's cursor must not move under our writes. */
const find = (handles: StoreHandles, selector: DeadletterSelector, limit: number): Found => {
	const after = selector.cursor === undefined ? undefined : parseCursor(selector.cursor);
	const below = selector.numberedBelow ?? after?.below ?? handles.numbers.groupLimit;
	const able: DeadBits[] = [];
	let changed = 0;
	let refused = 0;
	let examined = 0;
	let {cursor} = selector;
	for (const {peer, block, rows} of deadBlocks(handles, selector.peer, after)) {
		const look = lookAt(handles, {peer, block, rows}, selector, below);
		const chosen = firstBits(look.able, limit - changed);
		const parts = look.dead.map(dead => ({...dead, bits: dead.bits.and(chosen)}));
		able.push(...parts.filter(({bits}) => !bits.isEmpty()).sort((a, b) => firstOf(a) - firstOf(b)));
		changed += chosen.count();
		if (chosen.count() < look.able.count()) {
			const before = (block - 1) as BlockNo;
			return {able, changed, refused, cursor: formatCursor({peer, block: before, below}), done: false};
		}
		refused += look.refused;
		examined += look.examined;
		cursor = formatCursor({peer, block, below});
		if (changed >= limit || examined >= MAX_EXAMINED) {
			return {able, changed, refused, cursor, done: false};
		}
	}
	return {able, changed, refused, cursor, done: true};
};

/** Groups of one block are leased in the order of the numbers that they get. */
const firstOf = ({bits}: DeadBits): number => bits[Symbol.iterator]().next().value ?? 0;

type DeadBlock = {
	readonly peer: PeerNo;
	readonly block: BlockNo;
	/** Of all its groups, those that are dead not only. */
	readonly rows: ReadonlyArray<readonly [GroupNo, Buffer]>;
};

/** Blocks of which something is off the happy path, in the order of enqueues. */
function* deadBlocks(
	{env, peers}: StoreHandles,
	wanted: DeadletterSelector['peer'],
	after: Position | undefined,
): Generator<DeadBlock> {
	const numbers = wanted === undefined ? peers.all.map(({no}) => no) : [peers.no(wanted)];
	for (const peer of numbers.filter(no => no >= (after?.peer ?? 0))) {
		const start = after?.peer === peer ? [peer, after.block, END] : [peer];
		let open: {readonly block: BlockNo; readonly rows: Array<readonly [GroupNo, Buffer]>} | undefined;
		for (const {key, value} of env.groups.getRange({start, end: [peer, END]})) {
			const [, block, group] = key as GroupKey;
			if (open?.block !== block) {
				if (open !== undefined) {
					yield {peer, ...open};
				}
				open = {block, rows: []};
			}
			open.rows.push([group, value]);
		}
		if (open !== undefined) {
			yield {peer, ...open};
		}
	}
}

type Look = {
	readonly dead: readonly DeadBits[];
	/** All of `dead` together. */
	readonly able: Bits;
	/** Match too, and their payload is gone. */
	readonly refused: number;
	readonly examined: number;
};

const lookAt = (
	handles: StoreHandles,
	{peer, block, rows}: DeadBlock,
	{reason, since, before, label}: DeadletterSelector,
	below: GroupNo,
): Look => {
	const dead: DeadBits[] = [];
	let able: Bits | undefined;
	let refused = 0;
	let examined = 0;
	let table: BlockTable | undefined;
	const sought = label && encodeLabel(label.name, label.value);
	for (const [group, bytes] of rows) {
		examined++;
		const row = group < below && isDeadRow(bytes) ? decodeGroup(bytes) : undefined;
		const isAsked =
			row?.state === 'deadletter' &&
			(reason === undefined || row.reason === reason) &&
			row.diedAt >= (since ?? 0) &&
			row.diedAt < (before ?? Number.POSITIVE_INFINITY);
		if (!isAsked) {
			continue;
		}
		table ??= readBlock(handles, block);
		if (table === undefined || (sought !== undefined && !table.metadataArea.includes(sought))) {
			break;
		}
		examined += label === undefined ? 0 : row.bits.count();
		const found = {peer, table, group, row, bits: labelledBits(table, row.bits, label)};
		if (canRetry(handles, found)) {
			dead.push(found);
			able = able === undefined ? found.bits : able.or(found.bits);
		} else {
			refused += found.bits.count();
		}
	}
	return {dead, able: able ?? Bits.empty(0), refused, examined};
};

/** Another form than that of a purge: one must not go on where the other ended. */
const NAME = 'by enqueue';

const formatCursor = ({peer, block, below}: Position): string => JSON.stringify([NAME, peer, block, below]);

const parseCursor = (cursor: string): Position => {
	try {
		const [name, ...numbers] = JSON.parse(cursor) as unknown[];
		if (name === NAME && numbers.length === 3 && numbers.every(Number.isFinite)) {
			const [peer, block, below] = numbers as [PeerNo, BlockNo, GroupNo];
			return {peer, block, below};
		}
	} catch {
		// Told below.
	}
	throw new EdgedError('INVALID_ARGUMENT', 'the cursor is not one that an answer gave');
};

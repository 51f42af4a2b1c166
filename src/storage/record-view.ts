import type {Attempt} from '../outbound/attempts.js';
import {CLASS_NUMBERS, type ClassNo, priorityOf} from '../outbound/priorities.js';
import type {DeliveryRecord} from '../outbound/record.js';
import type {BlockNo, EpochMs, GroupNo, PeerNo} from '../outbound/units.js';
import {shownAttempt} from './attempts-row.js';
import {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import type {BlockTable} from './block-table.js';
import {enqueuedAtOf} from './enqueued-at.js';
import {expiryOf} from './expiry.js';
import {decodeGroup, type GroupRow, isHeld} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {END, type GroupKey, SPAN_BLOCKS} from './layout.js';
import {decodeSettled, decodeSpan, type SettledRow, type SpanRow, settledBits} from './settled-row.js';

/** One place that holds records of a block for a peer. The parts of one block and peer are disjoint and cover its entries, but for those that are elsewhere. */
export type PeerPart =
	| {readonly place: 'queue'; readonly classNo: ClassNo; readonly bits: Bits}
	| {readonly place: 'group'; readonly group: GroupNo; readonly row: GroupRow; readonly bits: Bits}
	| {readonly place: 'settled'; readonly row: SettledRow; readonly bits: Bits}
	| {readonly place: 'span'; readonly row: SpanRow; readonly bits: Bits};

/** Where the records of `table` for `peer` are. */
export const partsOf = (handles: StoreHandles, table: BlockTable, peer: PeerNo): readonly PeerPart[] => {
	const {env} = handles;
	const {block} = table;
	const parts: PeerPart[] = [];
	for (const classNo of CLASS_NUMBERS) {
		const row = env.queue.get([peer, classNo, block]);
		if (row !== undefined) {
			parts.push({place: 'queue', classNo, bits: decodeBits(row)});
		}
	}
	for (const {group, row} of groupsOf(handles, peer, block)) {
		parts.push({place: 'group', group, row, bits: row.bits});
	}
	const settled = env.settled.get([peer, block]);
	if (settled !== undefined) {
		const row = decodeSettled(settled);
		parts.push({place: 'settled', row, bits: settledBits(row)});
	}
	const span = findSpan(handles, peer, block);
	if (span !== undefined) {
		parts.push({place: 'span', row: span.row, bits: Bits.full(table.count)});
	}
	return parts;
};

export type FoundGroup = {readonly group: GroupNo; readonly row: GroupRow};

export const groupsOf = ({env}: StoreHandles, peer: PeerNo, block: BlockNo): readonly FoundGroup[] => {
	const found: FoundGroup[] = [];
	for (const {key, value} of env.groups.getRange({start: [peer, block], end: [peer, block, END]})) {
		found.push({group: (key as GroupKey)[2], row: decodeGroup(value)});
	}
	return found;
};

export type FoundSpan = {readonly first: BlockNo; readonly row: SpanRow};

/** The span that proves `block`, if one does. Looks at the rows that could reach it. */
export const findSpan = ({env}: StoreHandles, peer: PeerNo, block: BlockNo): FoundSpan | undefined => {
	const start = [peer, block];
	const end = [peer, block - SPAN_BLOCKS];
	for (const {key, value} of env.spans.getRange({start, end, reverse: true})) {
		const first = (key as [PeerNo, BlockNo])[1];
		const row = decodeSpan(value);
		if (row.blocks.has(block - first)) {
			return {first, row};
		}
	}
	return undefined;
};

export const isBuriedAnywhere = (handles: StoreHandles, table: BlockTable, entry: number): boolean =>
	table.route.some(peer =>
		groupsOf(handles, peer, table.block).some(({row}) => row.state === 'deadletter' && row.bits.has(entry)),
	);

/** No peer has the entry any more, by an operator's purge of whatever was not moved away: its id is free. */
export const isPurgedEverywhere = ({env}: StoreHandles, table: BlockTable, entry: number): boolean =>
	table.route.every(peer => {
		const row = env.settled.get([peer, table.block]);
		return table.elsewhereOf(peer).has(entry) || (row !== undefined && decodeSettled(row).purged.has(entry));
	});

/** The record as an operator sees it; `undefined` for one that was purged. */
export const viewRecord = (
	handles: StoreHandles,
	table: BlockTable,
	entry: number,
	peer: PeerNo,
	part: PeerPart,
): DeliveryRecord | undefined => {
	const {age, peers, overlays} = handles;
	const sizeBytes = table.payloadBytesOf(entry);
	const metadata = table.metadataOf(entry);
	const expiry = expiryOf(table, entry, part.place === 'group' ? part.row : undefined);
	const base = {
		segmentId: table.segmentIdOf(entry),
		peerId: peers.id(peer),
		held: part.place === 'group' && isHeld(part.row),
		priority: priorityOf(
			'classNo' in part ? part.classNo : part.place === 'group' ? part.row.classNo : table.classNo,
		),
		sizeBytes,
		sha256: table.sha256Of(entry).toString('hex'),
		contentType: metadata.contentType,
		labels: metadata.labels,
		enqueuedAt: enqueuedAtOf(handles, table),
		expiresAt: expiry === undefined ? undefined : age.toWall(expiry),
	};
	const group = part.place === 'group' ? part.group : undefined;
	// What was cut out of its lease is out in memory until the lease settles.
	const mayBeInflight = part.place === 'queue' || part.place === 'group';
	const isInflight = mayBeInflight && (overlays.get(peer)?.isOut(table.block, group, entry) ?? false);
	const fate = fateOf(handles, table, entry, part, sizeBytes);
	return fate === undefined ? undefined : {...base, ...fate, ...(isInflight ? {state: 'inflight'} : {})};
};

type Fate = Pick<
	DeliveryRecord,
	'state' | 'updatedAt' | 'nextAttemptAt' | 'reason' | 'chargedFailures' | 'abandons' | 'attempts'
>;

const CALM = {nextAttemptAt: undefined, reason: undefined, chargedFailures: 0, abandons: 0} as const;

const fateOf = (
	handles: StoreHandles,
	table: BlockTable,
	entry: number,
	part: PeerPart,
	sizeBytes: number,
): Fate | undefined => {
	switch (part.place) {
		case 'queue':
			return {
				...CALM,
				state: 'scheduled',
				updatedAt: enqueuedAtOf(handles, table),
				attempts: [],
			};
		case 'group':
			return groupFate(handles, part.row, sizeBytes);
		case 'span':
			return {
				...CALM,
				state: part.row.fate,
				updatedAt: part.row.settledAt,
				attempts: part.row.fate === 'acked' ? [onlyAttempt(part.row, sizeBytes)] : [],
			};
		case 'settled': {
			if (part.row.purged.has(entry)) {
				return undefined;
			}
			const history = part.row.histories.find(({bits}) => bits.has(entry));
			return {
				...CALM,
				state: part.row.acked.has(entry) ? 'acked' : 'satisfied',
				updatedAt: part.row.settledAt,
				attempts:
					history?.attempts.map(attempt => shownAttempt(attempt, sizeBytes)) ??
					(part.row.acked.has(entry) ? [onlyAttempt(part.row, sizeBytes)] : []),
			};
		}
	}
};

const groupFate = ({age}: StoreHandles, row: GroupRow, sizeBytes: number): Fate => ({
	state: row.state,
	updatedAt: row.changedAt,
	nextAttemptAt: row.state === 'failed' ? age.toWall(row.dueAt) : undefined,
	reason: row.state === 'deadletter' ? row.reason : undefined,
	chargedFailures: row.charged,
	abandons: row.abandons,
	attempts: row.attempts.map(attempt => shownAttempt(attempt, sizeBytes)),
});

/** A record that never left the happy path was sent once, and that was good: nothing more was written down. */
const onlyAttempt = (
	{leasedAt, settledAt}: {readonly leasedAt: EpochMs; readonly settledAt: EpochMs},
	sizeBytes: number,
): Attempt => ({
	number: 1,
	startedAt: leasedAt,
	completedAt: settledAt,
	outcome: 'ACKED',
	bytesSent: sizeBytes,
});

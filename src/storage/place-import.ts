import type {BlockNo, PeerNo} from '../outbound/units.js';
import {put, remove} from './atomically.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {type CounterChanges, STORE_COUNTERS} from './counters.js';
import {MOST_MOVED_PEERS} from './elsewhere.js';
import type {StoreHandles} from './handles.js';
import {decodeId} from './id-row.js';
import type {ImportResult} from './import-draft.js';
import {conflict, IMPORTED, type ImportedRecord, type ImportedSegment, PRESENT} from './imported-segment.js';
import {keptOrAll} from './kept-entries.js';
import {type Located, locate, type TableReader} from './locate.js';
import {sha256Of} from './prepared-draft.js';
import {isPurgedEverywhere, type PeerPart, partsOf} from './record-view.js';
import {hasPayload, PAYLOADLESS_REASONS} from './release-block.js';
import {decodeSettled, encodeSettled, settledBits} from './settled-row.js';
import {writeDead} from './write-dead.js';

/** Where a segment of an import is: in the store already, nowhere (any more), or it cannot come in. */
export type Found = Located | 'absent' | {readonly note: string};

/** Reads the rows of a block for a peer. */
export type PartsReader = (handles: StoreHandles, table: BlockTable, peer: PeerNo) => readonly PeerPart[];

/**
 * Of a block and peer reads once, however many entries are looked up: each may have a row of its own. Placing a record changes nothing about
 * other entries, so that what was read before stays right for them.
 */
export const rememberParts = (): PartsReader => {
	const read = new Map<string, readonly PeerPart[]>();
	return (handles, table, peer) => {
		const key = `${peer} ${table.block}`;
		const parts = read.get(key) ?? partsOf(handles, table, peer);
		read.set(key, parts);
		return parts;
	};
};

/** Blocks from `blockLimit` on are not made yet. */
export const findSegment = (
	handles: StoreHandles,
	{id, draft}: ImportedSegment,
	blockLimit: BlockNo,
	read: TableReader,
): Found => {
	const found = locate(handles, id, read);
	if (found !== undefined && !isPurgedEverywhere(handles, found.table, found.entry)) {
		return found.table.sha256Of(found.entry).equals(sha256Of(draft))
			? found
			: {note: 'the id is taken by other bytes'};
	}
	const {address, givenId} = draft;
	if (address?.store === handles.storeId && address.block >= blockLimit) {
		return {note: 'its id names an address that this store has not made yet'};
	}
	const row = givenId === undefined ? undefined : handles.env.ids.get(givenId);
	return row !== undefined && read(handles, decodeId(row).block) === undefined
		? {note: 'its id is remembered, and what it stands for is gone'}
		: 'absent';
};

/** Why a record may not come in, with whatever else of its segment there is. */
export const refusalOf = ({death}: ImportedRecord): ImportResult | undefined =>
	PAYLOADLESS_REASONS.includes(death.reason)
		? conflict(`a deadletter ${death.reason} has no payload to bring back`)
		: undefined;

/**
 * Is a deadletter of a segment that is here to be had for its peer already? Nothing is left of what was settled long ago; what was purged is
 * known as long as the payload is kept.
 */
export const isPresent = (
	handles: StoreHandles,
	{table, entry}: Located,
	{peer}: ImportedRecord,
	read: PartsReader,
): boolean => {
	const part = read(handles, table, peer).find(({bits}) => bits.has(entry));
	return part === undefined
		? table.route.includes(peer) && !table.elsewhereOf(peer).has(entry)
		: !isPurgedPart(part, entry);
};

/** What is answered for one that is present. */
export const presence = (
	handles: StoreHandles,
	{table, entry}: Located,
	{peer}: ImportedRecord,
	read: PartsReader,
): ImportResult => (read(handles, table, peer).some(({bits}) => bits.has(entry)) ? PRESENT : FORGOTTEN);

const FORGOTTEN: ImportResult = {
	...PRESENT,
	note: 'it was here and is done with: delivered or purged so long ago that only its id is remembered',
};

const isPurgedPart = (part: PeerPart, entry: number): boolean =>
	part.place === 'settled' && part.row.purged.has(entry);

/** Inside a body: one deadletter of a segment that is here. Its peer gets it back, or has it for the first time. */
export const placeRecord = (
	handles: StoreHandles,
	found: Located,
	record: ImportedRecord,
	changes: CounterChanges,
	read: PartsReader,
): ImportResult => {
	if (isPresent(handles, found, record, read)) {
		return presence(handles, found, record, read);
	}
	const {table, entry} = found;
	const isPurged = read(handles, table, record.peer).some(({bits}) => bits.has(entry));
	const refusal = refusalOf(record) ?? (isPurged ? undefined : refusalToAdd(handles, found, record));
	if (refusal !== undefined) {
		return refusal;
	}
	if (!hasPayload(handles, table.block) || !keptOrAll(handles, table).has(entry)) {
		return conflict(
			'the segment was here for other peers, and its payload is not kept any more: import it again once it is forgotten',
		);
	}
	if (isPurged) {
		forgetPurge(handles, found, record);
	} else {
		addPeer(handles, found, record, changes);
	}
	writeDead(handles, table, Bits.of(table.count, entry), record, changes);
	return IMPORTED;
};

const refusalToAdd = (
	{peers}: StoreHandles,
	{table: {elsewhere}}: Located,
	{peer}: ImportedRecord,
): ImportResult | undefined =>
	elsewhere.size < MOST_MOVED_PEERS || elsewhere.has(peer)
		? undefined
		: conflict(
				`segments that were stored together have gone through ${MOST_MOVED_PEERS} peers: ${peers.id(peer)} cannot be one more`,
			);

const forgetPurge = ({env}: StoreHandles, {table, entry}: Located, {peer}: ImportedRecord): void => {
	const key = [peer, table.block];
	const saved = env.settled.get(key);
	if (saved === undefined) {
		throw new Error(`block ${table.block}: the proof of a purge is gone in the middle of a write`);
	}
	const row = decodeSettled(saved);
	const left = {...row, purged: row.purged.without(Bits.of(table.count, entry))};
	if (settledBits(left).isEmpty()) {
		remove(env.settled, key);
	} else {
		put(env.settled, key, encodeSettled(left));
	}
};

/** As a move does it, but that nobody loses the record: the table says which entries the peer has none of. */
const addPeer = (
	handles: StoreHandles,
	{table, entry}: Located,
	{peer}: ImportedRecord,
	changes: CounterChanges,
): void => {
	const before = table.route.includes(peer) ? table.elsewhereOf(peer) : Bits.full(table.count);
	const elsewhere = new Map(table.elsewhere).set(peer, before.without(Bits.of(table.count, entry)));
	const bytes = table.withElsewhere(elsewhere);
	put(handles.env.blocks, table.block, bytes);
	changes.add(STORE_COUNTERS, 'liveBytes', bytes.length - table.byteLength);
	handles.moves++;
};

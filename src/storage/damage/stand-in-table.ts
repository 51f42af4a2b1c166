import type {StoreId} from '../../outbound/made-id.js';
import type {SegmentId} from '../../outbound/names.js';
import type {AgeMs, BlockNo, EpochMs, PeerNo} from '../../outbound/units.js';
import {BlockTable} from '../block-table.js';
import type {Elsewhere} from '../elsewhere.js';
import {createdAgeOf, encodeBlockTable, HEADER_BYTES} from '../encode-block-table.js';
import {type EntryMetadata, encodeMetadata, NO_METADATA} from '../entry-metadata.js';
import {ENTRY_RECORD_BYTES, FLAG_GIVEN_ID, writeEntryRecord} from '../entry-record.js';
import type {StoreHandles} from '../handles.js';
import {decodeId} from '../id-row.js';
import {bucketOf, decodeOrigin, findOrigin} from '../origin-row.js';
import {DamagedRowError} from '../row-reader.js';

/**
 * The bytes of a table for a block whose own is damaged: its entries with what can still be read of them. An id is believed
 * only when `ids` or `origins` say the same; else the made id of the address stands in for it, which no other record has.
 * `undefined` when nothing tells how many entries there were.
 */
export const standInTable = (
	handles: StoreHandles,
	block: BlockNo,
	known: KnownOfBlock,
): {readonly bytes: Buffer; readonly count: number} | undefined => {
	const damaged = damagedTable(handles, block);
	const count = known.count ?? damaged?.count;
	if (count === undefined || known.route.length === 0) {
		return undefined;
	}
	const ids = givenIdsOf(handles, block);
	const sizes = sizesOf(damaged, known.chunkBytes);
	const stores: StoreId[] = [];
	const records = Buffer.alloc(count * ENTRY_RECORD_BYTES);
	const metadata: Buffer[] = [];
	let metadataOffset = 0;
	for (let entry = 0; entry < count; entry++) {
		const found = damaged !== undefined && entry < damaged.count ? damaged : undefined;
		const remains = remainsOf(handles, {block, entry, id: ids.get(entry)}, found);
		const {address, sha256} = remains;
		if (address !== undefined && address.store !== handles.storeId && !stores.includes(address.store)) {
			stores.push(address.store);
		}
		const bytes = encodeMetadata(remains.metadata);
		writeEntryRecord(records, entry * ENTRY_RECORD_BYTES, {
			payloadBytes: sizes?.[entry] ?? 0,
			crc32: 0,
			sha256,
			madeBlock: address?.block ?? 0,
			madeEntry: address?.entry ?? 0,
			lifetime: 0,
			metadataBytes: bytes?.length ?? 0,
			metadataOffset: bytes === undefined ? 0 : metadataOffset,
			flags: remains.metadata.givenId === undefined ? 0 : FLAG_GIVEN_ID,
			classNo: damaged?.classNo ?? 2,
			storeIndex:
				address === undefined || address.store === handles.storeId ? 0 : stores.indexOf(address.store) + 1,
			hops: 0,
		});
		if (bytes !== undefined) {
			metadata.push(bytes);
			metadataOffset += bytes.length;
		}
	}
	const head = {
		classNo: damaged?.classNo ?? (2 as const),
		route: known.route,
		createdAge: ageBetweenNeighbours(handles, block, damaged?.createdAge),
		createdAt: Math.min(damaged?.createdAt ?? 0, handles.clock.now()) as EpochMs,
		isImported: damaged?.isImported ?? false,
		leastExpiry: 0,
		payloadBytes: sizes === undefined ? 0 : known.chunkBytes,
		stores,
	};
	const bytes = encodeBlockTable(block, head, records, metadata);
	const {elsewhere} = known;
	return elsewhere.size === 0
		? {bytes, count}
		: {bytes: new BlockTable(block, bytes, handles.storeId).withElsewhere(elsewhere), count};
};

/** Blocks are found by their time, so that it must not stand out of their order. */
const ageBetweenNeighbours = ({env, age}: StoreHandles, block: BlockNo, told: AgeMs | undefined): AgeMs => {
	const ageOf = (neighbours: Iterable<{readonly value: Buffer}>): number | undefined => {
		for (const {value} of neighbours) {
			return value.length < HEADER_BYTES ? undefined : createdAgeOf(value);
		}
		return undefined;
	};
	const before = ageOf(env.blocks.getRange({start: block - 1, reverse: true, limit: 1})) ?? 0;
	const behind = ageOf(env.blocks.getRange({start: block + 1, limit: 1})) ?? age.now();
	return Math.min(age.now(), Math.max(before, Math.min(told ?? before, behind))) as AgeMs;
};

export type KnownOfBlock = {
	/** From the bitmaps. */
	readonly count: number | undefined;
	readonly route: readonly PeerNo[];
	/** The same. */
	readonly elsewhere: Elsewhere;
	/** What its payload chunks have together. */
	readonly chunkBytes: number;
};

/** All ids that lead to the block, by entry: `ids` has checksums of its own. */
const givenIdsOf = ({env}: StoreHandles, block: BlockNo): ReadonlyMap<number, SegmentId> => {
	const found = new Map<number, SegmentId>();
	for (const {key, value} of env.ids.getRange()) {
		const row = decodeId(value);
		if (row.block === block) {
			found.set(row.entry, key as SegmentId);
		}
	}
	return found;
};

/** Of the entries, when together they are what is stored: then none of them is damaged. */
const sizesOf = (damaged: BlockTable | undefined, chunkBytes: number): readonly number[] | undefined => {
	if (damaged === undefined) {
		return undefined;
	}
	const sizes = Array.from({length: damaged.count}, (_, entry) => damaged.payloadBytesOf(entry));
	return sizes.reduce((sum, size) => sum + size, 0) === chunkBytes ? sizes : undefined;
};

/** As far as its lengths agree, and so do the numbers that they follow from; its other fields are not to be believed. */
export const damagedTable = ({env, storeId}: StoreHandles, block: BlockNo): BlockTable | undefined => {
	const row = env.blocks.raw.get(block);
	try {
		return row === undefined ? undefined : new BlockTable(block, row, storeId);
	} catch (error) {
		return ignoreDamage(error);
	}
};

type Remains = {
	readonly address: ReturnType<BlockTable['addressOf']>;
	readonly metadata: EntryMetadata;
	readonly sha256: Uint8Array;
};

type Whose = {readonly block: BlockNo; readonly entry: number; readonly id: SegmentId | undefined};

const remainsOf = (
	handles: StoreHandles,
	{block, entry, id}: Whose,
	damaged: BlockTable | undefined,
): Remains => {
	const standIn = {store: handles.storeId, block, entry} as NonNullable<Remains['address']>;
	const rest = readable(damaged, entry);
	if (id !== undefined) {
		return {...rest, address: undefined, metadata: {...rest.metadata, givenId: id}};
	}
	const {address} = rest;
	const isProven = address !== undefined && cameFrom(handles, address, block, entry);
	return {...rest, address: isProven ? address : standIn};
};

const readable = (damaged: BlockTable | undefined, entry: number): Remains => {
	try {
		if (damaged !== undefined) {
			const sha256 = damaged.sha256Of(entry);
			const metadata = {...damaged.metadataOf(entry), givenId: undefined};
			return {address: damaged.addressOf(entry), metadata, sha256};
		}
	} catch (error) {
		ignoreDamage(error);
	}
	return {address: undefined, metadata: NO_METADATA, sha256: new Uint8Array(32)};
};

const cameFrom = (
	{env}: StoreHandles,
	address: NonNullable<Remains['address']>,
	block: BlockNo,
	entry: number,
): boolean => {
	const bucket = bucketOf(address.block);
	const row = env.origins.get([address.store, bucket]);
	const here =
		row === undefined ? undefined : findOrigin(decodeOrigin(row, bucket).runs, address.block, address.entry);
	return here?.block === block && here.entry === entry;
};

const ignoreDamage = (error: unknown): undefined => {
	if (!(error instanceof DamagedRowError)) {
		throw error;
	}
	return undefined;
};

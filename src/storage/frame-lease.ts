import {hash} from 'node:crypto';
import type {StoreId} from '../outbound/made-id.js';
import type {AgeMs} from '../outbound/units.js';
import type {EncodedRequest} from './encode-request.js';
import {
	ENTRY_RECORD_BYTES,
	MAX_STORES,
	OFFSET,
	STORE_ID_BYTES,
	U48_BYTES,
	writeStoreId,
} from './entry-record.js';
import type {FrameBuffers} from './frame-buffers.js';
import {FramePayloads} from './frame-payloads.js';
import type {StoreHandles} from './handles.js';
import type {OpenLease, OpenPart} from './open-lease.js';
import {HEADER_BYTES, headBytes, metadataStart, recordsStart, sealHead} from './request-header.js';

/** See `LeasedPayloads.frame`. Records are copied as they lie in their blocks, and what differs in a request is written over. */
export const frameLease = (
	handles: StoreHandles,
	lease: OpenLease,
	buffers: FrameBuffers,
): EncodedRequest | undefined => {
	const stores = storesOf(handles.storeId, lease.parts);
	if (stores.length > MAX_STORES) {
		return undefined;
	}
	const payloads = new FramePayloads(handles, buffers);
	if (!lease.parts.every(open => payloads.add(open))) {
		payloads.release();
		return undefined;
	}
	const metadata = lease.parts.map(metadataOf);
	const header = {
		storeCount: stores.length,
		entryCount: lease.entryCount,
		metadataBytes: metadata.reduce((sum, {length}) => sum + length, 0),
		payloadBytes: lease.byteLength,
	};
	const head = Buffer.allocUnsafe(headBytes(header));
	stores.forEach((store, index) => {
		writeStoreId(head, HEADER_BYTES + index * STORE_ID_BYTES, store);
	});
	let recordAt = recordsStart(header.storeCount);
	let metadataOffset = 0;
	lease.parts.forEach((open, at) => {
		const bytes = metadata[at] as Buffer;
		bytes.copy(head, metadataStart(header) + metadataOffset);
		const end = copyRecords(open, head, recordAt);
		const isBare = bytes.length === 0;
		adapt(head, {from: recordAt, to: end}, open, {stores, metadataOffset, isBare, now: handles.age.now()});
		metadataOffset += bytes.length;
		recordAt = end;
	});
	sealHead(head, header);
	return {
		head,
		payloads: payloads.parts(),
		byteLength: head.length + header.payloadBytes,
		digest: hash('sha256', head, 'hex'),
		release: () => payloads.release(),
	};
};

/** This store first, so that a block's own store indexes hold in the request wherever all have come from the same stores. */
const storesOf = (own: StoreId, parts: readonly OpenPart[]): readonly StoreId[] => {
	const stores = new Set([own]);
	for (const {table} of parts) {
		for (const store of table.stores) {
			stores.add(store);
		}
	}
	return [...stores];
};

/** Where the next record goes. */
const copyRecords = ({part, table}: OpenPart, head: Buffer, at: number): number => {
	if (part.bits.isFull()) {
		return at + table.records(0, table.count - 1).copy(head, at);
	}
	let end = at;
	for (const entry of part.bits) {
		end += table.records(entry, entry).copy(head, end);
	}
	return end;
};

/** Of the part's entries, in order. */
const metadataOf = ({part, table}: OpenPart): Buffer =>
	table.metadataBytes === 0 || part.bits.isFull()
		? table.metadataArea
		: Buffer.concat([...part.bits].map(entry => table.metadataBytesOf(entry)));

type RecordRange = {readonly from: number; readonly to: number};
type Surroundings = {
	readonly stores: readonly StoreId[];
	/** Where the metadata of the part begins in the request's. */
	readonly metadataOffset: number;
	/** It has none. */
	readonly isBare: boolean;
	readonly now: AgeMs;
};

/** Writes over what means something else in a request than in its block, as far as there is any of it. */
const adapt = (head: Buffer, {from, to}: RecordRange, open: OpenPart, surroundings: Surroundings): void => {
	const {part, table, group} = open;
	const {stores, isBare, now} = surroundings;
	const storeIndexes = table.stores.map(store => stores.indexOf(store));
	const areStoresSame = storeIndexes.every((index, at) => index === at + 1);
	if (table.leastExpiry === 0 && areStoresSame && isBare && part.classNo === table.classNo) {
		return;
	}
	let {metadataOffset} = surroundings;
	for (let at = from; at < to; at += ENTRY_RECORD_BYTES) {
		const expiry = head.readUIntLE(at + OFFSET.lifetime, U48_BYTES);
		const isEternal = expiry === 0 || group?.isExpiryWaived === true;
		const lifetime = isEternal ? 0 : Math.max(1, Math.ceil(expiry + (group?.heldMs ?? 0) - now));
		head.writeUIntLE(lifetime, at + OFFSET.lifetime, U48_BYTES);
		const metadataBytes = head.readUInt16LE(at + OFFSET.metadataBytes);
		head.writeUInt32LE(metadataBytes === 0 ? 0 : metadataOffset, at + OFFSET.metadataOffset);
		metadataOffset += metadataBytes;
		const store = head.readUInt8(at + OFFSET.storeIndex);
		head.writeUInt8(store === 0 ? 0 : (storeIndexes[store - 1] ?? 0), at + OFFSET.storeIndex);
		head.writeUInt8(part.classNo, at + OFFSET.classNo);
	}
};

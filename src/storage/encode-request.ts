import {hash} from 'node:crypto';
import {formatMadeId, type StoreId} from '../outbound/made-id.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {Labels} from '../outbound/record.js';
import {encodeMetadata} from './entry-metadata.js';
import {
	ENTRY_RECORD_BYTES,
	FLAG_GIVEN_ID,
	MAX_STORES,
	STORE_ID_BYTES,
	U48_MAX,
	writeCircumstances,
	writePayloadFields,
	writeStoreId,
} from './entry-record.js';
import {
	HEADER_BYTES,
	headBytes,
	MAX_REQUEST_ENTRIES,
	metadataStart,
	type RequestHeader,
	recordsStart,
	sealHead,
} from './request-header.js';
import type {SegmentIdentity} from './store.js';

export type RequestEntry = {
	readonly identity: SegmentIdentity;
	readonly payload: Uint8Array;
	/** Of the payload; computed when absent. 32 bytes. */
	readonly sha256?: Uint8Array;
	/** Of the payload; computed when absent. */
	readonly crc32?: number;
	readonly contentType?: string | undefined;
	readonly labels?: Labels;
	readonly classNo: ClassNo;
	/** What remains of its life; absent = for ever. Below 1 ms is sent as 1 ms. */
	readonly lifetimeMs?: number | undefined;
	/** How many edged had it before the sender; 0 for a producer. */
	readonly hops: number;
};

export type EncodedRequest = {
	/** Everything before the payloads. */
	readonly head: Buffer;
	/** In order; views of the entries' bytes, not copies. */
	readonly payloads: readonly Buffer[];
	/** Of the whole body. */
	readonly byteLength: number;
	/** What the answer must name: lower-case hex SHA-256 of the head. */
	readonly digest: string;
	/** Lets the payload buffers be used again. Only for who knows that nobody reads them any more; else leave them to the collector. */
	readonly release?: () => void;
};

/** Frames `entries`. Their metadata has passed `checkMetadata`; more than 65,536 of them is a `RangeError`. */
export const encodeRequest = (entries: readonly RequestEntry[]): EncodedRequest => {
	const plan = planRequest(entries);
	const {header, metadata, storeIndexes} = plan;
	const head = Buffer.allocUnsafe(headBytes(header));
	for (const [index, store] of plan.stores.entries()) {
		writeStoreId(head, HEADER_BYTES + index * STORE_ID_BYTES, store);
	}
	const metadataAt = metadataStart(header);
	let recordAt = recordsStart(header.storeCount);
	let metadataOffset = 0;
	entries.forEach((entry, index) => {
		const bytes = metadata[index];
		writePayloadFields(head, recordAt, entry.payload, entry);
		writeRest(head, recordAt, entry, {
			storeIndex: storeIndexes[index] ?? NO_STORE,
			metadataBytes: bytes?.length ?? 0,
			metadataOffset,
		});
		if (bytes !== undefined) {
			bytes.copy(head, metadataAt + metadataOffset);
			metadataOffset += bytes.length;
		}
		recordAt += ENTRY_RECORD_BYTES;
	});
	sealHead(head, header);
	return {
		head,
		payloads: entries.map(({payload}) => asBuffer(payload)),
		byteLength: head.length + header.payloadBytes,
		digest: hash('sha256', head, 'hex'),
	};
};

/** In place of an index into the store list: the entry has no address, or its store found no place there. */
const NO_STORE = -1;

type RequestPlan = {
	readonly header: RequestHeader;
	readonly stores: readonly StoreId[];
	readonly storeIndexes: Int16Array;
	readonly metadata: ReadonlyArray<Buffer | undefined>;
};

const planRequest = (entries: readonly RequestEntry[]): RequestPlan => {
	if (entries.length > MAX_REQUEST_ENTRIES) {
		throw new RangeError(`${entries.length} entries do not fit into one request`);
	}
	const stores: StoreId[] = [];
	const storeIndexes = new Int16Array(entries.length).fill(NO_STORE);
	const metadata = new Array<Buffer | undefined>(entries.length);
	let metadataBytes = 0;
	let payloadBytes = 0;
	entries.forEach((entry, index) => {
		const {identity, contentType, labels} = entry;
		let givenId = identity.kind === 'given' ? identity.id : undefined;
		if (identity.kind === 'foreign') {
			const storeIndex = indexOfStore(stores, identity.address.store);
			storeIndexes[index] = storeIndex;
			givenId = storeIndex === NO_STORE ? formatMadeId(identity.address) : undefined;
		}
		if (givenId !== undefined || contentType !== undefined || labels !== undefined) {
			const bytes = encodeMetadata({givenId, contentType, labels: labels ?? NO_LABELS});
			metadata[index] = bytes;
			metadataBytes += bytes?.length ?? 0;
		}
		payloadBytes += entry.payload.length;
	});
	const header = {storeCount: stores.length, entryCount: entries.length, metadataBytes, payloadBytes};
	return {header, stores, storeIndexes, metadata};
};

const NO_LABELS: Labels = {};

/** Usually the store of the entry before, so it looks from the end. */
const indexOfStore = (stores: StoreId[], store: StoreId): number => {
	const known = stores.lastIndexOf(store);
	if (known !== -1) {
		return known;
	}
	return stores.length < MAX_STORES ? stores.push(store) - 1 : NO_STORE;
};

type RecordContext = {
	readonly storeIndex: number;
	readonly metadataBytes: number;
	readonly metadataOffset: number;
};

/** What of a record does not follow from the payload. */
const writeRest = (
	head: Buffer,
	at: number,
	{identity, lifetimeMs, classNo, hops}: RequestEntry,
	{storeIndex, metadataBytes, metadataOffset}: RecordContext,
): void => {
	const address = storeIndex !== NO_STORE && identity.kind === 'foreign' ? identity.address : undefined;
	const isText = identity.kind === 'given' || (identity.kind === 'foreign' && address === undefined);
	writeCircumstances(head, at, {
		madeBlock: address?.block ?? 0,
		madeEntry: address?.entry ?? 0,
		lifetime: lifetimeMs === undefined ? 0 : Math.min(U48_MAX, Math.max(1, Math.ceil(lifetimeMs))),
		metadataBytes,
		metadataOffset,
		flags: isText ? FLAG_GIVEN_ID : 0,
		classNo,
		storeIndex: address === undefined ? 0 : storeIndex,
		hops: Math.min(hops, 255),
	});
};

const asBuffer = (bytes: Uint8Array): Buffer =>
	Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

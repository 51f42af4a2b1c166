import type {StoreId} from '../outbound/made-id.js';
import type {AgeMs, EpochMs} from '../outbound/units.js';
import type {PlannedBlock} from './block-plan.js';
import {encodeBlockTable} from './encode-block-table.js';
import {
	ENTRY_RECORD_BYTES,
	FLAG_GIVEN_ID,
	PAYLOAD_FIELDS_BYTES,
	U48_MAX,
	writeCircumstances,
} from './entry-record.js';
import {CHUNK_BYTES} from './layout.js';
import type {PreparedDraft} from './prepared-draft.js';
import type {VerifiedRecord} from './store.js';

export type EncodedBlock = {
	readonly planned: PlannedBlock;
	readonly table: Buffer;
	/** At least one, perhaps empty: a chunk exists exactly while a record may need the payload. */
	readonly chunks: readonly Buffer[];
	/** When its segments were enqueued. */
	readonly wall: EpochMs;
	/** Age clock; 0 = none. */
	readonly leastExpiry: number;
	readonly hasGivenIds: boolean;
	/** Some came with the address that another store, or this one, once gave them. */
	readonly hasAddresses: boolean;
};

/** When a block is made; of an import `wall` is when its segments were enqueued elsewhere. */
export type Creation = {readonly age: AgeMs; readonly wall: EpochMs; readonly isImported?: boolean};

/** Makes the bytes of a planned block. Payloads that lie one behind another are not copied. */
export const encodeBlock = (
	planned: PlannedBlock,
	ownStore: StoreId,
	{age, wall, isImported = false}: Creation,
): EncodedBlock => {
	const {drafts, route, classNo, payloadBytes, stores} = planned;
	const records = Buffer.allocUnsafe(drafts.length * ENTRY_RECORD_BYTES);
	copyPayloadFields(drafts, records);
	const metadata: Buffer[] = [];
	let metadataOffset = 0;
	let leastExpiry = 0;
	let hasGivenIds = false;
	let hasAddresses = false;
	let index = 0;
	for (const draft of drafts) {
		const expiry =
			draft.expiresInMs === undefined ? 0 : Math.min(U48_MAX, age + Math.ceil(draft.expiresInMs));
		leastExpiry = leastExpiry === 0 || (expiry !== 0 && expiry < leastExpiry) ? expiry : leastExpiry;
		hasGivenIds ||= draft.givenId !== undefined;
		hasAddresses ||= draft.address !== undefined;
		writeRest(records, index++, draft, planned, {ownStore, expiry, metadataOffset});
		if (draft.metadata !== undefined) {
			metadata.push(draft.metadata);
			metadataOffset += draft.metadata.length;
		}
	}
	const head = {
		classNo,
		route: route.peers,
		createdAge: age,
		createdAt: wall,
		isImported,
		leastExpiry,
		payloadBytes,
		stores,
	};
	return {
		planned,
		table: encodeBlockTable(planned.block, head, records, metadata),
		chunks: chunksOf(joinedPayloads(drafts, payloadBytes)),
		wall,
		leastExpiry,
		hasGivenIds,
		hasAddresses,
	};
};

/** Records that lie one behind another, as those of a request do, are copied in one piece. */
const copyPayloadFields = (drafts: readonly PreparedDraft[], target: Buffer): void => {
	for (let first = 0; first < drafts.length; ) {
		const {bytes, at} = recordOf(drafts, first);
		let last = first;
		while (last + 1 < drafts.length && follows(recordOf(drafts, last + 1), recordOf(drafts, last))) {
			last++;
		}
		const end = at + (last - first) * ENTRY_RECORD_BYTES + PAYLOAD_FIELDS_BYTES;
		bytes.copy(target, first * ENTRY_RECORD_BYTES, at, end);
		first = last + 1;
	}
};

const recordOf = (drafts: readonly PreparedDraft[], index: number): VerifiedRecord =>
	(drafts[index] as PreparedDraft).record;

const follows = (next: VerifiedRecord, record: VerifiedRecord): boolean =>
	next.bytes === record.bytes && next.at === record.at + ENTRY_RECORD_BYTES;

type RecordContext = {readonly ownStore: StoreId; readonly expiry: number; readonly metadataOffset: number};

/** What of a record does not follow from the payload. */
const writeRest = (
	records: Buffer,
	index: number,
	{address, givenId, metadata, classNo, hops}: PreparedDraft,
	{block, stores}: PlannedBlock,
	{ownStore, expiry, metadataOffset}: RecordContext,
): void => {
	const isMadeHere = address === undefined && givenId === undefined;
	writeCircumstances(records, index * ENTRY_RECORD_BYTES, {
		madeBlock: isMadeHere ? block : (address?.block ?? 0),
		madeEntry: isMadeHere ? index : (address?.entry ?? 0),
		lifetime: expiry,
		metadataBytes: metadata?.length ?? 0,
		metadataOffset: metadata === undefined ? 0 : metadataOffset,
		flags: givenId === undefined ? 0 : FLAG_GIVEN_ID,
		classNo,
		storeIndex: address === undefined || address.store === ownStore ? 0 : stores.indexOf(address.store) + 1,
		hops,
	});
};

/** A view when they lie one behind another, as those of a request do; else a copy. */
const joinedPayloads = (drafts: readonly PreparedDraft[], payloadBytes: number): Buffer => {
	const pieces: Buffer[] = [];
	for (let next = 0; next < drafts.length; ) {
		const {buffer, byteOffset} = payloadOf(drafts, next);
		let length = 0;
		for (; next < drafts.length; next++) {
			const payload = payloadOf(drafts, next);
			if (payload.buffer !== buffer || payload.byteOffset !== byteOffset + length) {
				break;
			}
			length += payload.length;
		}
		pieces.push(Buffer.from(buffer, byteOffset, length));
	}
	return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, payloadBytes);
};

const payloadOf = (drafts: readonly PreparedDraft[], index: number): Buffer =>
	(drafts[index] as PreparedDraft).payload;

const chunksOf = (bytes: Buffer): readonly Buffer[] => {
	const chunks: Buffer[] = [];
	for (let at = 0; at === 0 || at < bytes.length; at += CHUNK_BYTES) {
		chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
	}
	return chunks;
};

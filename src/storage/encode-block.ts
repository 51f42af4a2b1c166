import type {StoreId} from '../outbound/made-id.js';
import type {AgeMs, EpochMs} from '../outbound/units.js';
import type {PlannedBlock} from './block-plan.js';
import {encodeBlockTable} from './block-table.js';
import {ENTRY_RECORD_BYTES, FLAG_GIVEN_ID, U48_MAX, writeEntryRecord} from './entry-record.js';
import {CHUNK_BYTES} from './layout.js';
import type {PreparedDraft} from './prepared-draft.js';

export type EncodedBlock = {
	readonly planned: PlannedBlock;
	readonly table: Buffer;
	/** At least one, perhaps empty: a chunk exists exactly while a record may need the payload. */
	readonly chunks: readonly Buffer[];
	/** Age clock; 0 = none. */
	readonly leastExpiry: number;
	readonly hasGivenIds: boolean;
};

/** Makes the bytes of a planned block. Copies small payloads together, keeps views of large ones. */
export const encodeBlock = (
	planned: PlannedBlock,
	ownStore: StoreId,
	age: AgeMs,
	wall: EpochMs,
): EncodedBlock => {
	const records = Buffer.allocUnsafe(planned.drafts.length * ENTRY_RECORD_BYTES);
	const metadata: Buffer[] = [];
	let metadataOffset = 0;
	let leastExpiry = 0;
	let hasGivenIds = false;
	for (const [index, draft] of planned.drafts.entries()) {
		const expiry =
			draft.expiresInMs === undefined ? 0 : Math.min(U48_MAX, age + Math.ceil(draft.expiresInMs));
		leastExpiry = leastExpiry === 0 || (expiry !== 0 && expiry < leastExpiry) ? expiry : leastExpiry;
		hasGivenIds ||= draft.givenId !== undefined;
		writeRecord(records, index, draft, planned, {ownStore, expiry, metadataOffset});
		if (draft.metadata !== undefined) {
			metadata.push(draft.metadata);
			metadataOffset += draft.metadata.length;
		}
	}
	const {route, classNo, payloadBytes, stores} = planned;
	const head = {
		classNo,
		route: route.peers,
		createdAge: age,
		createdAt: wall,
		leastExpiry,
		payloadBytes,
		stores,
	};
	return {
		planned,
		table: encodeBlockTable(head, records, metadata),
		chunks: chunksOf(planned),
		leastExpiry,
		hasGivenIds,
	};
};

type RecordContext = {readonly ownStore: StoreId; readonly expiry: number; readonly metadataOffset: number};

const writeRecord = (
	records: Buffer,
	index: number,
	draft: PreparedDraft,
	planned: PlannedBlock,
	{ownStore, expiry, metadataOffset}: RecordContext,
): void => {
	const address =
		draft.address ??
		(draft.givenId === undefined ? {store: ownStore, block: planned.block, entry: index} : undefined);
	writeEntryRecord(records, index * ENTRY_RECORD_BYTES, {
		payloadBytes: draft.payload.length,
		crc32: draft.crc32,
		sha256: draft.sha256,
		madeBlock: address?.block ?? 0,
		madeEntry: address?.entry ?? 0,
		lifetime: expiry,
		metadataBytes: draft.metadata?.length ?? 0,
		metadataOffset: draft.metadata === undefined ? 0 : metadataOffset,
		flags: draft.givenId === undefined ? 0 : FLAG_GIVEN_ID,
		classNo: draft.classNo,
		storeIndex:
			address === undefined || address.store === ownStore ? 0 : planned.stores.indexOf(address.store) + 1,
		hops: draft.hops,
	});
};

const chunksOf = ({drafts, payloadBytes}: PlannedBlock): readonly Buffer[] => {
	const only = drafts.length === 1 ? drafts[0] : undefined;
	const bytes =
		only?.payload ??
		Buffer.concat(
			drafts.map(draft => draft.payload),
			payloadBytes,
		);
	const chunks: Buffer[] = [];
	for (let at = 0; at === 0 || at < bytes.length; at += CHUNK_BYTES) {
		chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
	}
	return chunks;
};

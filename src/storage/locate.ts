import {EdgedError} from '../outbound/errors.js';
import {parseMadeId} from '../outbound/made-id.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import type {StoreHandles} from './handles.js';
import {decodeId} from './id-row.js';
import {bucketOf, decodeOrigin, findOrigin} from './origin-row.js';
import {isPurgedEverywhere, type PeerPart, partsOf} from './record-view.js';

export type Located = {readonly table: BlockTable; readonly entry: number};

/** Reads tables; one that looks many segments up may remember them. */
export type TableReader = (handles: StoreHandles, block: BlockNo) => BlockTable | undefined;

/** Where the segment is; `undefined` when the store never had it or has forgotten it. */
export const locate = (
	handles: StoreHandles,
	id: SegmentId,
	read: TableReader = readBlock,
): Located | undefined => {
	const address = parseMadeId(id);
	if (address === undefined) {
		const row = handles.env.ids.get(id);
		return row === undefined ? undefined : entryOf(handles, id, decodeId(row), read);
	}
	const made = address.store === handles.storeId ? entryOf(handles, id, address, read) : undefined;
	if (made !== undefined && !isPurgedEverywhere(handles, made.table, made.entry)) {
		return made;
	}
	// Made elsewhere; or made here, purged, and come back.
	const bucket = bucketOf(address.block);
	const row = handles.env.origins.get([address.store, bucket]);
	const here =
		row === undefined ? undefined : findOrigin(decodeOrigin(row, bucket).runs, address.block, address.entry);
	return here === undefined ? made : (entryOf(handles, id, here, read) ?? made);
};

const entryOf = (
	handles: StoreHandles,
	id: SegmentId,
	{block, entry}: {readonly block: BlockTable['block']; readonly entry: number},
	read: TableReader,
): Located | undefined => {
	const table = read(handles, block);
	return table !== undefined && entry < table.count && table.segmentIdOf(entry) === id
		? {table, entry}
		: undefined;
};

export type LocatedRecord = Located & {readonly peer: PeerNo; readonly part: PeerPart};

/** The record of `id` for `peer`, wherever it is. Throws `NOT_FOUND`, also for one that was purged, and `UNKNOWN_PEER`. */
export const locateRecord = (handles: StoreHandles, id: SegmentId, peerId: PeerId): LocatedRecord => {
	const peer = handles.peers.no(peerId);
	const found = locate(handles, id);
	const part =
		found === undefined
			? undefined
			: partsOf(handles, found.table, peer).find(({bits}) => bits.has(found.entry));
	const isPurged = part?.place === 'settled' && found !== undefined && part.row.purged.has(found.entry);
	if (found === undefined || part === undefined || isPurged) {
		throw new EdgedError('NOT_FOUND', `there is no record of segment ${id} for peer ${peerId}`, {
			segment_id: id,
			peer_id: peerId,
		});
	}
	return {...found, peer, part};
};

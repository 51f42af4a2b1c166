import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {DeliveryRecord} from '../outbound/record.js';
import type {StoreHandles} from './handles.js';
import {BlockPayload} from './lease-payloads.js';
import {locate} from './locate.js';
import {partsOf, viewRecord} from './record-view.js';
import type {StoredPayload} from './store.js';

/** See `OutboundStore.inspect`. */
export const inspect = (handles: StoreHandles, id: SegmentId, peerId?: PeerId): readonly DeliveryRecord[] => {
	const found = locate(handles, id);
	if (found === undefined) {
		return [];
	}
	const {table, entry} = found;
	const wanted = peerId === undefined ? undefined : handles.peers.no(peerId);
	const records: DeliveryRecord[] = [];
	for (const peer of table.route) {
		if (wanted === undefined || peer === wanted) {
			const part = partsOf(handles, table, peer).find(({bits}) => bits.has(entry));
			const record = part === undefined ? undefined : viewRecord(handles, table, entry, peer, part);
			if (record !== undefined) {
				records.push(record);
			}
		}
	}
	return records;
};

/** See `OutboundStore.payload`. */
export const readPayload = (handles: StoreHandles, id: SegmentId): StoredPayload | undefined => {
	const found = locate(handles, id);
	if (found === undefined) {
		return undefined;
	}
	const {table, entry} = found;
	const bytes = new BlockPayload(handles, table).read(entry);
	if (bytes === 'missing' || bytes === 'corrupt') {
		const why = bytes === 'missing' ? 'is not kept any more' : 'is damaged on disk';
		if (bytes === 'corrupt') {
			handles.env.watch.damaged({database: 'payloads', key: [table.block, 0]}, why); // What waits for it is buried.
		}
		throw new EdgedError('SEGMENT_MISSING', `the payload of segment ${id} ${why}`, {segment_id: id});
	}
	const {contentType, labels} = table.metadataOf(entry);
	return {bytes, sha256: table.sha256Of(entry).toString('hex'), contentType, labels};
};

import {EdgedError} from '../../outbound/errors.js';
import type {PeerId, SegmentId} from '../../outbound/names.js';
import type {DeliveryRecord} from '../../outbound/record.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import {MAX_INLINE_PAYLOAD_BYTES} from '../../rpc/limits.js';
import {parseTime} from '../../runtime/clock.js';
import type {RecordFilter} from '../../storage/selectors.js';
import type {Parts} from '../parts.js';
import {pageView, recordView} from '../views/record-view.js';

type Reading = Pick<Parts, 'store' | 'config'>;

export const listRecords = (
	{store}: Reading,
	{state, peer_id, priority, label, held, reason, since, until, limit, cursor}: Params<'relay.list'>,
): Result<'relay.list'> => {
	const filter: RecordFilter = {
		...(state !== undefined && {state}),
		...(peer_id !== undefined && {peer: peer_id}),
		...(priority !== undefined && {priority}),
		...(label !== undefined && {label: {...label, name: label.name.toLowerCase()}}),
		...(reason !== undefined && {reason}),
		...(held !== undefined && {held}),
		...(since !== undefined && {enqueuedSince: parseTime(since)}),
		...(until !== undefined && {enqueuedUntil: parseTime(until)}),
	};
	return pageView(store.list(filter, {limit, ...(cursor !== undefined && {cursor})}));
};

/** `TOO_LARGE` when the payload is asked for and does not fit into a reply. */
export const inspect = (
	{store, config}: Reading,
	{segment_id: segment, peer_id: peer, payload, head_bytes: headBytes}: Params<'relay.inspect'>,
): Result<'relay.inspect'> => {
	const records = findRecords(store, segment, peer);
	return {
		records: records.map(recordView),
		...(payload === true && {payload_base64: payloadText(store, config, records)}),
		...(headBytes !== undefined && {payload_head: headOf(store, records, headBytes)}),
	};
};

/** Never empty: `NOT_FOUND` instead. */
const findRecords = (
	store: Parts['store'],
	segment: SegmentId,
	peer: PeerId | undefined,
): readonly [DeliveryRecord, ...DeliveryRecord[]] => {
	const [first, ...others] = store.inspect(segment, peer);
	if (first === undefined) {
		const where = peer === undefined ? '' : ` for peer ${peer}`;
		throw new EdgedError('NOT_FOUND', `Segment ${segment} is not known here${where}`, {
			segment_id: segment,
			...(peer !== undefined && {peer_id: peer}),
		});
	}
	return [first, ...others];
};

/** That a payload is gone or large is no reason to refuse the records. */
const headOf = (
	store: Parts['store'],
	[{segmentId, sizeBytes}]: readonly [DeliveryRecord, ...DeliveryRecord[]],
	headBytes: number,
): NonNullable<Result<'relay.inspect'>['payload_head']> => {
	if (sizeBytes > MAX_INLINE_PAYLOAD_BYTES) {
		return {unavailable: 'it is too large to be shown here'};
	}
	try {
		const payload = store.payload(segmentId);
		return payload === undefined
			? {unavailable: 'the segment is not known any more'}
			: {base64: Buffer.from(payload.bytes.subarray(0, headBytes)).toString('base64')};
	} catch (error) {
		if (error instanceof EdgedError && error.code === 'SEGMENT_MISSING') {
			return {unavailable: error.message};
		}
		throw error;
	}
};

const payloadText = (
	store: Parts['store'],
	config: Parts['config'],
	[{segmentId, sizeBytes}]: readonly [DeliveryRecord, ...DeliveryRecord[]],
): string => {
	if (sizeBytes > MAX_INLINE_PAYLOAD_BYTES) {
		const message = `The payload has ${sizeBytes} bytes: get it from the ingest socket ${config.ingest.socket}`;
		throw new EdgedError('TOO_LARGE', message, {size_bytes: sizeBytes});
	}
	const payload = store.payload(segmentId);
	if (payload === undefined) {
		throw new EdgedError('NOT_FOUND', `Segment ${segmentId} is not known here`, {segment_id: segmentId});
	}
	return Buffer.from(payload.bytes).toString('base64');
};

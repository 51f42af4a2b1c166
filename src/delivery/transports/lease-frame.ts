import {classOf} from '../../outbound/priorities.js';
import {type EncodedRequest, encodeRequest, type RequestEntry} from '../../storage/request-codec.js';
import type {IndexRange, Lease, LeasedEntry, LeasedPayloads} from '../../storage/store.js';
import type {EntryTrouble} from '../transport.js';
import {rangesOf} from './ranges.js';

/** A lease as a request: what of it can be sent, and what not. */
export type LeaseFrame = {
	readonly request: EncodedRequest;
	readonly entryCount: number;
	/** Entries whose payload cannot be read or is not needed any more; they are not in the request. */
	readonly troubles: readonly EntryTrouble[];
	/** From the request's index to the lease's; `undefined` while they are the same. */
	readonly leaseIndexes: readonly number[] | undefined;
};

/** Reads every payload of `lease` and frames what is there: in one piece, unless some of it cannot be read. */
export const frameLease = (lease: Lease, payloads: LeasedPayloads): LeaseFrame => {
	const request = payloads.frame();
	return request === undefined
		? frameByEntry(lease, payloads)
		: {request, entryCount: lease.entryCount, troubles: [], leaseIndexes: undefined};
};

const frameByEntry = (lease: Lease, payloads: LeasedPayloads): LeaseFrame => {
	const entries: RequestEntry[] = [];
	const troubles: EntryTrouble[] = [];
	const leaseIndexes: number[] = [];
	for (let index = 0; index < lease.entryCount; index++) {
		const payload = payloads.read(index);
		if (typeof payload === 'string') {
			troubles.push({index, kind: payload, message: UNREADABLE[payload]});
		} else {
			entries.push(requestEntry(lease.entry(index), payload));
			leaseIndexes.push(index);
		}
	}
	return {
		request: encodeRequest(entries),
		entryCount: entries.length,
		troubles,
		leaseIndexes: troubles.length === 0 ? undefined : leaseIndexes,
	};
};

/** Words for payloads that cannot be read. */
export const UNREADABLE = {
	missing: 'The payload is not in the store',
	corrupt: 'The payload in the store is damaged: its checksum does not match',
	unneeded: 'It is not to be sent any more',
} as const;

const requestEntry = (entry: LeasedEntry, payload: Uint8Array): RequestEntry => ({
	identity:
		entry.address === undefined
			? {kind: 'given', id: entry.segmentId}
			: {kind: 'foreign', address: entry.address},
	payload,
	sha256: entry.sha256,
	crc32: entry.crc32,
	contentType: entry.contentType,
	labels: entry.labels,
	classNo: classOf(entry.priority),
	lifetimeMs: entry.expiresInMs,
	hops: entry.hops,
});

/** Ranges of request indexes as ranges of lease indexes: one of the former may be several of the latter. */
export const toLeaseRanges = (
	ranges: readonly IndexRange[],
	leaseIndexes: readonly number[] | undefined,
): readonly IndexRange[] => {
	if (leaseIndexes === undefined) {
		return ranges;
	}
	return rangesOf(ranges.flatMap(([first, last]) => leaseIndexes.slice(first, last + 1)));
};

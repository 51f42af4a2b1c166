import type {SegmentId} from '../../src/outbound/names.js';
import type {ClassNo} from '../../src/outbound/priorities.js';
import {priorityOf} from '../../src/outbound/priorities.js';
import type {EpochMs, LeaseNo, PeerNo} from '../../src/outbound/units.js';
import type {Lease, LeasedEntry} from '../../src/storage/store.js';

export type EntryDraft = Partial<Omit<LeasedEntry, 'index' | 'segmentId' | 'priority'>> & {
	readonly id: string;
	readonly classNo?: ClassNo;
};

const START = 1_750_000_000_000 as EpochMs;

const leasedEntry = (index: number, {id, classNo = 2, ...rest}: EntryDraft): LeasedEntry => ({
	index,
	segmentId: id as SegmentId,
	address: undefined,
	sizeBytes: 100,
	sha256: new Uint8Array(32),
	crc32: 0,
	contentType: undefined,
	labels: {},
	priority: priorityOf(classNo),
	enqueuedAt: START,
	expiresInMs: undefined,
	hops: 0,
	chargedFailures: 0,
	attemptCount: 0,
	...rest,
});

/** A lease of the given entries that no store stands behind. */
export const leaseOf = (drafts: readonly EntryDraft[], peer = 1, leaseNo = 1): Lease => {
	const entries = drafts.map((draft, index) => leasedEntry(index, draft));
	return {
		peer: peer as PeerNo,
		leaseNo: leaseNo as LeaseNo,
		leasedAt: START,
		entryCount: entries.length,
		byteLength: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
		chargedBytes: 2 ** 40,
		classNo: Math.min(...drafts.map(({classNo = 2}) => classNo)) as ClassNo,
		entry(index) {
			const entry = entries[index];
			if (entry === undefined) {
				throw new RangeError(`The lease has no entry ${index}`);
			}
			return entry;
		},
	};
};

/** `s0`, `s1`, ... */
export const numberedLease = (count: number): Lease =>
	leaseOf(Array.from({length: count}, (_, index) => ({id: `s${index}`})));

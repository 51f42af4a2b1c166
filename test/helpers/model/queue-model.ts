import type {AttemptOutcome, DeadletterReason} from '../../../src/outbound/attempts.js';
import type {PeerId} from '../../../src/outbound/names.js';
import type {ClassNo} from '../../../src/outbound/priorities.js';

/** The delivery of one segment to one peer, as arrays and plain fields can hold it. */
export type ModelRecord = {
	readonly segment: ModelSegment;
	readonly peer: PeerId;
	/** An operator retried it: it does not expire any more. */
	isExpiryWaived: boolean;
	state: 'scheduled' | 'inflight' | 'failed' | 'acked' | 'deadletter' | 'purged' | 'forgotten';
	/** What it was before it was leased: fresh records keep enqueue order. */
	fresh: boolean;
	charged: number;
	abandons: number;
	dueAt: number;
	reason: DeadletterReason | undefined;
	outcomes: AttemptOutcome[];
	/** When its proof was written. */
	settledAt: number;
};

export type ModelSegment = {
	readonly id: string;
	readonly seq: number;
	readonly payload: string;
	readonly route: readonly PeerId[];
	readonly classNo: ClassNo;
	/** 0 = for ever. */
	readonly expiresAt: number;
	readonly enqueuedAt: number;
	readonly records: ModelRecord[];
};

export type ModelLease = {
	readonly records: readonly ModelRecord[];
	/** Taken out of it by an operator. */
	readonly cut: Set<ModelRecord>;
	readonly handle: unknown;
	isOpen: boolean;
};

/** The queue as thirty lines of arrays that cannot be wrong. */
export class QueueModel {
	now = 0;
	readonly segments: ModelSegment[] = [];
	leases: ModelLease[] = [];
	/** The store has little room: proofs and ids may go before their time, and what waits may be evicted. */
	readonly isShort: boolean;

	constructor(isShort = false) {
		this.isShort = isShort;
	}

	/** May the store have forgotten an acknowledged record by now? */
	mayBeForgotten({state, settledAt}: ModelRecord, retentionMs: number): boolean {
		return state === 'acked' && (this.isShort || settledAt + retentionMs <= this.now);
	}

	get records(): readonly ModelRecord[] {
		return this.segments.flatMap(segment => segment.records);
	}

	/** The latest segment under `id` that still has a record. */
	find(id: string): ModelSegment | undefined {
		return this.segments.findLast(
			segment => segment.id === id && segment.records.some(({state}) => state !== 'purged'),
		);
	}

	add(segment: Omit<ModelSegment, 'records' | 'seq' | 'enqueuedAt'>): ModelSegment {
		const added: ModelSegment = {...segment, seq: this.segments.length, enqueuedAt: this.now, records: []};
		for (const peer of segment.route) {
			added.records.push({
				segment: added,
				peer,
				state: 'scheduled',
				isExpiryWaived: false,
				fresh: true,
				charged: 0,
				abandons: 0,
				dueAt: 0,
				reason: undefined,
				outcomes: [],
				settledAt: 0,
			});
		}
		this.segments.push(added);
		return added;
	}

	/** What may be leased for `peer` now. */
	available(peer: PeerId): readonly ModelRecord[] {
		return this.records.filter(
			record =>
				record.peer === peer &&
				(record.state === 'scheduled' || (record.state === 'failed' && record.dueAt <= this.now)),
		);
	}

	bury(record: ModelRecord, reason: DeadletterReason): void {
		record.state = 'deadletter';
		record.fresh = false;
		record.reason = reason;
	}

	expire(): void {
		for (const record of this.records) {
			const {expiresAt} = record.isExpiryWaived ? {expiresAt: 0} : record.segment;
			if (
				(record.state === 'scheduled' || record.state === 'failed') &&
				expiresAt !== 0 &&
				expiresAt <= this.now
			) {
				this.bury(record, 'EXPIRED');
			}
		}
	}

	crash(): void {
		for (const record of this.records) {
			if (record.state === 'inflight') {
				record.state = 'scheduled';
				record.fresh = false;
				record.abandons++;
				record.dueAt = 0;
				record.outcomes.push('ABANDONED');
			}
		}
		this.leases = [];
	}
}

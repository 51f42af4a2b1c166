import type {SuccessCondition} from '../../../src/config/relay.js';
import type {AttemptOutcome, DeadletterReason} from '../../../src/outbound/attempts.js';
import type {PeerId} from '../../../src/outbound/names.js';
import type {ClassNo} from '../../../src/outbound/priorities.js';
import type {Horizon} from '../../../src/storage/store.js';
import {ModelQuota} from './model-quota.js';
import type {ModelJob} from './replay.js';

/** The delivery of one segment to one peer, as arrays and plain fields can hold it. */
export type ModelRecord = {
	readonly segment: ModelSegment;
	readonly peer: PeerId;
	/** Its segment's, until an operator changes it. */
	classNo: ClassNo;
	/** It changed its class or its peer: among what came in the same call, its place is not known. */
	isDisplaced: boolean;
	/** An operator retried it: it does not expire any more. */
	isExpiryWaived: boolean;
	/** An operator holds it since then. */
	heldSince: number | undefined;
	/** How long it was held before. */
	heldMs: number;
	state: 'scheduled' | 'inflight' | 'failed' | 'acked' | 'satisfied' | 'deadletter' | 'purged' | 'forgotten';
	/** What it was settled as, also when it is forgotten. */
	settledAs: 'acked' | 'satisfied' | undefined;
	/** What it was before it was leased: fresh records keep enqueue order. */
	fresh: boolean;
	charged: number;
	abandons: number;
	dueAt: number;
	reason: DeadletterReason | undefined;
	outcomes: AttemptOutcome[];
	/** When its proof was written. */
	settledAt: number;
	/** When it was buried, the last time, and after how many others. */
	diedAt?: number;
	death?: number;
};

export type ModelSegment = {
	readonly id: string;
	readonly seq: number;
	/** Which call of enqueue brought it. */
	readonly call: number;
	readonly payload: string;
	readonly route: readonly PeerId[];
	readonly classNo: ClassNo;
	/** 0 = for ever. */
	readonly expiresAt: number;
	readonly enqueuedAt: number;
	readonly records: ModelRecord[];
	/** Peers whose acknowledgement counts towards the condition. */
	readonly ackedBy: Set<PeerId>;
};

export type ModelLease = {
	readonly records: readonly ModelRecord[];
	/** Taken out of it by an operator. */
	readonly cut: Set<ModelRecord>;
	readonly handle: unknown;
	readonly peer: PeerId;
	/** Against the daily quotas, while it is open. */
	readonly chargedBytes: number;
	isOpen: boolean;
};

/** The queue as thirty lines of arrays that cannot be wrong. */
export class QueueModel {
	now = 0;
	/** Calls of enqueue so far. */
	calls = 0;
	/** For `live_first`: what the store named the moment after so many calls. */
	live = {horizon: 0 as Horizon, calls: 0};
	condition: SuccessCondition;
	/** The condition is not the first: what proofs were forgotten of is not to be foretold any more. */
	hasChanged = false;
	/** Calls of enqueue before the condition changed, until the store has looked through what they brought. */
	changedAfter: number | undefined;
	readonly segments: ModelSegment[] = [];
	leases: ModelLease[] = [];
	readonly jobs: ModelJob[] = [];
	deaths = 0;
	readonly quota = new ModelQuota();
	/** The store has little room: proofs and ids may go before their time, and what waits may be evicted. */
	readonly isShort: boolean;

	constructor({room, condition}: {readonly room: 'ample' | 'short'; readonly condition: SuccessCondition}) {
		this.isShort = room === 'short';
		this.condition = condition;
	}

	/** May the store have forgotten a settled record by now? */
	mayBeForgotten({state, settledAs, settledAt}: ModelRecord, retentionMs: number): boolean {
		return state === settledAs && (this.isShort || settledAt + retentionMs <= this.now);
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

	add(segment: Omit<ModelSegment, 'records' | 'seq' | 'call' | 'enqueuedAt' | 'ackedBy'>): ModelSegment {
		const added: ModelSegment = {
			...segment,
			seq: this.segments.length,
			call: this.calls,
			enqueuedAt: this.now,
			records: [],
			ackedBy: new Set(),
		};
		for (const peer of segment.route) {
			added.records.push({
				segment: added,
				peer,
				classNo: segment.classNo,
				isDisplaced: false,
				state: 'scheduled',
				isExpiryWaived: false,
				heldSince: undefined,
				heldMs: 0,
				fresh: true,
				charged: 0,
				abandons: 0,
				dueAt: 0,
				reason: undefined,
				outcomes: [],
				settledAt: 0,
				settledAs: undefined,
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
				record.heldSince === undefined &&
				(record.state === 'scheduled' || (record.state === 'failed' && record.dueAt <= this.now)),
		);
	}

	/** The condition decides what becomes of the segment's other records, but for those that were retried when it was met already. */
	ack(record: ModelRecord): void {
		const {segment} = record;
		this.#settle(record, 'acked');
		const wasMet = this.#isMet(segment);
		segment.ackedBy.add(record.peer);
		if (this.#isMet(segment)) {
			this.#satisfy(segment, other => !(other.isExpiryWaived && wasMet));
		}
	}

	/** After a change of the condition: what enough peers had before. What was retried stays, whenever that was. */
	satisfyLate(): void {
		const {changedAfter = 0} = this;
		this.changedAfter = undefined;
		for (const segment of this.segments.filter(({call}) => call <= changedAfter)) {
			if (this.#isMet(segment)) {
				this.#satisfy(segment, ({isExpiryWaived}) => !isExpiryWaived);
			}
		}
	}

	/** Never when all peers are needed: then it is all that is counted. */
	#isMet({route, ackedBy}: ModelSegment): boolean {
		const size = route.length;
		const needed = {all_peers: size, one_peer: 1}[this.condition as string] ?? Number(this.condition);
		return needed < size && ackedBy.size >= needed;
	}

	#satisfy({records}: ModelSegment, which: (record: ModelRecord) => boolean): void {
		for (const record of records.filter(which)) {
			if (['scheduled', 'inflight', 'failed'].includes(record.state)) {
				this.cut(record);
				this.#settle(record, 'satisfied');
			}
		}
	}

	/** Out of every lease that is open: what is answered for it there changes nothing any more. */
	cut(record: ModelRecord): void {
		for (const lease of this.leases.filter(({isOpen, records}) => isOpen && records.includes(record))) {
			lease.cut.add(record);
		}
	}

	changeCondition(condition: SuccessCondition): void {
		this.condition = condition;
		this.hasChanged = true;
		this.changedAfter = this.calls;
		for (const {records, ackedBy} of this.segments) {
			for (const {peer} of records.filter(({state}) => state !== 'acked')) {
				ackedBy.delete(peer);
			}
		}
	}

	hold(record: ModelRecord): void {
		record.heldSince ??= this.now;
	}

	release(record: ModelRecord): void {
		if (record.heldSince !== undefined) {
			record.heldMs += this.now - record.heldSince;
			record.heldSince = undefined;
			const isAsBefore = record.outcomes.length + record.charged === 0 && !record.isExpiryWaived;
			record.fresh &&= isAsBefore && record.segment.expiresAt === 0;
		}
	}

	setPriority(record: ModelRecord, classNo: ClassNo): void {
		record.isDisplaced ||= record.classNo !== classNo;
		record.classNo = classNo;
	}

	/** Gone for its peer, and waiting for another with a fresh budget. */
	move(record: ModelRecord, to: PeerId): void {
		const {records} = record.segment;
		const isDead = record.state === 'deadletter';
		records.splice(records.indexOf(record), 1, {
			...record,
			peer: to,
			state: 'scheduled',
			isDisplaced: true,
			charged: 0,
			abandons: 0,
			dueAt: 0,
			reason: undefined,
			fresh: record.fresh && !isDead,
			isExpiryWaived: record.isExpiryWaived || isDead,
			outcomes: [...record.outcomes],
		});
	}

	#settle(record: ModelRecord, as: 'acked' | 'satisfied'): void {
		record.state = as;
		record.settledAs = as;
		record.charged = 0;
		record.heldSince = undefined;
		record.settledAt = this.now;
	}

	bury(record: ModelRecord, reason: DeadletterReason): void {
		if (record.state !== 'deadletter') {
			record.diedAt = this.now;
			record.death = ++this.deaths;
		}
		record.state = 'deadletter';
		record.heldSince = undefined;
		record.heldMs = 0;
		record.fresh = false;
		record.reason = reason;
	}

	expire(): void {
		for (const record of this.records) {
			const {expiresAt} = record.segment;
			const isBound = expiresAt !== 0 && !record.isExpiryWaived && record.heldSince === undefined;
			const waits = record.state === 'scheduled' || record.state === 'failed';
			if (waits && isBound && expiresAt + record.heldMs <= this.now) {
				this.bury(record, 'EXPIRED');
			}
		}
	}

	/** Bytes that count against the daily quotas, of all peers or of one. */
	used(peer?: PeerId): number {
		const open = this.leases.filter(lease => lease.isOpen && (peer === undefined || lease.peer === peer));
		const charged = open.reduce((sum, {chargedBytes}) => sum + chargedBytes, 0);
		return this.quota.spent(this.now, peer) + charged;
	}

	crash(): void {
		this.quota.limit = 0; // Whoever opens a store tells it its quotas.
		for (const {peer, chargedBytes} of this.leases.filter(({isOpen}) => isOpen)) {
			this.quota.spend(this.now, peer, chargedBytes);
		}
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

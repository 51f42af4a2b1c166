import type {DeadletterReason} from '../outbound/attempts.js';
import {nextState} from '../outbound/transitions.js';
import type {AgeMs, EpochMs} from '../outbound/units.js';
import {atomically, remove} from './atomically.js';
import {nextAttemptNumber, type StoredAttempt} from './attempts-row.js';
import type {Bits} from './bits.js';
import {readBlock} from './blocks.js';
import {type CounterChanges, deadCounter} from './counters.js';
import {type GroupRow, NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {noteLateAnswer} from './late-answer.js';
import {overlayOf} from './lease-records.js';
import {decodeLease, type LeasePart} from './lease-row.js';
import type {OpenLease, OpenPart} from './open-lease.js';
import {ProofWriter} from './proof-writer.js';
import {writeSpent} from './quota-rows.js';
import {releaseBlock} from './release-block.js';
import {Satisfier} from './satisfy.js';
import {type PartSettlement, settlementByPart} from './settlement-parts.js';
import type {ExceptionVerdict, Settlement} from './store.js';
import {addGroup, takeBits} from './take-bits.js';

/**
 * See `OutboundStore.settle`: applies the answer AND the lease as stored now. What was cut out of the lease meanwhile keeps its
 * state; an acknowledgement of it is written to its history. What the settlement does not name is released.
 */
export const settle = async (
	handles: StoreHandles,
	lease: OpenLease,
	settlement: Settlement,
): Promise<boolean> => {
	const byPart = settlementByPart(lease, settlement);
	const overlay = overlayOf(handles, lease.peer);
	const {quota} = handles;
	const newDefers = quota.newDefers(lease.peer);
	const settled = await atomically(handles, changes => {
		const row = handles.env.leases.get([lease.peer, lease.leaseNo]);
		if (row === undefined) {
			return undefined;
		}
		remove(handles.env.leases, [lease.peer, lease.leaseNo]);
		const {parts, quotaBytes} = decodeLease(row);
		const extra = quota.extraOf(lease.leaseNo);
		const sent = settlement.bytesSent ?? quotaBytes + extra;
		const spent = writeSpent(handles, lease.peer, Math.max(0, sent - extra));
		changes.add(lease.peer, 'quotaDefers', newDefers);
		return {spent, done: new Settler(handles, lease, changes).run(parts, byPart)};
	});
	const known = overlay.leaseOf(lease.leaseNo);
	const wasAlone = known?.isAlone ?? false;
	overlay.forgetLease(lease.leaseNo);
	if (known !== undefined) {
		quota.charge(lease.peer, -known.quotaBytes);
		quota.forgetExtra(lease.leaseNo);
	}
	if (settled === undefined) {
		// Whoever settled it has given back what it held; since then it may be out in another lease.
		return false;
	}
	overlay.forgetCuts(lease.leaseNo);
	quota.spent(settled.spent);
	quota.countedDefers(lease.peer, newDefers);
	const parts = lease.parts.map(({part}) => part);
	overlay.forget(parts.filter((_, at) => settled.done[at] === true));
	overlay.giveBack(parts.filter((_, at) => settled.done[at] !== true));
	if (wasAlone) {
		lookAgain(handles);
	}
	handles.announce(lease.peer);
	for (const peer of quota.waiting.filter(other => other !== lease.peer)) {
		handles.announce(peer); // The total may have more room now.
	}
	return true;
};

/** The next suspect may be sent alone. */
const lookAgain = (handles: StoreHandles): void => {
	for (const [peer, overlay] of handles.overlays) {
		overlay.lookEverywhere();
		handles.announce(peer);
	}
};

const REASONS = {
	reject: 'REJECTED',
	exhaust: 'MAX_RETRIES',
	missing: 'SEGMENT_MISSING',
	corrupt: 'CORRUPT',
} as const satisfies Record<Exclude<ExceptionVerdict['event'], 'fail'>, DeadletterReason>;

/** Records of its blocks may have come to other peers since it was taken: then the tables say so. */
const partsNow = (handles: StoreHandles, {parts, moves}: OpenLease): readonly OpenPart[] =>
	moves === handles.moves
		? parts
		: parts.map(open => ({...open, table: readBlock(handles, open.part.block) ?? open.table}));

/** One settlement inside its transaction. */
class Settler {
	readonly #handles: StoreHandles;
	readonly #lease: OpenLease;
	readonly #parts: readonly OpenPart[];
	readonly #changes: CounterChanges;
	readonly #now: EpochMs;
	readonly #proofs: ProofWriter;
	/** `undefined` when every peer has to have every segment: then an acknowledgement concerns nobody else. */
	readonly #satisfier: Satisfier | undefined;

	constructor(handles: StoreHandles, lease: OpenLease, changes: CounterChanges) {
		this.#handles = handles;
		this.#lease = lease;
		this.#parts = partsNow(handles, lease);
		this.#changes = changes;
		this.#now = handles.clock.now();
		this.#proofs = new ProofWriter(handles, lease.peer, lease.leasedAt, changes);
		this.#satisfier =
			handles.settings.successCondition === 'all_peers' ? undefined : new Satisfier(handles, changes);
	}

	/** `stored` are the parts as the lease row has them now; tells for each whether nothing of it waits any more. */
	run(stored: readonly LeasePart[], byPart: readonly PartSettlement[]): readonly boolean[] {
		const done = stored.map((part, at) => {
			const open = this.#parts[at] as OpenPart;
			const answer = byPart[at] as PartSettlement;
			if (!answer.acked.equals(part.bits)) {
				noteLateAnswer(this.#handles, this.#lease, open, answer.acked.without(part.bits));
			}
			return this.#part(open, part.bits, answer);
		});
		this.#proofs.write();
		this.#satisfier?.write();
		for (const [at, {table}] of this.#parts.entries()) {
			const bits = stored[at]?.bits;
			if (bits?.isEmpty() === false) {
				// A part that was cut out whole may be of a block that is gone.
				const onlyRecords = byPart[at]?.acked.isFull() === true && table.isOnlyFor(this.#lease.peer);
				releaseBlock(this.#handles, table, this.#changes, onlyRecords && bits.isFull());
			}
		}
		return done;
	}

	#part(open: OpenPart, leased: Bits, answer: PartSettlement): boolean {
		const {peer} = this.#lease;
		this.#changes.add(peer, 'inflight', -leased.count());
		if (answer.acked.equals(leased) && !leased.isEmpty()) {
			this.#ack(open, leased);
			return !this.#hasRest(open);
		}
		let rest = leased;
		const acked = answer.acked.and(leased);
		if (!acked.isEmpty()) {
			this.#ack(open, acked);
			rest = rest.without(acked);
		}
		for (const {verdict, bits, whole} of answer.exceptions) {
			const concerned = bits.and(leased);
			if (!concerned.isEmpty()) {
				this.#except(open, concerned, verdict, whole);
				rest = rest.without(concerned);
			}
		}
		const released = rest.count();
		this.#changes.add(peer, released > 0 ? nextReleased() : 'scheduled', released);
		return released === 0 && !this.#hasRest(open);
	}

	/** A group that was cut by the window of the lease was out as a whole: what is left of it waits again. */
	#hasRest({part: {group, block}}: OpenPart): boolean {
		return group !== undefined && this.#handles.env.groups.doesExist([this.#lease.peer, block, group]);
	}

	#ack({part, table}: OpenPart, bits: Bits): void {
		const {peer, leasedAt} = this.#lease;
		const state = nextState('inflight', 'ack') as 'acked';
		const from = takeBits(this.#handles, peer, part, bits);
		this.#changes.add(peer, state, bits.count());
		this.#changes.addWaiting(peer, table, -bits.count(), -table.sizeOf(bits));
		if (from === undefined) {
			this.#proofs.acked(table, bits, undefined);
		} else {
			const number = nextAttemptNumber(from.attempts);
			const good = {
				number,
				startedAt: leasedAt,
				completedAt: this.#now,
				outcome: 'ACKED',
				bytesSent: 'whole',
			} as const;
			this.#proofs.acked(table, bits, [...from.attempts, good]);
		}
		this.#satisfier?.acked(table, peer, bits);
	}

	#except({part, table}: OpenPart, bits: Bits, verdict: ExceptionVerdict, whole: boolean): void {
		const {peer} = this.#lease;
		const from = takeBits(this.#handles, peer, part, bits);
		const row = this.#fate(part, bits, from, verdict, whole);
		addGroup(this.#handles, peer, part.block, row);
		if (row.state === 'deadletter') {
			this.#changes.add(peer, deadCounter(row.reason), bits.count());
			this.#changes.addWaiting(peer, table, -bits.count(), -table.sizeOf(bits));
		}
		this.#changes.add(peer, row.state, bits.count());
	}

	#fate(
		part: LeasePart,
		bits: Bits,
		from: GroupRow | undefined,
		verdict: ExceptionVerdict,
		whole: boolean,
	): GroupRow {
		const attempts = from?.attempts ?? [];
		const attempt: StoredAttempt = {
			number: nextAttemptNumber(attempts),
			startedAt: this.#lease.leasedAt,
			completedAt: this.#now,
			outcome: verdict.outcome,
			error: verdict.error,
			bytesSent: whole ? 'whole' : verdict.bytesSent,
		};
		const charges = verdict.event === 'fail' || verdict.event === 'exhaust' ? 1 : 0;
		const common = {
			bits,
			classNo: part.classNo,
			charged: (from?.charged ?? 0) + charges,
			abandons: from?.abandons ?? 0,
			changedAt: this.#now,
			heldSince: NEVER_HELD.heldSince,
			heldMs: from?.heldMs ?? 0,
			putBackBy: 0,
			isExpiryWaived: from?.isExpiryWaived ?? false,
			attempts: [...attempts, attempt],
		};
		const state = nextState('inflight', verdict.event) as 'failed' | 'deadletter';
		if (verdict.event === 'fail') {
			const dueAt = (this.#handles.age.now() + Math.max(1, Math.ceil(verdict.retryInMs))) as AgeMs;
			return {...common, state: state as 'failed', dueAt};
		}
		return {...common, state: state as 'deadletter', reason: REASONS[verdict.event], diedAt: this.#now};
	}
}

const nextReleased = (): 'scheduled' => nextState('inflight', 'release') as 'scheduled';

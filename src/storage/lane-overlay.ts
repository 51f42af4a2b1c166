import {CLASS_NUMBERS, type ClassNo} from '../outbound/priorities.js';
import type {BlockNo, EpochMs, GroupNo, LeaseNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import {ExhaustedBlocks} from './exhausted-blocks.js';
import type {LeasePart} from './lease-row.js';
import type {BlockRange, ServiceOrder, Stretch} from './service-order.js';

type OpenLeaseFacts = {
	readonly leasedAt: EpochMs;
	readonly parts: readonly LeasePart[];
	/** What it was charged against the daily quotas. */
	readonly quotaBytes: number;
	/** One suspect, by itself: see suspects.ts. */
	readonly isAlone: boolean;
};

/** Where the search for due groups of a class goes on. */
export type DueCursor = readonly [dueAt: number, block: BlockNo, group: GroupNo];

/**
 * What memory knows of one peer's leases: which bits are out, so that they are not leased twice, and from where to look for more,
 * so that a lease costs the same behind a million leased blocks as behind none. Rebuilt empty by a restart, which abandons all leases.
 */
export class LaneOverlay {
	readonly #queue = new Map<BlockNo, Bits>();
	readonly #groups = new Map<GroupNo, Bits>();
	/** What was cut out of leases that are not settled yet, by the number of the part. */
	readonly #cuts = new Map<LeaseNo, Map<number, Bits>>();
	readonly #leases = new Map<LeaseNo, OpenLeaseFacts>();
	/** By class: blocks that are leased or have nothing waiting. */
	readonly #exhausted = new Map<ClassNo, ExhaustedBlocks>();
	/** Every due group of the class up to and including this is leased. */
	readonly #dueAfter = new Map<ClassNo, DueCursor>();
	/** Classes of which nothing fresh waits that is not leased, and classes without any row in `due`. */
	readonly #withoutFresh = new Set<ClassNo>();
	readonly #withoutDue = new Set<ClassNo>();
	#order: ServiceOrder['kind'] | undefined;
	/** The last lease was a group that was charged, by itself. */
	servedCharged = false;
	#isLooking = false;

	/** Runs `read`, which goes over candidates and takes none: what it passes is not noted as leased or empty. */
	look<Result>(read: () => Result): Result {
		const {servedCharged} = this;
		this.#isLooking = true;
		try {
			return read();
		} finally {
			this.#isLooking = false;
			this.servedCharged = servedCharged;
		}
	}

	/** What the row of an open lease said when it was written; should the row be damaged. */
	leaseOf(leaseNo: LeaseNo): OpenLeaseFacts | undefined {
		return this.#leases.get(leaseNo);
	}

	noteLease(leaseNo: LeaseNo, facts: OpenLeaseFacts): void {
		this.#leases.set(leaseNo, facts);
	}

	get hasAlone(): boolean {
		return [...this.#leases.values()].some(({isAlone}) => isAlone);
	}

	forgetLease(leaseNo: LeaseNo): void {
		this.#leases.delete(leaseNo);
	}

	/** The cursors of due groups follow the order of service. */
	serve({kind}: ServiceOrder): void {
		if (this.#order !== kind) {
			this.#order = kind;
			this.#dueAfter.clear();
		}
	}

	/** Every block of the class below this is leased or has nothing waiting. */
	freshFrom(classNo: ClassNo): BlockNo {
		return this.#exhausted.get(classNo)?.end ?? (0 as BlockNo);
	}

	/** Where in `stretch` fresh blocks of the class may be, in its direction. */
	freshGaps(classNo: ClassNo, stretch: Stretch): readonly BlockRange[] {
		return this.#exhausted.get(classNo)?.gapsIn(stretch) ?? [stretch];
	}

	dueAfter(classNo: ClassNo): DueCursor | undefined {
		return this.#dueAfter.get(classNo);
	}

	/** `false` only when it is known that nothing fresh of the class is to be leased: the queue need not be asked. */
	mayHaveFresh(classNo: ClassNo): boolean {
		return !this.#withoutFresh.has(classNo);
	}

	/** `false` only when it is known that `due` has no row of the class. */
	mayHaveDue(classNo: ClassNo): boolean {
		return !this.#withoutDue.has(classNo);
	}

	/** Inside a body only, which sees all that was written before it: a look outside may be older than a write under way. */
	noteNoFresh(classNo: ClassNo): void {
		if (!this.#isLooking) {
			this.#withoutFresh.add(classNo);
		}
	}

	/** Inside a body only, like `noteNoFresh`. */
	noteNoDue(classNo: ClassNo): void {
		if (!this.#isLooking) {
			this.#withoutDue.add(classNo);
		}
	}

	/** A block of the class was written behind all others. */
	noteFresh(classNo: ClassNo): void {
		this.#withoutFresh.delete(classNo);
	}

	/** A row of the class was written into `due`. */
	noteDue(classNo: ClassNo): void {
		this.#withoutDue.delete(classNo);
	}

	/** What of `bits` is not leased. */
	free(block: BlockNo, group: GroupNo | undefined, bits: Bits): Bits {
		const out = group === undefined ? this.#queue.get(block) : this.#groups.get(group);
		return out === undefined ? bits : bits.without(out);
	}

	/** Is this record inflight? */
	isOut(block: BlockNo, group: GroupNo | undefined, entry: number): boolean {
		const out = group === undefined ? this.#queue.get(block) : this.#groups.get(group);
		return out?.has(entry) ?? false;
	}

	/** Do some of `bits` belong to a lease? */
	isAnyOut(block: BlockNo, group: GroupNo | undefined, bits: Bits): boolean {
		const out = group === undefined ? this.#queue.get(block) : this.#groups.get(group);
		return out?.intersects(bits) ?? false;
	}

	/** `bits` were cut out of part `at` of a lease: they are not to be sent any more. */
	noteCut(lease: LeaseNo, at: number, bits: Bits): void {
		const parts = this.#cuts.get(lease) ?? new Map<number, Bits>();
		this.#cuts.set(lease, parts.set(at, parts.get(at)?.or(bits) ?? bits));
	}

	/** See `noteCut`; `undefined` for a lease that is whole. */
	cutsOf(lease: LeaseNo): ReadonlyMap<number, Bits> | undefined {
		return this.#cuts.get(lease);
	}

	/** The lease is settled. */
	forgetCuts(lease: LeaseNo): void {
		this.#cuts.delete(lease);
	}

	isGroupOut(group: GroupNo): boolean {
		return this.#groups.has(group);
	}

	/** Is anything of the block out that has not left the happy path? */
	isBlockOut(block: BlockNo): boolean {
		return this.#queue.has(block);
	}

	take(parts: readonly LeasePart[]): void {
		for (const {group, block, bits} of parts) {
			if (group === undefined) {
				this.#queue.set(block, this.#queue.get(block)?.or(bits) ?? bits);
			} else {
				this.#groups.set(group, bits);
			}
		}
	}

	/** The fresh blocks of `classNo` in `range` are all out. */
	exhaust(classNo: ClassNo, range: BlockRange): void {
		const exhausted = this.#exhausted.get(classNo) ?? new ExhaustedBlocks();
		exhausted.add(range);
		this.#exhausted.set(classNo, exhausted);
	}

	advanceDue(classNo: ClassNo, cursor: DueCursor): void {
		this.#dueAfter.set(classNo, cursor);
	}

	/** The leased bits of `parts` are out no more; what is left of them may be leased again. */
	giveBack(parts: readonly LeasePart[]): void {
		for (const {group, classNo, block, bits} of parts) {
			if (group === undefined) {
				this.#giveBackQueue(block, bits);
				this.lookAgainAt(classNo, block);
			} else {
				this.#groups.delete(group);
				this.lookForDueAgain(classNo);
			}
		}
	}

	/** Like `giveBack` for parts of which nothing is left to lease: the cursors stay. */
	forget(parts: readonly LeasePart[]): void {
		for (const {group, block, bits} of parts) {
			if (group === undefined) {
				this.#giveBackQueue(block, bits);
			} else {
				this.#groups.delete(group);
			}
		}
	}

	/** Something waits in `block` again. */
	lookAgainAt(classNo: ClassNo, block: BlockNo): void {
		this.#withoutFresh.delete(classNo);
		this.#exhausted.get(classNo)?.remove(block);
	}

	/** A group of the class was written that may sort before the cursor. */
	lookForDueAgain(classNo: ClassNo): void {
		this.#withoutDue.delete(classNo);
		this.#dueAfter.delete(classNo);
	}

	/** Forgets every cursor; leased bits stay out. */
	lookEverywhere(): void {
		for (const classNo of CLASS_NUMBERS) {
			this.#exhausted.delete(classNo);
			this.#dueAfter.delete(classNo);
		}
		this.#withoutFresh.clear();
		this.#withoutDue.clear();
	}

	#giveBackQueue(block: BlockNo, bits: Bits): void {
		const rest = this.#queue.get(block)?.without(bits);
		if (rest === undefined || rest.isEmpty()) {
			this.#queue.delete(block);
		} else {
			this.#queue.set(block, rest);
		}
	}
}

import {CLASS_NUMBERS} from '../outbound/priorities.js';
import {nextState} from '../outbound/transitions.js';
import type {GroupNo, PeerNo} from '../outbound/units.js';
import {noteAcks, type Reached, reachedBy} from './acks.js';
import {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import type {BlockTable} from './block-table.js';
import type {CounterChanges} from './counters.js';
import {type GroupRow, isHeld} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {LeaseCuts} from './lease-cuts.js';
import {ProofWriter} from './proof-writer.js';
import {groupsOf} from './record-view.js';
import {peersNeeded} from './success-condition.js';
import {takeBits} from './take-bits.js';

/** Waiting records of one block and peer that are to become satisfied, where they are. */
type Found = {
	readonly table: BlockTable;
	readonly peer: PeerNo;
	readonly classNo: GroupRow['classNo'];
	readonly bits: Bits;
} & (
	| {readonly group: undefined; readonly row: undefined}
	| {readonly group: GroupNo; readonly row: Exclude<GroupRow, {state: 'deadletter'}>}
);

/**
 * Inside a body, once for each settlement where fewer peers than all may be enough: counts acknowledgements, and makes the other
 * records of a segment that enough peers have `satisfied`. Deadletters stay what they are. What an operator retried after enough
 * peers had it stays too: he asked for it to be sent.
 */
export class Satisfier {
	readonly #handles: StoreHandles;
	readonly #changes: CounterChanges;
	readonly #cuts: LeaseCuts;
	readonly #proofs = new Map<PeerNo, ProofWriter>();

	constructor(handles: StoreHandles, changes: CounterChanges) {
		this.#handles = handles;
		this.#changes = changes;
		this.#cuts = new LeaseCuts(handles);
	}

	/** `peer` has acknowledged `bits` of the block, and they have been taken from where they waited. */
	acked(table: BlockTable, peer: PeerNo, bits: Bits): void {
		const needed = this.#needed(table);
		if (needed === undefined) {
			return;
		}
		const reached = noteAcks(this.#handles, table, {peer, bits, needed});
		if (!reached.now.isEmpty()) {
			for (const other of table.route.filter(no => no !== peer)) {
				this.#satisfyQueued(table, other, reached);
			}
		}
	}

	/** After a change of the condition. `false`: no more of the block than before is had by enough peers, and nothing was written. */
	satisfyLate(table: BlockTable): boolean {
		const needed = this.#needed(table);
		const now = needed === undefined ? undefined : reachedBy(this.#handles, table, needed);
		if (now === undefined || now.isEmpty()) {
			return false;
		}
		for (const peer of table.route) {
			this.#satisfyQueued(table, peer, {now, justNow: Bits.empty(table.count)});
		}
		return true;
	}

	#needed({routeAsEnqueued}: BlockTable): number | undefined {
		return peersNeeded(this.#handles.settings.successCondition, routeAsEnqueued.length);
	}

	/** Call once, last, and before the blocks are released. */
	write(): void {
		this.#cuts.write();
		for (const proofs of this.#proofs.values()) {
			proofs.write();
		}
	}

	/** Looks for groups only when not all of it is in the queue. */
	#satisfyQueued(table: BlockTable, peer: PeerNo, reached: Reached): void {
		let rest = reached.now;
		for (const classNo of [table.classNo, ...CLASS_NUMBERS.filter(no => no !== table.classNo)]) {
			if (rest.isEmpty()) {
				return;
			}
			const queued = this.#handles.env.queue.get([peer, classNo, table.block]);
			const bits = queued === undefined ? undefined : decodeBits(queued).and(rest);
			if (bits !== undefined && !bits.isEmpty()) {
				this.#satisfy({table, peer, classNo, bits, group: undefined, row: undefined});
				rest = rest.without(bits);
			}
		}
		if (!rest.isEmpty()) {
			this.#satisfyGroups(table, peer, {now: rest, justNow: reached.justNow});
		}
	}

	#satisfyGroups(table: BlockTable, peer: PeerNo, {now, justNow}: Reached): void {
		for (const {group, row} of groupsOf(this.#handles, peer, table.block)) {
			if (row.state !== 'deadletter') {
				const bits = row.bits.and(row.isExpiryWaived ? now.and(justNow) : now);
				if (!bits.isEmpty()) {
					this.#satisfy({table, peer, classNo: row.classNo, bits, group, row});
				}
			}
		}
	}

	#satisfy(found: Found): void {
		const {table, peer, classNo, group, row, bits} = found;
		const {block} = table;
		const inflight = this.#cuts.cut(peer, block, group, bits);
		takeBits(this.#handles, peer, {group, classNo, block}, bits);
		const waits = row?.state ?? 'scheduled';
		const state = nextState(waits, 'satisfy') as 'satisfied';
		if (!inflight.isEmpty()) {
			nextState('inflight', 'satisfy');
		}
		this.#changes.add(peer, 'inflight', -inflight.count());
		this.#changes.add(peer, waits, inflight.count() - bits.count());
		this.#changes.add(peer, 'held', row !== undefined && isHeld(row) ? -bits.count() : 0);
		this.#changes.add(peer, state, bits.count());
		this.#changes.addWaiting(peer, table, -bits.count(), -table.sizeOf(bits));
		this.#proofsOf(peer).satisfied(table, bits, {
			attempts: row?.attempts ?? [],
			mayBeAnswered: !inflight.isEmpty(),
		});
	}

	#proofsOf(peer: PeerNo): ProofWriter {
		let proofs = this.#proofs.get(peer);
		if (proofs === undefined) {
			proofs = new ProofWriter(this.#handles, peer, this.#handles.clock.now(), this.#changes);
			this.#proofs.set(peer, proofs);
		}
		return proofs;
	}
}

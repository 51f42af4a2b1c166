import {EdgedError} from '../outbound/errors.js';
import {nextState} from '../outbound/transitions.js';
import type {AgeMs, BlockNo, PeerNo} from '../outbound/units.js';
import {put} from './atomically.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {type CounterChanges, deadCounter, STORE_COUNTERS} from './counters.js';
import {type Elsewhere, MOST_MOVED_PEERS} from './elsewhere.js';
import {type GroupRow, isHeld, NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {isAsFromQueue, putIntoQueue, type WaitingBits} from './hold-moves.js';
import {overlayOf} from './lease-records.js';
import {addGroup, takeBits} from './take-bits.js';

/** Of one block: which of its entries have left a peer, so far. */
type Leaving = {readonly table: BlockTable; readonly left: Map<PeerNo, Bits>};

/**
 * Inside a body: takes records from their peers and has them wait at another, in the class and the place of their enqueues. What failed
 * at one peer says nothing of another: budget and backoff begin anew, the history goes with the record. What is held stays held; what
 * was dead waits again, as after a retry. The table of a block says from then on who has what of it.
 */
export class RecordMover {
	readonly #handles: StoreHandles;
	readonly #changes: CounterChanges;
	readonly #to: PeerNo;
	readonly #blocks = new Map<BlockNo, Leaving>();

	constructor(handles: StoreHandles, changes: CounterChanges, to: PeerNo) {
		this.#handles = handles;
		this.#changes = changes;
		this.#to = to;
	}

	/** The other peer has none of them, and never had; see `sift`. */
	move({table, peer, part, bits}: WaitingBits): void {
		const row = part.place === 'group' ? part.row : undefined;
		const classNo = part.place === 'group' ? part.row.classNo : part.classNo;
		const group = part.place === 'group' ? part.group : undefined;
		nextState((row?.state ?? 'scheduled') as 'scheduled', 'move');
		takeBits(this.#handles, peer, {group, classNo, block: table.block}, bits);
		this.#countOut(table, peer, row, bits);
		if (row === undefined) {
			putIntoQueue(this.#handles, table, this.#to, {classNo, bits});
		} else {
			this.#arrive(table, asArrived(row, bits));
		}
		this.#changes.add(this.#to, 'scheduled', bits.count());
		this.#changes.addWaiting(this.#to, table, bits.count(), table.sizeOf(bits));
		const {left} = this.#blocks.get(table.block) ?? {left: new Map<PeerNo, Bits>()};
		left.set(peer, left.get(peer)?.or(bits) ?? bits);
		this.#blocks.set(table.block, {table, left});
	}

	/** Writes the tables. Call once, last. */
	write(): void {
		const {env} = this.#handles;
		for (const [block, {table, left}] of this.#blocks) {
			const bytes = table.withElsewhere(this.#elsewhere(table, left));
			put(env.blocks, block, bytes);
			this.#changes.add(STORE_COUNTERS, 'liveBytes', bytes.length - table.byteLength);
		}
		this.#handles.moves++;
	}

	#arrive(table: BlockTable, arrived: GroupRow): void {
		const handles = this.#handles;
		if (!isHeld(arrived) && isAsFromQueue(table, arrived)) {
			putIntoQueue(handles, table, this.#to, arrived);
			return;
		}
		addGroup(handles, this.#to, table.block, {...arrived, changedAt: handles.clock.now()});
		overlayOf(handles, this.#to).lookForDueAgain(arrived.classNo);
		this.#changes.add(this.#to, 'held', isHeld(arrived) ? arrived.bits.count() : 0);
	}

	#countOut(table: BlockTable, peer: PeerNo, row: GroupRow | undefined, bits: Bits): void {
		const changes = this.#changes;
		if (row?.state === 'deadletter') {
			changes.add(peer, 'deadletter', -bits.count());
			changes.add(peer, deadCounter(row.reason), -bits.count());
			return;
		}
		changes.add(peer, row?.state ?? 'scheduled', -bits.count());
		changes.add(peer, 'held', row !== undefined && isHeld(row) ? -bits.count() : 0);
		changes.addWaiting(peer, table, -bits.count(), -table.sizeOf(bits));
	}

	#elsewhere(table: BlockTable, left: ReadonlyMap<PeerNo, Bits>): Elsewhere {
		const {peers} = this.#handles;
		const elsewhere = new Map(table.elsewhere);
		let arrived = Bits.empty(table.count);
		for (const [peer, bits] of left) {
			elsewhere.set(peer, table.elsewhereOf(peer).or(bits));
			arrived = arrived.or(bits);
		}
		const before = table.route.includes(this.#to) ? table.elsewhereOf(this.#to) : Bits.full(table.count);
		elsewhere.set(this.#to, before.without(arrived));
		if (elsewhere.size > MOST_MOVED_PEERS) {
			throw new EdgedError(
				'INVALID_STATE',
				`segments that were stored together have gone through ${MOST_MOVED_PEERS} peers by moves: they cannot be moved to ${peers.id(this.#to)}`,
			);
		}
		return elsewhere;
	}
}

const asArrived = (row: GroupRow, bits: Bits): GroupRow => {
	const {classNo, changedAt, attempts} = row;
	const fresh = {
		bits,
		classNo,
		changedAt,
		attempts,
		charged: 0,
		abandons: 0,
		putBackBy: 0,
		state: 'scheduled',
		dueAt: 0 as AgeMs,
	} as const;
	if (row.state === 'deadletter') {
		return {...fresh, ...NEVER_HELD, isExpiryWaived: true};
	}
	const {isExpiryWaived, heldSince, heldMs, suspicion, crashes} = row;
	return {
		...fresh,
		isExpiryWaived,
		heldSince,
		heldMs,
		// A segment that the daemon has died of is as dangerous with another peer.
		...(suspicion !== undefined && {suspicion}),
		...(crashes !== undefined && {crashes}),
	};
};

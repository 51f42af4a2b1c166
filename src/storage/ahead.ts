import type {PeerId, SegmentId} from '../outbound/names.js';
import {CLASS_NUMBERS, type ClassNo} from '../outbound/priorities.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import {readBlock} from './blocks.js';
import {counter, depthOf, emptyRow} from './counters.js';
import {decodeGroup, isHeld} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {type DueKey, END, type QueueKey} from './layout.js';
import {overlayOf} from './lease-records.js';
import {type LocatedRecord, locateRecord} from './locate.js';
import {
	type BlockRange,
	isServedBefore,
	LAST_BLOCK,
	rangesBefore,
	rangesBehind,
	type ServiceOrder,
} from './service-order.js';
import type {Ahead} from './store.js';

/** Rows read in each direction: some milliseconds, however long the queue is. */
const MAX_ROWS = 1000;

/** See `OutboundStore.ahead`. */
export const aheadOf = (
	handles: StoreHandles,
	id: SegmentId,
	peerId: PeerId,
	order: ServiceOrder,
): Ahead | undefined => {
	handles.env.root.resetReadTxn();
	const place = placeOf(handles, locateRecord(handles, id, peerId));
	if (place === undefined) {
		return undefined;
	}
	const before = new Look(handles, place.peer);
	const isWhole = lookBefore(before, place, order);
	if (isWhole) {
		const {records, bytes} = before;
		return {records, bytes, isAtLeast: !place.isFresh, isBytesEstimated: false};
	}
	return (
		fromBehind(handles, place, order) ?? {
			records: before.records,
			bytes: before.bytes,
			isAtLeast: true,
			isBytesEstimated: false,
		}
	);
};

/** A record that waits for its turn, by the order of service. */
type QueuePlace = {
	readonly peer: PeerNo;
	readonly classNo: ClassNo;
	readonly block: BlockNo;
	readonly entry: number;
	/** What waits together with it. */
	readonly bits: Bits;
	readonly place: 'queue' | 'group';
	/** Served in the order of enqueues; a failed one that is due alternates with such. */
	readonly isFresh: boolean;
};

const placeOf = (
	handles: StoreHandles,
	{table, entry, peer, part}: LocatedRecord,
): QueuePlace | undefined => {
	const {block} = table;
	if (part.place === 'queue') {
		const {classNo, place} = part;
		const bits = overlayOf(handles, peer).free(block, undefined, part.bits);
		return bits.has(entry) ? {peer, classNo, block, entry, bits, place, isFresh: true} : undefined;
	}
	if (part.place !== 'group' || part.row.state === 'deadletter' || isHeld(part.row)) {
		return undefined;
	}
	const {classNo, dueAt, bits} = part.row;
	const waits = dueAt <= handles.age.now() && !overlayOf(handles, peer).isGroupOut(part.group);
	return waits ? {peer, classNo, block, entry, bits, place: 'group', isFresh: dueAt === 0} : undefined;
};

/** Counts what waits in rows, up to `MAX_ROWS`. */
class Look {
	records = 0;
	bytes = 0;
	readonly #handles: StoreHandles;
	readonly #peer: PeerNo;
	#rows = 0;

	constructor(handles: StoreHandles, peer: PeerNo) {
		this.#handles = handles;
		this.#peer = peer;
	}

	/** These blocks of the queue of a class. `false`: there are more rows than it looks at. */
	queue(classNo: ClassNo, {first, last}: BlockRange): boolean {
		const {env} = this.#handles;
		const end = [this.#peer, classNo, last === LAST_BLOCK ? END : last + 1];
		const range = {start: [this.#peer, classNo, first], end};
		for (const {key, value} of env.queue.getRange(range)) {
			const block = (key as QueueKey)[2];
			this.#add(block, overlayOf(this.#handles, this.#peer).free(block, undefined, decodeBits(value)));
			if (++this.#rows > MAX_ROWS) {
				return false;
			}
		}
		return true;
	}

	/** Groups of a class that are due now, of the blocks that `isWanted` takes. */
	due(classNo: ClassNo, isWanted: (block: BlockNo, dueAt: number) => boolean): boolean {
		const {env, age} = this.#handles;
		const range = {start: [this.#peer, classNo], end: [this.#peer, classNo, age.now(), END]};
		for (const key of env.due.getKeys(range)) {
			const [, , dueAt, block, group] = key as DueKey;
			const value = isWanted(block, dueAt) ? env.groups.get([this.#peer, block, group]) : undefined;
			if (value !== undefined && !overlayOf(this.#handles, this.#peer).isGroupOut(group)) {
				this.#add(block, decodeGroup(value).bits);
			}
			if (++this.#rows > MAX_ROWS) {
				return false;
			}
		}
		return true;
	}

	/** Of what waits together with a record, the entries from one up to, not including, another. */
	beside({block, bits}: QueuePlace, from: number, to: number): void {
		this.#add(block, Bits.of(bits.size, ...[...bits].filter(entry => entry >= from && entry < to)));
	}

	#add(block: BlockNo, bits: Bits): void {
		this.records += bits.count();
		this.bytes += readBlock(this.#handles, block)?.sizeOf(bits) ?? 0;
	}
}

const ALL_BLOCKS: BlockRange = {first: 0, last: LAST_BLOCK};

/** Classes strictly by priority; in its class the blocks before it, and groups that are due. */
const lookBefore = (look: Look, place: QueuePlace, order: ServiceOrder): boolean => {
	const {classNo, block, entry, isFresh} = place;
	look.beside(place, 0, entry);
	for (const urgent of CLASS_NUMBERS.filter(no => no < classNo)) {
		if (!look.due(urgent, () => true) || !look.queue(urgent, ALL_BLOCKS)) {
			return false;
		}
	}
	// Of one block, what was put back goes before what still is in the queue.
	const isBefore = (other: BlockNo): boolean =>
		isServedBefore(order, other, block) || (other === block && place.place === 'queue');
	if (!look.due(classNo, (other, dueAt) => (dueAt === 0 ? isBefore(other) : isFresh))) {
		return false;
	}
	return !isFresh || rangesBefore(order, block).every(range => look.queue(classNo, range));
};

/** Counters say how many wait; when few wait behind it, the rest is ahead. */
const fromBehind = (handles: StoreHandles, place: QueuePlace, order: ServiceOrder): Ahead | undefined => {
	const {peer, classNo, block, entry} = place;
	const behind = new Look(handles, peer);
	behind.beside(place, entry + 1, Number.POSITIVE_INFINITY);
	const isCounted =
		place.place === 'queue' &&
		rangesBehind(order, block).every(range => behind.queue(classNo, range)) &&
		behind.due(classNo, (other, dueAt) => dueAt === 0 && isServedBefore(order, block, other)) &&
		CLASS_NUMBERS.filter(no => no > classNo).every(
			lower => behind.due(lower, (_, dueAt) => dueAt === 0) && behind.queue(lower, ALL_BLOCKS),
		);
	if (!isCounted) {
		return undefined;
	}
	const row = handles.counters.get(peer) ?? emptyRow();
	const {scheduled, failed, inflight, held} = depthOf(row);
	const records = Math.max(0, scheduled - held - behind.records - 1);
	const share = records / Math.max(1, scheduled + failed + inflight);
	return {
		records,
		bytes: Math.round(counter(row, 'waitingBytes') * share),
		isAtLeast: failed > 0,
		isBytesEstimated: true,
	};
};

import {DEADLETTER_REASONS, type DeadletterReason} from '../outbound/attempts.js';
import type {QueueDepth} from '../outbound/record.js';
import type {AgeMs, BlockNo, PeerNo} from '../outbound/units.js';

/**
 * One row of counters per peer, and one (number 0) for the store: f64 little-endian, in this order. Append only.
 * `quotaDefers`, `quotaDrops`, `acked` and `satisfied` only rise; `ackedExpired` and `satisfiedExpired` of them have no proof any more. Bytes are payload bytes.
 */
export const COUNTERS = [
	'scheduled',
	'inflight',
	'failed',
	'acked',
	'satisfied',
	'deadletter',
	'held',
	'abandoned',
	'ackedExpired',
	'waitingBytes',
	...DEADLETTER_REASONS.map(reason => `dead:${reason}` as const),
	'liveBytes',
	'retainedBytes',
	'blocks',
	'ids',
	'satisfiedExpired',
	'quotaDefers',
	'quotaDrops',
] as const;
export type CounterName = (typeof COUNTERS)[number];
export type CounterRow = Float64Array;

const INDEX = Object.fromEntries(COUNTERS.map((name, at) => [name, at])) as Record<CounterName, number>;
/** The store's own row: `liveBytes`, `retainedBytes`, `blocks`, `ids`. */
export const STORE_COUNTERS = 0 as PeerNo;

export const emptyRow = (): CounterRow => new Float64Array(COUNTERS.length);

export const encodeCounters = (row: CounterRow): Buffer => {
	const bytes = Buffer.allocUnsafe(COUNTERS.length * 8);
	for (const [at, value] of row.entries()) {
		bytes.writeDoubleLE(value, at * 8);
	}
	return bytes;
};

/** A shorter row, from before a counter was appended, reads as 0 there. */
export const decodeCounters = (bytes: Buffer | undefined): CounterRow => {
	const row = emptyRow();
	for (let at = 0; at < row.length && bytes !== undefined && (at + 1) * 8 <= bytes.length; at++) {
		row[at] = bytes.readDoubleLE(at * 8);
	}
	return row;
};

/** Records of one block that wait for a peer (or are being sent, or held); less than 0: that do so no more. */
export type Wait = {
	readonly peer: PeerNo;
	readonly block: BlockNo;
	readonly createdAge: AgeMs;
	readonly records: number;
	readonly bytes: number;
};

/** What one transaction adds to the counters; written with it, applied in memory after it. */
export class CounterChanges {
	readonly rows = new Map<PeerNo, CounterRow>();
	#waits: Wait[] | undefined;

	/** From here on is noted which blocks what waits belongs to. */
	noteWaits(): void {
		this.#waits = [];
	}

	/** See `noteWaits`; `undefined` when that was not noted, or is not known. */
	get waits(): readonly Wait[] | undefined {
		return this.#waits;
	}

	/** Records come to wait, or wait no more; goes with a change of `scheduled`, `inflight` or `failed` by as many. */
	addWaiting(
		peer: PeerNo,
		{block, createdAge}: Pick<Wait, 'block' | 'createdAge'>,
		records: number,
		bytes: number,
	): void {
		this.add(peer, 'waitingBytes', bytes);
		this.#waits?.push({peer, block, createdAge, records, bytes});
	}

	/** Forgets all that was added: the counters are counted anew. */
	clear(): void {
		this.rows.clear();
		this.#waits = undefined;
	}

	add(peer: PeerNo, name: CounterName, by: number): void {
		let row = this.rows.get(peer);
		if (row === undefined) {
			row = emptyRow();
			this.rows.set(peer, row);
		}
		row[INDEX[name]] = (row[INDEX[name]] ?? 0) + by;
	}
}

/** Adds to `target` itself, and gives it back. */
export const addRow = (target: CounterRow, change: CounterRow): CounterRow => {
	for (const [at, by] of change.entries()) {
		target[at] = (target[at] ?? 0) + by;
	}
	return target;
};

/** 0 where there is no row yet. */
export const counter = (row: CounterRow | undefined, name: CounterName): number => row?.[INDEX[name]] ?? 0;

export const depthOf = (row: CounterRow): QueueDepth => {
	const depth = {
		scheduled: counter(row, 'scheduled'),
		inflight: counter(row, 'inflight'),
		failed: counter(row, 'failed'),
		acked: counter(row, 'acked'),
		satisfied: counter(row, 'satisfied'),
		deadletter: counter(row, 'deadletter'),
	};
	const total = Object.values(depth).reduce((sum, value) => sum + value, 0);
	return {...depth, held: counter(row, 'held'), abandoned: counter(row, 'abandoned'), total};
};

/** Of one peer, or of all together. */
export const depthIn = (counters: ReadonlyMap<PeerNo, CounterRow>, peer: PeerNo | undefined): QueueDepth => {
	if (peer !== undefined) {
		return depthOf(counters.get(peer) ?? emptyRow());
	}
	const sum = emptyRow();
	for (const row of counters.values()) {
		addRow(sum, row);
	}
	return depthOf(sum);
};

/** Of one peer, or of all together. */
export const deadletterCounts = (
	counters: ReadonlyMap<PeerNo, CounterRow>,
	peer: PeerNo | undefined,
): Readonly<Record<DeadletterReason, number>> => {
	const rows = peer === undefined ? [...counters.values()] : [counters.get(peer)];
	const count = (reason: DeadletterReason) =>
		rows.reduce((sum, row) => sum + counter(row, deadCounter(reason)), 0);
	return Object.fromEntries(DEADLETTER_REASONS.map(reason => [reason, count(reason)])) as Record<
		DeadletterReason,
		number
	>;
};

export const deadCounter = (reason: DeadletterReason): CounterName => `dead:${reason}`;

import type {EpochMs, MonotonicMs} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import type {Lease, Settlement} from '../storage/store.js';
import {Goodput} from './goodput.js';

/** What a lane remembers for its status: acknowledgements, the last error, the pace. */
export class LaneRecord {
	readonly #clock: Clock;
	readonly #goodput: Goodput;
	/** Monotonic: the wall clock may be set before it is shown. */
	#lastAckAt: MonotonicMs | undefined;
	#lastError: string | undefined;

	constructor(clock: Clock) {
		this.#clock = clock;
		this.#goodput = new Goodput(clock);
	}

	/** On the wall clock as it is now. */
	get lastAckAt(): EpochMs | undefined {
		const clock = this.#clock;
		return this.#lastAckAt === undefined
			? undefined
			: ((clock.now() - (clock.elapsed() - this.#lastAckAt)) as EpochMs);
	}

	/** Of the link or of a segment; stays when things are well again. */
	get lastError(): string | undefined {
		return this.#lastError;
	}

	get bytesPerSecond(): number {
		return this.#goodput.bytesPerSecond;
	}

	failed(message: string): void {
		this.#lastError = message;
	}

	settled(lease: Lease, settlement: Settlement): AckedPart {
		const acked = ackedPart(lease, settlement);
		if (acked.entries > 0) {
			this.#lastAckAt = this.#clock.elapsed();
			this.#goodput.add(acked.bytes);
		}
		const [first] = settlement.exceptions;
		if (first !== undefined) {
			this.#lastError = `${lease.entry(first.index).segmentId}: ${first.error}`;
		}
		return acked;
	}
}

export type AckedPart = {
	readonly entries: number;
	/** Payload bytes. */
	readonly bytes: number;
};

/** Looks at single entries only when not all were acknowledged. */
const ackedPart = (lease: Lease, {acked}: Settlement): AckedPart => {
	if (acked === 'all') {
		return {entries: lease.entryCount, bytes: lease.byteLength};
	}
	let entries = 0;
	let bytes = 0;
	for (const [first, last] of acked) {
		for (let index = first; index <= last; index++) {
			bytes += lease.entry(index).sizeBytes;
		}
		entries += last - first + 1;
	}
	return {entries, bytes};
};

import type {BlockNo, GroupNo, LeaseNo} from '../outbound/units.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/** Hands out numbers that are never used twice. Written with the transaction that uses them; a failed one leaves a gap. */
export class Numbers {
	#block: number;
	#group: number;
	#lease: number;
	#written: number;

	constructor(saved: Buffer | undefined) {
		const reader = saved === undefined ? undefined : new RowReader(saved);
		this.#block = reader?.u64() ?? 1;
		this.#group = reader?.u64() ?? 1;
		this.#lease = reader?.u64() ?? 1;
		this.#written = this.#sum();
	}

	/** The number that the next block gets: no block of this number or above exists. */
	get blockLimit(): BlockNo {
		return this.#block as BlockNo;
	}

	nextBlock(): BlockNo {
		return this.#block++ as BlockNo;
	}

	nextGroup(): GroupNo {
		return this.#group++ as GroupNo;
	}

	nextLease(): LeaseNo {
		return this.#lease++ as LeaseNo;
	}

	/** The row to write, or `undefined` when nothing was handed out since `written`. */
	changed(): Buffer | undefined {
		return this.#sum() === this.#written
			? undefined
			: new RowWriter(24).u64(this.#block).u64(this.#group).u64(this.#lease).done();
	}

	/** Notes that the row of `changed` is part of a transaction whose body ended well. */
	noteWritten(): void {
		this.#written = this.#sum();
	}

	/** Notes that a transaction failed: what it wrote must be written again. */
	forgetWritten(): void {
		this.#written = -1;
	}

	#sum(): number {
		return this.#block + this.#group + this.#lease;
	}
}

import type {BlockNo, GroupNo, LeaseNo} from '../outbound/units.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/** The copy is this far ahead at most, so that it is written seldom. */
const RESERVE = 2 ** 20;
/** Further than any store ever comes: ids that were given once are never given again. */
const LEAP = 2 ** 40;

/** Hands out numbers that are never used twice. Written with the transaction that uses them; a failed one leaves a gap. */
export class Numbers {
	#block: number;
	#group: number;
	#lease: number;
	#written: number;
	/** The copy on disk is above every number below this. */
	#reserved: number;

	/** `saved` is the row, `copy` what `reserve` wrote: it counts when the row is damaged. */
	constructor(saved: Buffer | undefined, copy?: Buffer) {
		const [block, group, lease] = read(saved ?? copy);
		this.#block = block;
		this.#group = group;
		this.#lease = lease;
		this.#written = saved === undefined && copy !== undefined ? -1 : this.#sum();
		this.#reserved = Math.min(...read(copy));
	}

	/** Goes far above `highest`: neither the row nor its copy tells what was handed out. */
	leapOver(highest: number): void {
		const next = highest + LEAP;
		this.#block = next;
		this.#group = next;
		this.#lease = next;
		this.#reserved = 1;
	}

	/** The number that the next block gets: no block of this number or above exists. */
	get blockLimit(): BlockNo {
		return this.#block as BlockNo;
	}

	/** The number that the next group gets. */
	get groupLimit(): GroupNo {
		return this.#group as GroupNo;
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

	/** The copy to write with the row, when the one on disk would be passed. It is above all that is handed out until the next. */
	reserve(): Buffer | undefined {
		const highest = Math.max(this.#block, this.#group, this.#lease);
		if (highest < this.#reserved) {
			return undefined;
		}
		this.#reserved = highest + RESERVE;
		return new RowWriter(24).u64(this.#reserved).u64(this.#reserved).u64(this.#reserved).done();
	}

	/** Notes that the row of `changed` is part of a transaction whose body ended well. */
	noteWritten(): void {
		this.#written = this.#sum();
	}

	/** Notes that a transaction failed: what it wrote must be written again. */
	forgetWritten(): void {
		this.#written = -1;
		this.#reserved = 1;
	}

	#sum(): number {
		return this.#block + this.#group + this.#lease;
	}
}

const read = (row: Buffer | undefined): [block: number, group: number, lease: number] => {
	const reader = row === undefined ? undefined : new RowReader(row);
	return [reader?.u64() ?? 1, reader?.u64() ?? 1, reader?.u64() ?? 1];
};

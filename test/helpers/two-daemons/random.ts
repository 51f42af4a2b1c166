import {createCipheriv, createHash} from 'node:crypto';

/** The same numbers for the same seed, on every machine (mulberry32). */
export class SeededRandom {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** From 0, below 1. */
	fraction(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = this.#state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	/** Both ends included. */
	integer(least: number, most: number): number {
		return least + Math.floor(this.fraction() * (most - least + 1));
	}

	isLikely(probability: number): boolean {
		return this.fraction() < probability;
	}

	pick<Item>(items: readonly Item[]): Item {
		return items[this.integer(0, items.length - 1)] as Item;
	}
}

/** Bytes that do not compress, the same for the same name. */
export const bytesNamed = (name: string, byteLength: number): Buffer => {
	const key = createHash('sha256').update(name).digest();
	const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
	return cipher.update(Buffer.alloc(byteLength));
};

/** `EDGED_SEED` when it is set, so that a run can be had again; else another every time. */
export const seedOfRun = (): number =>
	Number(process.env['EDGED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

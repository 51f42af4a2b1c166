/**
 * A set of entry numbers of one block (or of block numbers of one span): the unit in which edged keeps its books.
 * Mutable; `size` is fixed. Two sets that are combined must have the same size.
 */
export class Bits {
	readonly size: number;
	readonly #words: Uint32Array;

	private constructor(size: number, words: Uint32Array) {
		this.size = size;
		this.#words = words;
	}

	static empty(size: number): Bits {
		return new Bits(size, new Uint32Array((size + 31) >>> 5));
	}

	/** One shared object a size: nothing can be added to a full set, and nothing is ever taken out of a set in place. */
	static full(size: number): Bits {
		let bits = fullSets.get(size);
		if (bits === undefined) {
			bits = Bits.empty(size);
			bits.#words.fill(0xffff_ffff);
			bits.#trim();
			fullSets.set(size, bits);
		}
		return bits;
	}

	static of(size: number, ...indexes: readonly number[]): Bits {
		const bits = Bits.empty(size);
		for (const index of indexes) {
			bits.add(index);
		}
		return bits;
	}

	/** From little-endian bytes as `writeBytes` makes them; bits beyond `size` are dropped. */
	static fromBytes(size: number, bytes: Uint8Array): Bits {
		const bits = Bits.empty(size);
		const end = Math.min(bytes.length, bits.byteLength);
		for (let at = 0; at < end; at++) {
			bits.#words[at >>> 2] = (bits.#words[at >>> 2] ?? 0) | ((bytes[at] ?? 0) << ((at & 3) << 3));
		}
		bits.#trim();
		return bits;
	}

	get byteLength(): number {
		return (this.size + 7) >>> 3;
	}

	writeBytes(target: Uint8Array, at: number): void {
		for (let index = 0; index < this.byteLength; index++) {
			target[at + index] = ((this.#words[index >>> 2] ?? 0) >>> ((index & 3) << 3)) & 0xff;
		}
	}

	has(index: number): boolean {
		return index >= 0 && index < this.size && ((this.#words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
	}

	add(index: number): void {
		if (!(index >= 0 && index < this.size)) {
			throw new RangeError(`bit ${index} of ${this.size}`);
		}
		this.#words[index >>> 5] = (this.#words[index >>> 5] ?? 0) | (1 << (index & 31));
	}

	count(): number {
		let sum = 0;
		for (const word of this.#words) {
			sum += popcount(word);
		}
		return sum;
	}

	isEmpty(): boolean {
		for (const word of this.#words) {
			if (word !== 0) {
				return false;
			}
		}
		return true;
	}

	isFull(): boolean {
		return this === fullSets.get(this.size) || this.count() === this.size;
	}

	copy(): Bits {
		return new Bits(this.size, this.#words.slice());
	}

	equals(other: Bits): boolean {
		if (this === other) {
			return true;
		}
		return this.size === other.size && this.#words.every((word, at) => word === other.#words[at]);
	}

	intersects(other: Bits): boolean {
		return this.#words.some((word, at) => (word & (other.#words[at] ?? 0)) !== 0);
	}

	/** A new set of what is in both. */
	and(other: Bits): Bits {
		return this.#combine(other, (a, b) => a & b);
	}

	/** A new set of what is in either. */
	or(other: Bits): Bits {
		return this.#combine(other, (a, b) => a | b);
	}

	/** A new set of what is in this and not in `other`. */
	without(other: Bits): Bits {
		return this.#combine(other, (a, b) => a & ~b);
	}

	/** The members, ascending. */
	*[Symbol.iterator](): Generator<number> {
		for (let word = 0; word < this.#words.length; word++) {
			let rest = this.#words[word] ?? 0;
			while (rest !== 0) {
				const low = rest & -rest;
				yield (word << 5) + (31 - Math.clz32(low));
				rest ^= low;
			}
		}
	}

	#combine(other: Bits, operation: (a: number, b: number) => number): Bits {
		if (other.size !== this.size) {
			throw new RangeError(`sets of ${this.size} and ${other.size} do not combine`);
		}
		const words = new Uint32Array(this.#words.length);
		for (let at = 0; at < words.length; at++) {
			words[at] = operation(this.#words[at] ?? 0, other.#words[at] ?? 0);
		}
		return new Bits(this.size, words);
	}

	#trim(): void {
		const spare = (this.#words.length << 5) - this.size;
		const last = this.#words.length - 1;
		if (spare > 0 && last >= 0) {
			this.#words[last] = (this.#words[last] ?? 0) & (0xffff_ffff >>> spare);
		}
	}
}

/** The first `count` members; `bits` itself when there are no more. */
export const firstBits = (bits: Bits, count: number): Bits => {
	if (bits.count() <= count) {
		return bits;
	}
	const first = Bits.empty(bits.size);
	let left = count;
	for (const entry of bits) {
		if (left-- <= 0) {
			break;
		}
		first.add(entry);
	}
	return first;
};

const fullSets = new Map<number, Bits>();

const popcount = (word: number): number => {
	let bits = word - ((word >>> 1) & 0x5555_5555);
	bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
	return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
};

import {readFile, writeFile} from 'node:fs/promises';
import type {ExecutionContext} from 'ava';
import fc from 'fast-check';
import {Bits} from '../../src/storage/bits.js';
import {DamagedRowError} from '../../src/storage/row-reader.js';
import {holds} from './holds.js';

/** `value` with bitmaps and bytes spelled out, so that two decoded rows can be compared. */
export const plain = (value: unknown): unknown => {
	if (value instanceof Bits) {
		return {size: value.size, members: [...value]};
	}
	if (value instanceof Uint8Array) {
		return Buffer.from(value).toString('hex');
	}
	if (Array.isArray(value)) {
		return value.map(plain);
	}
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
	}
	return value;
};

const UPDATE = process.env['EDGED_WRITE_GOLDEN'] === '1';

/**
 * The bytes of a golden file, which `bytes` (what is encoded today) must equal. After a deliberate change of a format, and of its
 * version: `EDGED_WRITE_GOLDEN=1 npx ava build/test/storage/*.js` writes the files anew.
 */
export const golden = async (t: ExecutionContext, name: string, bytes: Buffer): Promise<Buffer> => {
	const file = new URL(`../../../test/storage/golden/${name}`, import.meta.url);
	if (UPDATE) {
		await writeFile(file, bytes);
	}
	const kept = await readFile(file);
	t.is(bytes.toString('hex'), kept.toString('hex'), `${name} is not what is encoded today`);
	return kept;
};

/** Every truncation, every byte at its extremes, every single flipped bit, and random noise: either a value or `DamagedRowError`. */
export const survivesDamage = (
	t: ExecutionContext,
	row: Buffer,
	decode: (bytes: Buffer) => unknown,
): void => {
	const attempt = (bytes: Buffer): void => {
		try {
			decode(bytes);
		} catch (error) {
			if (!(error instanceof DamagedRowError)) {
				throw error;
			}
		}
	};
	t.notThrows(() => {
		for (let end = 0; end < row.length; end++) {
			attempt(row.subarray(0, end));
		}
		for (let at = 0; at < row.length; at++) {
			const original = row[at] ?? 0;
			for (const byte of [0, 0xff, 0x7f, ...Array.from({length: 8}, (_, bit) => original ^ (1 << bit))]) {
				const copy = Buffer.from(row);
				copy[at] = byte;
				attempt(copy);
			}
		}
		const noise = fc.record({
			head: fc.nat({max: row.length}),
			tail: fc.uint8Array({maxLength: 200}),
		});
		holds(
			fc.property(noise, ({head, tail}) => {
				attempt(Buffer.concat([row.subarray(0, head), tail]));
			}),
			{numRuns: 300},
		);
	});
};

/** A bitmap of `size`, or of any size up to 1,024. */
export const bitsOf = (size?: number): fc.Arbitrary<Bits> =>
	(size === undefined ? fc.integer({min: 1, max: 1024}) : fc.constant(size)).chain(count =>
		fc.oneof(
			fc.constant(Bits.full(count)),
			fc.constant(Bits.empty(count)),
			fc.uniqueArray(fc.nat({max: count - 1}), {maxLength: 40}).map(members => Bits.of(count, ...members)),
		),
	);

/** Up to 48 bits: how times and byte counts are kept. */
export const u48 = fc.maxSafeInteger().map(value => Math.abs(value) % 2 ** 48);
/** A block number or a store id. */
export const u50 = fc.maxSafeInteger().map(value => Math.abs(value) % 2 ** 50);

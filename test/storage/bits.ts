import test from 'ava';
import fc from 'fast-check';
import {Bits} from '../../src/storage/bits.js';
import {holds} from '../helpers/holds.js';

const twoSets = fc.integer({min: 0, max: 200}).chain(size =>
	fc.record({
		size: fc.constant(size),
		a: fc.uniqueArray(fc.nat({max: Math.max(0, size - 1)}), {maxLength: size}),
		b: fc.uniqueArray(fc.nat({max: Math.max(0, size - 1)}), {maxLength: size}),
	}),
);
const ascending = (members: Iterable<number>): number[] => [...members].sort((x, y) => x - y);

test('a bitmap does what a set of numbers does', t => {
	holds(
		fc.property(twoSets, ({size, a, b}) => {
			const [bits, other] = [Bits.of(size, ...a), Bits.of(size, ...b)];
			const [set, second] = [new Set(a), new Set(b)];
			t.deepEqual([...bits], ascending(set));
			t.is(bits.count(), set.size);
			t.is(bits.isEmpty(), set.size === 0);
			t.is(bits.isFull(), set.size === size);
			t.deepEqual([...bits.and(other)], ascending(a.filter(index => second.has(index))));
			t.deepEqual([...bits.or(other)], ascending(new Set([...a, ...b])));
			t.deepEqual([...bits.without(other)], ascending(a.filter(index => !second.has(index))));
			t.is(
				bits.intersects(other),
				a.some(index => second.has(index)),
			);
			t.is(bits.equals(other), ascending(a).join() === ascending(b).join());
			for (let index = -1; index <= size; index++) {
				t.is(bits.has(index), set.has(index));
			}
		}),
	);
});

test('a bitmap survives its bytes, at any offset', t => {
	holds(
		fc.property(twoSets, fc.nat({max: 9}), ({size, a}, at) => {
			const bits = Bits.of(size, ...a);
			const bytes = new Uint8Array(at + bits.byteLength + 3).fill(0xee);
			bits.writeBytes(bytes, at);
			t.true(Bits.fromBytes(size, bytes.subarray(at, at + bits.byteLength)).equals(bits));
			t.deepEqual([...bytes.subarray(at + bits.byteLength)], [0xee, 0xee, 0xee]);
		}),
	);
});

test('bits beyond the size are dropped, so that counts stay right', t => {
	const bits = Bits.fromBytes(5, Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff));
	t.deepEqual([...bits], [0, 1, 2, 3, 4]);
	t.true(bits.isFull());
	t.true(bits.equals(Bits.full(5)));
	t.is(Bits.fromBytes(40, Buffer.of(1)).count(), 1);
});

test('an index outside the set is refused', t => {
	for (const index of [-1, 8, Number.NaN, Number.POSITIVE_INFINITY]) {
		t.throws(() => Bits.empty(8).add(index), {instanceOf: RangeError});
		t.false(Bits.full(8).has(index));
	}
});

test('sets of different size do not combine', t => {
	const [small, large] = [Bits.full(8), Bits.full(9)];
	for (const operation of ['and', 'or', 'without'] as const) {
		t.throws(() => small[operation](large), {instanceOf: RangeError});
	}
	t.false(small.equals(large));
});

test('a copy is a set of its own', t => {
	const bits = Bits.of(64, 1);
	const copy = bits.copy();
	copy.add(2);
	t.deepEqual([...bits], [1]);
	t.deepEqual([...copy], [1, 2]);
});

import test from 'ava';
import fc from 'fast-check';
import {DamagedRowError, RowReader} from '../../src/storage/row-reader.js';
import {RowWriter} from '../../src/storage/row-writer.js';
import {holds} from '../helpers/holds.js';
import {bitsOf, plain, u48, u50} from '../helpers/rows.js';

type Field = {readonly kind: 'u8' | 'u16' | 'u32' | 'u48' | 'u64'; readonly value: number};
const field = (kind: Field['kind'], value: fc.Arbitrary<number>): fc.Arbitrary<Field> =>
	value.map(number => ({kind, value: number}));
const fields = fc.array(
	fc.oneof(
		field('u8', fc.nat({max: 0xff})),
		field('u16', fc.nat({max: 0xffff})),
		field('u32', fc.nat({max: 0xffff_ffff})),
		field('u48', u48),
		field('u64', u50),
	),
	{maxLength: 60},
);

test('what a writer appended a reader takes, field by field, to the end', t => {
	holds(
		fc.property(fields, fc.nat({max: 40}), (row, hint) => {
			const writer = new RowWriter(hint);
			for (const {kind, value} of row) {
				writer[kind](value);
			}
			const reader = new RowReader(writer.done());
			t.deepEqual(
				row.map(({kind}) => reader[kind]()),
				row.map(({value}) => value),
			);
			t.true(reader.atEnd);
		}),
	);
});

test('texts, bytes and bitmaps stand side by side', t => {
	const text = fc.string({unit: 'grapheme', maxLength: 50});
	holds(
		fc.property(text, fc.uint8Array({maxLength: 50}), bitsOf(), (words, bytes, bits) => {
			const row = new RowWriter(0).text(words, 1024).bytes(bytes).bits(bits).u8(7).done();
			const reader = new RowReader(row);
			t.is(reader.text(), words);
			t.deepEqual(plain(reader.bytes(bytes.length)), plain(bytes));
			t.deepEqual(plain(reader.bits()), plain(bits));
			t.is(reader.u8(), 7);
		}),
	);
});

test('a text above its limit is cut, even inside a character, and the row goes on behind it', t => {
	const reader = new RowReader(new RowWriter().text('ab°', 3).u8(9).done());
	t.true(reader.text().startsWith('ab'));
	t.is(reader.u8(), 9);
});

test('a row that ends early is damaged, whichever field was due', t => {
	for (const kind of ['u8', 'u16', 'u32', 'u48', 'u64', 'text', 'bits'] as const) {
		t.throws(() => new RowReader(Buffer.alloc(0))[kind](), {instanceOf: DamagedRowError});
	}
	t.throws(() => new RowReader(Buffer.from([0xff, 0xff, 1])).text(), {instanceOf: DamagedRowError});
	t.throws(() => new RowReader(Buffer.alloc(3)).bytes(2 ** 31), {
		instanceOf: DamagedRowError,
		message: /3 bytes end before byte 2147483648/,
	});
});

test('a bitmap larger than any block or span is damage, not an allocation', t => {
	t.throws(() => new RowReader(Buffer.of(1, 0x01, 0x04)).bits(), {
		instanceOf: DamagedRowError,
		message: /1025/,
	});
	t.is(new RowReader(Buffer.of(1, 0x00, 0x04)).bits().count(), 1024);
});

test('a row of another version is not guessed at', t => {
	t.throws(() => new RowReader(Buffer.of(2)).version(1, 'lease'), {
		instanceOf: DamagedRowError,
		message: 'damaged row: lease of version 2, this edged reads 1',
	});
});

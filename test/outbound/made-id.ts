import test from 'ava';
import fc from 'fast-check';
import {
	ADDRESS_NUMBER_LIMIT,
	formatMadeId,
	parseMadeId,
	type SegmentAddress,
} from '../../src/outbound/made-id.js';
import {isSegmentId} from '../../src/outbound/names.js';
import {holds} from '../helpers/holds.js';

const address = (store: number, block: number, entry: number): SegmentAddress =>
	({store, block, entry}) as SegmentAddress;

const number = fc.oneof(
	fc.nat({max: 100}),
	fc.maxSafeNat().map(value => value % ADDRESS_NUMBER_LIMIT),
	fc.constant(ADDRESS_NUMBER_LIMIT - 1),
);
const anyAddress = fc.tuple(number, number, fc.nat({max: 1023})).map(parts => address(...parts));

test('the text of an address never changes: producers and peers keep it', t => {
	const texts = [address(1, 1, 0), address(2 ** 50 - 1, 2 ** 50 - 1, 1023), address(35, 1024, 33)].map(
		formatMadeId,
	);
	t.deepEqual(texts as string[], [
		'seg-0000000001000000000100',
		'seg-vvvvvvvvvvvvvvvvvvvvvv',
		'seg-0000000013000000010011',
	]);
});

test('a made id is a segment id, and its address comes back', t => {
	holds(
		fc.property(anyAddress, made => {
			const id = formatMadeId(made);
			return isSegmentId(id) && id.length === 26 && same(parseMadeId(id), made);
		}),
	);
	t.pass();
});

test('made ids of one store sort by block and entry, as the segments came', t => {
	holds(
		fc.property(anyAddress, anyAddress, (one, other) => {
			const later = {...other, store: one.store};
			const order = one.block - later.block || one.entry - later.entry;
			const [a, b] = [formatMadeId(one), formatMadeId(later)];
			return Math.sign(order) === (a < b ? -1 : a > b ? 1 : 0);
		}),
	);
	t.pass();
});

test('an id of a producer is no address', t => {
	for (const id of [
		'',
		'seg-',
		'seg-000000000100000000010',
		'seg-00000000010000000001000',
		'seg-000000000100000000010W',
		'seg-000000000100000000010w',
		'SEG-0000000001000000000100',
		'seg-0000000001000000000100\n',
		'xseg-0000000001000000000100',
	]) {
		t.is(parseMadeId(id), undefined, JSON.stringify(id));
	}
});

test('an address that does not fit is refused, not cut', t => {
	for (const wrong of [
		address(ADDRESS_NUMBER_LIMIT, 1, 0),
		address(1, ADDRESS_NUMBER_LIMIT, 0),
		address(1, 1, 1024),
		address(-1, 1, 0),
		address(1, 1.5, 0),
		address(1, Number.NaN, 0),
	]) {
		t.throws(() => formatMadeId(wrong), {code: 'INVALID_ARGUMENT'}, JSON.stringify(wrong));
	}
});

const same = (a: SegmentAddress | undefined, b: SegmentAddress): boolean =>
	a !== undefined && a.store === b.store && a.block === b.block && a.entry === b.entry;

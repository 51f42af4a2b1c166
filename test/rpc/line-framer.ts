import test from 'ava';
import fc from 'fast-check';
import {LineFramer} from '../../src/rpc/line-framer.js';
import {holds} from '../helpers/holds.js';

const LIMIT = 40;

/** The lines of `bytes`, given to the framer in pieces that end at `cuts`. */
const frame = (bytes: Buffer, cuts: readonly number[]) => {
	const framer = new LineFramer(LIMIT);
	const seen: string[] = [];
	const ends = [...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
	let start = 0;
	for (const end of ends) {
		framer.push(bytes.subarray(start, end));
		start = end;
		for (let line = framer.next(); line !== undefined; line = framer.next()) {
			if (line === 'too_long') {
				return {seen, tooLong: true, last: undefined};
			}
			seen.push(line.toString('latin1'));
		}
	}
	return {seen, tooLong: false, last: framer.last()?.toString('latin1')};
};

/** Bytes with many line ends, so that lines below and above the limit are both common. */
const bytesWithLines = fc
	.array(fc.oneof(fc.constant(10), fc.integer({min: 0, max: 255}), fc.constant(120)), {maxLength: 200})
	.map(bytes => Buffer.from(bytes));

test('lines are what stands between line ends, however the bytes are cut into pieces', t => {
	holds(
		fc.property(bytesWithLines, fc.array(fc.nat()), (bytes, cuts) => {
			const parts = bytes.toString('latin1').split('\n');
			const firstTooLong = parts.findIndex(part => part.length > LIMIT);
			const whole = firstTooLong < 0 ? parts.slice(0, -1) : parts.slice(0, firstTooLong);
			const {seen, tooLong, last} = frame(bytes, cuts);
			t.deepEqual(
				seen,
				whole.filter(part => part !== ''),
			);
			t.is(tooLong, firstTooLong >= 0);
			t.is(last, tooLong ? undefined : parts.at(-1) || undefined);
		}),
		{numRuns: 2000},
	);
});

test('a line exactly as long as the limit passes, one byte more does not', t => {
	t.deepEqual(frame(Buffer.from(`${'x'.repeat(LIMIT)}\n`), []).seen, ['x'.repeat(LIMIT)]);
	t.true(frame(Buffer.from(`${'x'.repeat(LIMIT + 1)}\n`), []).tooLong);
	t.true(frame(Buffer.from('x'.repeat(LIMIT + 1)), [LIMIT]).tooLong);
});

test('bytes pushed before the lines at hand were taken are not lost', t => {
	const framer = new LineFramer(LIMIT);
	framer.push(Buffer.from('one\ntwo\nth'));
	t.is(framer.next()?.toString(), 'one');
	framer.push(Buffer.from('ree\n'));
	t.is(framer.next()?.toString(), 'two');
	t.is(framer.next()?.toString(), 'three');
	t.is(framer.next(), undefined);
	t.false(framer.unfinished);
});

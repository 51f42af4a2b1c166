import test from 'ava';
import fc from 'fast-check';
import {dateOf, parseRetryAfter} from '../../../src/delivery/transports/retry-after.js';
import type {EpochMs} from '../../../src/outbound/units.js';
import {holds} from '../../helpers/holds.js';

const reads = test.macro((t, header: string | string[] | undefined, expected: number | undefined) => {
	t.is(parseRetryAfter(header, Date.UTC(1994, 10, 6, 8, 49, 37) as EpochMs), expected);
});

test('seconds are read', reads, '120', 120_000);
test('no time at all is read', reads, '0', 0);
test('a date is read', reads, 'Sun, 06 Nov 1994 08:50:00 GMT', 23_000);
test('now is read', reads, 'Sun, 06 Nov 1994 08:49:37 GMT', 0);
test('more than a day is a day', reads, '100000', 86_400_000);
test('a date years away is a day away', reads, 'Sat, 01 Jan 2050 00:00:00 GMT', 86_400_000);
test('a date that has passed says nothing', reads, 'Sun, 06 Nov 1994 08:49:36 GMT', undefined);
test('a fraction says nothing', reads, '1.5', undefined);
test('a negative number says nothing', reads, '-1', undefined);
test('words say nothing', reads, 'tomorrow', undefined);
test('a month that does not exist says nothing', reads, 'Sun, 06 Foo 1994 08:50:00 GMT', undefined);
test('two headers say nothing', reads, ['1', '2'], undefined);
test('no header says nothing', reads, undefined, undefined);

test("a peer's own clock is read from its answer", t => {
	t.is<number | undefined, number>(dateOf('Sun, 06 Nov 1994 08:49:37 GMT'), Date.UTC(1994, 10, 6, 8, 49, 37));
	t.is(dateOf('yesterday'), undefined);
	t.is(dateOf(undefined), undefined);
	t.is(dateOf(['Sun, 06 Nov 1994 08:49:37 GMT', 'x']), undefined);
});

test('dates are those of the calendar', t => {
	const date = fc.date({min: new Date('1971-01-01'), max: new Date('2399-12-31'), noInvalidDate: true});
	holds(
		fc.property(date, at => {
			const ms = Math.floor(at.getTime() / 1000) * 1000;
			t.is(parseRetryAfter(at.toUTCString(), (ms - 5000) as EpochMs), 5000);
		}),
	);
});

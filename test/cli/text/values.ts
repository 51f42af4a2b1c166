import test from 'ava';
import {
	byteRate,
	bytesWithSize,
	counted,
	grouped,
	humanBytes,
	percent,
} from '../../../src/cli/text/numbers.js';
import {printable} from '../../../src/cli/text/printable.js';
import {age, ahead, humanSeconds} from '../../../src/cli/text/time.js';

const shows = test.macro((t, text: string, expected: string) => {
	t.is(text, expected);
});

test('thousands are set apart', shows, grouped(1_048_576), '1,048,576');
test('small numbers are left alone', shows, grouped(999), '999');
test('a debt of tokens keeps its sign', shows, grouped(-123_456), '-123,456');
test(
	'a rate is shown as the reference shows it',
	shows,
	byteRate(1_048_576),
	'1,048,576 bytes/sec (1 MiB/s)',
);
test('the rate that suspends has no second form', shows, byteRate(1), '1 bytes/sec');
test(
	'a quota is shown as the reference shows it',
	shows,
	bytesWithSize(10_737_418_240),
	'10,737,418,240 (10 GiB)',
);
test('a size keeps three digits', shows, humanBytes(1_258_291), '1.19 MiB');
test(
	'a size is never rounded up to a unit that is not reached',
	shows,
	humanBytes(1024 * 1024 - 1),
	'1023 KiB',
);
test('bytes have no fraction', shows, humanBytes(512), '512 B');
test('percent of nothing is 0', shows, percent(5, 0), '0%');
test('one is singular', shows, counted(1, 'entry', 'entries'), '1 entry');
test('none is plural', shows, counted(0, 'segment'), '0 segments');

test('seconds', shows, humanSeconds(42.4), '42s');
test('two units', shows, humanSeconds(200), '3m 20s');
test('a second unit of 0 is left out', shows, humanSeconds(7200), '2h');
test('days', shows, humanSeconds(9 * 86_400 + 4 * 3600 + 59), '9d 4h');
test('an age', shows, age('2026-03-01T05:56:40.000Z', '2026-03-01T06:00:00.000Z'), '3m 20s');
test(
	'an age is not negative when the clock was set back',
	shows,
	age('2026-03-02T00:00:00.000Z', '2026-03-01T00:00:00.000Z'),
	'0s',
);
test('a time to come', shows, ahead('2026-03-01T06:00:32.000Z', '2026-03-01T06:00:00.000Z'), 'in 32s');
test('a time that has come', shows, ahead('2026-03-01T05:00:00.000Z', '2026-03-01T06:00:00.000Z'), 'now');

test(
	'words of a peer cannot move the cursor',
	shows,
	printable('bad\u001b[2J\r\nnews\u202e'),
	'bad [2J news ',
);

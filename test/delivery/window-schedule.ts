import test from 'ava';
import fc from 'fast-check';
import type {Weekday, WindowConfig} from '../../src/config/windows.js';
import {windowSchedule} from '../../src/delivery/window-schedule.js';
import type {EpochMs} from '../../src/outbound/units.js';
import {holds} from '../helpers/holds.js';
import {window} from '../helpers/windows.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const at = (time: string): EpochMs => Date.parse(time) as EpochMs;

/** The changes from `from` to `until`, as `TIME open`, `TIME RATE` or `TIME closed`, with what holds at `from` first. */
const timetable = (windows: readonly WindowConfig[], from: string, until: string, delayMs = 0): string[] => {
	const schedule = windowSchedule(windows, delayMs);
	const words = (now: EpochMs, {isOpen, bytesPerSecond} = schedule.at(now)): string =>
		`${new Date(now).toISOString().replace(':00.000Z', 'Z')} ${isOpen ? bytesPerSecond || 'open' : 'closed'}`;
	const lines = [words(at(from))];
	for (let next = schedule.next(at(from)); next !== undefined && next.at < at(until); ) {
		lines.push(words(next.at, next));
		next = schedule.next(next.at);
	}
	return lines;
};
const keeps = test.macro(
	(t, windows: readonly WindowConfig[], from: string, until: string, expected: readonly string[]) => {
		t.deepEqual(timetable(windows, from, until), expected);
	},
);

test(
	'a window over midnight closes on the next day, also when that day is not listed',
	keeps,
	[window('22:00-06:00', {days: [5]})],
	'2026-11-26T00:00Z', // A Thursday.
	'2026-11-30T00:00Z',
	['2026-11-26T00:00Z closed', '2026-11-27T22:00Z open', '2026-11-28T06:00Z closed'],
);
test(
	'within a window that began yesterday',
	keeps,
	[window('22:00-06:00', {days: [5]})],
	'2026-11-28T05:59Z',
	'2026-11-29T00:00Z',
	['2026-11-28T05:59Z open', '2026-11-28T06:00Z closed'],
);
test('until 24:00', keeps, [window('08:00-24:00', {days: [1]})], '2026-11-23T00:00Z', '2026-11-25T00:00Z', [
	'2026-11-23T00:00Z closed',
	'2026-11-23T08:00Z open',
	'2026-11-24T00:00Z closed',
]);
test(
	'until 00:00 is the same as until 24:00',
	keeps,
	[window('08:00-00:00', {days: [1]})],
	'2026-11-23T00:00Z',
	'2026-11-25T00:00Z',
	['2026-11-23T00:00Z closed', '2026-11-23T08:00Z open', '2026-11-24T00:00Z closed'],
);
test(
	'from 24:00 is the next midnight',
	keeps,
	[window('24:00-02:00', {days: [1]})],
	'2026-11-23T00:00Z',
	'2026-11-25T00:00Z',
	['2026-11-23T00:00Z closed', '2026-11-24T00:00Z open', '2026-11-24T02:00Z closed'],
);
test(
	'windows that meet are one',
	keeps,
	[window('22:00-24:00'), window('00:00-06:00')],
	'2026-11-23T12:00Z',
	'2026-11-24T12:00Z',
	['2026-11-23T12:00Z closed', '2026-11-23T22:00Z open', '2026-11-24T06:00Z closed'],
);
test(
	'of windows that overlap the first listed says the rate',
	keeps,
	[
		window('12:00-14:00', {bytesPerSecond: 10}),
		window('10:00-16:00', {bytesPerSecond: 20}),
		window('13:00-18:00'),
	],
	'2026-11-23T00:00Z',
	'2026-11-24T00:00Z',
	[
		'2026-11-23T00:00Z closed',
		'2026-11-23T10:00Z 20',
		'2026-11-23T12:00Z 10',
		'2026-11-23T14:00Z 20',
		'2026-11-23T16:00Z open',
		'2026-11-23T18:00Z closed',
	],
);
test(
	'the day is that of the time zone',
	keeps,
	[window('00:00-24:00', {days: [1], timeZone: 'Pacific/Auckland'})],
	'2026-06-06T00:00Z',
	'2026-06-09T00:00Z',
	['2026-06-06T00:00Z closed', '2026-06-07T12:00Z open', '2026-06-08T12:00Z closed'],
);

const BERLIN = {timeZone: 'Europe/Berlin'};
const NEW_YORK = {timeZone: 'America/New_York'};
const LORD_HOWE = {timeZone: 'Australia/Lord_Howe'};

test(
	'Berlin: a window in the hour that summer time skips does not open that day',
	keeps,
	[window('02:15-02:45', BERLIN)],
	'2026-03-28T00:00Z',
	'2026-03-31T00:00Z',
	[
		'2026-03-28T00:00Z closed',
		'2026-03-28T01:15Z open',
		'2026-03-28T01:45Z closed',
		'2026-03-30T00:15Z open',
		'2026-03-30T00:45Z closed',
	],
);
test(
	'Berlin: one that begins in the skipped hour opens after it',
	keeps,
	[window('02:30-04:00', BERLIN)],
	'2026-03-29T00:00Z',
	'2026-03-30T00:00Z',
	['2026-03-29T00:00Z closed', '2026-03-29T01:00Z open', '2026-03-29T02:00Z closed'],
);
test(
	'Berlin: one that ends in the skipped hour closes before it',
	keeps,
	[window('01:00-02:30', BERLIN)],
	'2026-03-28T23:00Z',
	'2026-03-29T12:00Z',
	['2026-03-28T23:00Z closed', '2026-03-29T00:00Z open', '2026-03-29T01:00Z closed'],
);
test(
	'Berlin: a night of seven hours',
	keeps,
	[window('22:00-06:00', BERLIN)],
	'2026-03-28T12:00Z',
	'2026-03-29T12:00Z',
	['2026-03-28T12:00Z closed', '2026-03-28T21:00Z open', '2026-03-29T04:00Z closed'],
);
test(
	'Berlin: a window in the hour that comes twice opens twice',
	keeps,
	[window('02:15-02:45', BERLIN)],
	'2026-10-25T00:00Z',
	'2026-10-26T00:00Z',
	[
		'2026-10-25T00:00Z closed',
		'2026-10-25T00:15Z open',
		'2026-10-25T00:45Z closed',
		'2026-10-25T01:15Z open',
		'2026-10-25T01:45Z closed',
	],
);
test(
	'Berlin: one that ends in the doubled hour opens once more',
	keeps,
	[window('01:00-02:30', BERLIN)],
	'2026-10-24T22:00Z',
	'2026-10-25T12:00Z',
	[
		'2026-10-24T22:00Z closed',
		'2026-10-24T23:00Z open',
		'2026-10-25T00:30Z closed',
		'2026-10-25T01:00Z open',
		'2026-10-25T01:30Z closed',
	],
);
test(
	'Berlin: a night of nine hours',
	keeps,
	[window('22:00-06:00', BERLIN)],
	'2026-10-24T12:00Z',
	'2026-10-25T12:00Z',
	['2026-10-24T12:00Z closed', '2026-10-24T20:00Z open', '2026-10-25T05:00Z closed'],
);
test(
	'New York: a night of seven hours, and one of nine',
	keeps,
	[window('22:00-06:00', {...NEW_YORK, days: [6]})],
	'2026-03-07T12:00Z',
	'2026-03-15T12:00Z',
	[
		'2026-03-07T12:00Z closed',
		'2026-03-08T03:00Z open',
		'2026-03-08T10:00Z closed',
		'2026-03-15T02:00Z open',
		'2026-03-15T10:00Z closed',
	],
);
test(
	'New York: the skipped hour',
	keeps,
	[window('02:10-02:50', NEW_YORK)],
	'2026-03-08T00:00Z',
	'2026-03-09T12:00Z',
	['2026-03-08T00:00Z closed', '2026-03-09T06:10Z open', '2026-03-09T06:50Z closed'],
);
test(
	'New York: the doubled hour, and a night of nine hours around it',
	keeps,
	[window('01:10-01:50', {...NEW_YORK, bytesPerSecond: 9}), window('22:00-06:00', {...NEW_YORK, days: [6]})],
	'2026-11-01T00:00Z',
	'2026-11-01T12:00Z',
	[
		'2026-11-01T00:00Z closed',
		'2026-11-01T02:00Z open',
		'2026-11-01T05:10Z 9',
		'2026-11-01T05:50Z open',
		'2026-11-01T06:10Z 9',
		'2026-11-01T06:50Z open',
		'2026-11-01T11:00Z closed',
	],
);
test(
	'Lord Howe: half an hour is skipped',
	keeps,
	[window('02:05-02:25', LORD_HOWE), window('22:00-06:00', {...LORD_HOWE, days: [6]})],
	'2026-10-03T11:00Z',
	'2026-10-04T12:00Z',
	['2026-10-03T11:00Z closed', '2026-10-03T11:30Z open', '2026-10-03T19:00Z closed'],
);
test(
	'Lord Howe: half an hour comes twice',
	keeps,
	[window('01:35-01:55', LORD_HOWE)],
	'2026-04-04T12:00Z',
	'2026-04-05T12:00Z',
	[
		'2026-04-04T12:00Z closed',
		'2026-04-04T14:35Z open',
		'2026-04-04T14:55Z closed',
		'2026-04-04T15:05Z open',
		'2026-04-04T15:25Z closed',
	],
);
test('a weekly window in the skipped hour opens a week later, and that is seen', t => {
	const schedule = windowSchedule([window('02:15-02:45', {...BERLIN, days: [7]})], 0);
	t.is<number | undefined, number>(schedule.next(at('2026-03-22T12:00Z'))?.at, at('2026-04-05T00:15Z'));
});

test('a window that is open at any time changes never', t => {
	const schedule = windowSchedule([window('00:00-24:00', BERLIN)], 0);
	t.deepEqual(schedule.at(at('2026-03-29T01:00Z')), {isOpen: true, bytesPerSecond: 0});
	t.is(schedule.next(at('2026-03-20T00:00Z')), undefined);
});

test('a lane opens later than its windows, closes with them, and does not wait between two that meet', t => {
	const windows = [window('22:00-24:00'), window('00:00-06:00', {bytesPerSecond: 7})];
	t.deepEqual(timetable(windows, '2026-11-23T12:00Z', '2026-11-24T12:00Z', 30_000), [
		'2026-11-23T12:00Z closed',
		'2026-11-23T22:00:30.000Z open',
		'2026-11-24T00:00Z 7',
		'2026-11-24T06:00Z closed',
	]);
});

test('each window says for itself whether it is open', t => {
	const schedule = windowSchedule([window('10:00-12:00'), window('11:00-13:00')], 0);
	t.deepEqual(schedule.openWindows(at('2026-11-23T11:30Z')), [true, true]);
	t.deepEqual(schedule.openWindows(at('2026-11-23T12:00Z')), [false, true]);
});

const time = fc.nat({max: 96}).map(quarter => quarter * 15);
const anyWindow = fc
	.record({
		days: fc.uniqueArray(fc.integer({min: 1, max: 7}) as fc.Arbitrary<Weekday>, {minLength: 1}),
		startMinute: time,
		endMinute: time,
		timeZone: fc.constantFrom('UTC', ...[BERLIN, NEW_YORK, LORD_HOWE].map(({timeZone}) => timeZone)),
		bytesPerSecond: fc.constantFrom(0, 1, 2),
	})
	.filter(({startMinute, endMinute}) => startMinute % 1440 !== endMinute % 1440);
/** A day before each change of the clocks, and a day like any other. */
const DAYS = [
	'2026-03-28',
	'2026-10-24',
	'2026-03-07',
	'2026-10-31',
	'2026-10-03',
	'2026-04-04',
	'2026-06-10',
];

test('the next change is the first minute at which something is different', t => {
	const cases = fc.record({
		windows: fc.array(anyWindow, {minLength: 1, maxLength: 3}),
		day: fc.constantFrom(...DAYS),
		minute: fc.nat({max: 1439}),
		delayMs: fc.constantFrom(0, MINUTE_MS),
	});
	holds(
		fc.property(cases, ({windows, day, minute, delayMs}) => {
			const schedule = windowSchedule(windows, delayMs);
			const from = (at(`${day}T00:00Z`) + minute * MINUTE_MS) as EpochMs;
			const before = schedule.at(from);
			const next = schedule.next(from);
			const until = Math.min(next?.at ?? Number.POSITIVE_INFINITY, from + 2 * DAY_MS);
			for (let now = from; now < until; now = (now + MINUTE_MS) as EpochMs) {
				t.deepEqual(schedule.at(now), before);
			}
			if (next !== undefined) {
				t.notDeepEqual(schedule.at(next.at), before);
			}
		}),
		{numRuns: 25},
	);
});

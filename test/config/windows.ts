import test from 'ava';
import {configFrom, HUB, NODE} from '../helpers/config.js';

const windowFrom = (body: string) =>
	configFrom(`${HUB}[[peers.windows]]\n${body}\n${NODE}`).peers[0]?.windows[0];
const NIGHT = 'start = "22:00"\nend = "06:00"\n';

test('a window says when, where and how fast', t => {
	t.deepEqual(windowFrom(`days = ["mon-fri"]\n${NIGHT}timezone = "Europe/Berlin"\nbytes_per_second = 5`), {
		days: [1, 2, 3, 4, 5],
		startMinute: 22 * 60,
		endMinute: 6 * 60,
		timeZone: 'Europe/Berlin',
		bytesPerSecond: 5,
	});
});

test('a window is open every day in UTC, unless it says otherwise', t => {
	t.like(windowFrom(NIGHT), {days: [1, 2, 3, 4, 5, 6, 7], timeZone: 'UTC', bytesPerSecond: 0});
});

const hasDays = test.macro((t, written: string[], expected: number[]) => {
	t.deepEqual(windowFrom(`days = ${JSON.stringify(written)}\n${NIGHT}`)?.days as unknown, expected);
});
test('a day alone', hasDays, ['sun'], [7]);
test('a range over the weekend', hasDays, ['fri-mon'], [1, 5, 6, 7]);
test('days that overlap count once', hasDays, ['tue-thu', 'wed', 'mon'], [1, 2, 3, 4]);
test('a range of one day', hasDays, ['wed-wed'], [3]);

const isRefused = test.macro((t, body: string, expected: string) => {
	const error = t.throws(() => windowFrom(body));
	t.is(error?.message.replace(/^edge\.toml:\d+: peers\[0\]\.windows\[0\]\./, ''), expected);
});
const DAYS = 'must be a list of days and ranges of days, such as ["mon-fri", "sun"]';
test('no day', isRefused, `days = []\n${NIGHT}`, `days = []: ${DAYS}`);
test('a day that is none', isRefused, `days = ["mon", "day"]\n${NIGHT}`, `days = ["mon","day"]: ${DAYS}`);
test('a range to nowhere', isRefused, `days = ["mon-day"]\n${NIGHT}`, `days = ["mon-day"]: ${DAYS}`);
test(
	'an hour that is none',
	isRefused,
	'start = "24:30"\nend = "06:00"',
	'start = "24:30": must be a time of day from "00:00" to "24:00"',
);
test(
	'a time as a TOML time',
	isRefused,
	'start = 22:00:00\nend = "06:00"',
	'start = "22:00:00.000": must be a time of day from "00:00" to "24:00"',
);
test(
	'a window without an end',
	isRefused,
	'start = "22:00"',
	'end: is missing, must be a time of day from "00:00" to "24:00"',
);
test(
	'a window without length',
	isRefused,
	'start = "22:00"\nend = "22:00"',
	'end = "22:00": must differ from start; a whole day is "00:00" to "24:00"',
);
test(
	'a time zone that is none',
	isRefused,
	`${NIGHT}timezone = "Mars/Base"`,
	'timezone = "Mars/Base": must be a time zone such as "UTC" or "Europe/Berlin"',
);

test('a window as a single table', t => {
	const error = t.throws(() => configFrom(`${HUB}[peers.windows]\n${NIGHT}${NODE}`));
	t.is(error?.message, 'edge.toml:4: peers[0].windows: must be written as [[peers.windows]], once for each');
});

test('a window over the whole day', t => {
	t.like(windowFrom('start = "00:00"\nend = "24:00"'), {startMinute: 0, endMinute: 1440});
});

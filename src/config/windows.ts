import {z} from 'zod';
import {byteLimit} from './bandwidth.js';
import {field, type Kind, required} from './field.js';
import type {Section, SectionOf} from './section.js';

const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** Of a week that begins on Monday, as ISO 8601 counts: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

const DAY_RANGE = /^([a-z]{3})(?:-([a-z]{3}))?$/;

/** `fri-mon` wraps over the weekend. */
const daysIn = (range: string): Weekday[] => {
	const [, from = '', to = from] = DAY_RANGE.exec(range) ?? [];
	const [first, last] = [DAYS.indexOf(from), DAYS.indexOf(to)];
	if (first < 0 || last < 0) {
		return [];
	}
	const length = ((last - first + DAYS.length) % DAYS.length) + 1;
	return Array.from({length}, (_, step) => (((first + step) % DAYS.length) + 1) as Weekday);
};

const weekdays: Kind<readonly Weekday[]> = {
	allowed: 'a list of days and ranges of days, such as ["mon-fri", "sun"]',
	schema: z
		.array(z.string().refine(range => daysIn(range).length > 0))
		.min(1)
		.transform(ranges => [...new Set(ranges.flatMap(daysIn))].sort((a, b) => a - b)),
	toPlain: numbers => numbers.map(number => DAYS[number - 1] ?? ''),
};

const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR;

const writtenTime = (minute: number): string =>
	[Math.floor(minute / MINUTES_PER_HOUR), minute % MINUTES_PER_HOUR]
		.map(part => String(part).padStart(2, '0'))
		.join(':');

const timeOfDay: Kind<number> = {
	allowed: 'a time of day from "00:00" to "24:00"',
	schema: z
		.string()
		.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/)
		.transform(time => Number(time.slice(0, 2)) * MINUTES_PER_HOUR + Number(time.slice(3))),
	toPlain: writtenTime,
};

const isTimeZone = (zone: string): boolean => {
	try {
		new Intl.DateTimeFormat('en', {timeZone: zone});
		return true;
	} catch {
		return false;
	}
};

const timeZone: Kind<string> = {
	allowed: 'a time zone such as "UTC" or "Europe/Berlin"',
	schema: z.string().refine(isTimeZone),
	toPlain: value => value,
};

const fields = {
	/** The days on which the window opens; one over midnight closes on the next. */
	days: field('days', weekdays, ['mon-sun']),
	/** Minutes after midnight. */
	startMinute: required('start', timeOfDay),
	/** Minutes after midnight, up to 1440. Below the start: on the next day. */
	endMinute: required('end', timeOfDay),
	timeZone: field('timezone', timeZone, 'UTC'),
	/** Inside the window; 0 is the peer's own rate. */
	bytesPerSecond: field('bytes_per_second', byteLimit, 0),
} as const;

/** A time in which a peer may be sent to. A peer with windows is closed outside all of them. */
export type WindowConfig = SectionOf<typeof fields>;

/** Without an indication of the day, `24:00` and `00:00` are the same time. */
const isWithoutLength = ({startMinute, endMinute}: WindowConfig): boolean =>
	startMinute === endMinute || (startMinute === MINUTES_PER_DAY && endMinute === 0);

/** As the file would write it. */
export const writtenWindow = ({days, startMinute, endMinute, timeZone, bytesPerSecond}: WindowConfig) => ({
	days: days.map(day => DAYS[day - 1] ?? ''),
	start: writtenTime(startMinute),
	end: writtenTime(endMinute),
	timezone: timeZone,
	bytes_per_second: bytesPerSecond,
});

export const windowSection: Section<typeof fields> = {
	fields,
	check: window =>
		isWithoutLength(window)
			? [{name: 'endMinute', message: 'must differ from start; a whole day is "00:00" to "24:00"'}]
			: [],
};

import type {EpochMs} from '../../outbound/units.js';

const DAY_MS = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SECONDS = /^\d{1,9}$/;
/** IMF-fixdate, the one form that senders may write (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. */
const DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;

/**
 * Milliseconds from `now` that a `Retry-After` asks for, at most a day: a peer with a wrong clock may not stop a lane for years.
 * `undefined` for none, for what cannot be read, and for a date that has passed.
 */
export const parseRetryAfter = (header: string | string[] | undefined, now: EpochMs): number | undefined => {
	const text = typeof header === 'string' ? header.trim() : '';
	const ms = SECONDS.test(text) ? Number(text) * 1000 : parseDate(text) - now;
	return ms >= 0 ? Math.min(ms, DAY_MS) : undefined;
};

/** When the peer answered, by its own clock: a `Retry-After` date is one of the same clock, whatever ours shows. */
export const dateOf = (header: string | string[] | undefined): EpochMs | undefined => {
	const at = typeof header === 'string' ? parseDate(header.trim()) : Number.NaN;
	return Number.isNaN(at) ? undefined : (at as EpochMs);
};

/** NaN for what is no date. */
const parseDate = (text: string): number => {
	const [, day, monthName, year, hours, minutes, seconds] = DATE.exec(text) ?? [];
	const month = MONTHS.indexOf(monthName ?? '') + 1;
	if (month === 0) {
		return Number.NaN;
	}
	const ofDay = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
	return daysSince1970(Number(year), month, Number(day)) * DAY_MS + ofDay * 1000;
};

/** Proleptic Gregorian; the year begins in March, so that the leap day is its last. */
const daysSince1970 = (year: number, month: number, day: number): number => {
	const y = month > 2 ? year : year - 1;
	const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
	return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
};

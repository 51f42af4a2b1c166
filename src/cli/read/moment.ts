import {readDurationMs} from './duration.js';

/** A point in time: by itself, or so long before now. */
export type Moment = {readonly at: string} | {readonly agoMs: number};

/** `2h`, `1h30m`, `7d`: so long ago; or a time as it is printed, `2026-07-25T11:00:00Z`, or a day. */
export const readMoment = (text: string): Moment => {
	const word = text.trim();
	if (!RFC_3339.test(word)) {
		try {
			return {agoMs: readDurationMs(word)};
		} catch {
			throw new Error(HOW_TO);
		}
	}
	const at = word.length === DAY ? `${word}T00:00:00Z` : word.toUpperCase().replace(' ', 'T');
	// biome-ignore lint/style/noRestrictedGlobals: reads a time, does not ask for it
	if (Number.isNaN(Date.parse(at))) {
		throw new Error(HOW_TO);
	}
	return {at};
};

const HOW_TO = 'Give how long ago, such as 2h or 7d, or a time such as 2026-07-25T11:00:00Z.';
const DAY = 'YYYY-MM-DD'.length;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;

/** RFC 3339, for the daemon. `now` in milliseconds since 1970. */
export const writtenMoment = (moment: Moment, now: number): string =>
	// biome-ignore lint/style/noRestrictedGlobals: writes a time, does not ask for it
	'at' in moment ? moment.at : new Date(Math.max(0, now - moment.agoMs)).toISOString();

import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import {type AuditLine, decodeLine} from '../line.js';
import {dayOf, dayOfFile, fileOfDay, listDayFiles} from '../trail/day-files.js';
import {linesBackward} from '../trail/raw-lines.js';
import {type AuditFilter, matches} from './filter.js';

export type AuditPage = {
	/** The newest first. */
	readonly events: readonly AuditLine[];
	/** To go on with the same filter; `undefined` when nothing older is left. */
	readonly cursor: string | undefined;
	readonly examined: number;
	/** Lines that cannot be read: `verifyTrail` says which. */
	readonly unreadable: number;
};

/** However few match: others wait meanwhile. */
const MOST_EXAMINED = 10_000;
/** Of lines in one page. */
const MOST_BYTES = 4 * 1024 * 1024;

/** At most `limit` records of the trail in `directory` that match, the newest first, from where `cursor` says. Holds one page. */
export const pageNewestFirst = async (
	directory: string,
	filter: AuditFilter,
	{limit, cursor}: {readonly limit: number; readonly cursor?: string | undefined},
): Promise<AuditPage> => {
	const events: AuditLine[] = [];
	const begin = cursor === undefined ? undefined : placeOf(cursor);
	let [examined, bytes, unreadable] = [0, 0, 0];
	// No line of a file is younger than its day: files of earlier days than the filter's need no look.
	const firstDay = filter.from === undefined ? '' : dayOf(filter.from);
	const names = listDayFiles(directory).filter(name => {
		const day = dayOfFile(name) ?? '';
		return day >= firstDay && (begin === undefined || day <= begin.day);
	});
	for (const name of names.toReversed()) {
		const day = dayOfFile(name) ?? '';
		const before = day === begin?.day ? begin.offset : Number.POSITIVE_INFINITY;
		for await (const raw of linesBackward(path.join(directory, name), before)) {
			if (examined >= MOST_EXAMINED || events.length >= limit || bytes >= MOST_BYTES) {
				return {events, cursor: `${day}.${raw.at + raw.byteLength}`, examined, unreadable};
			}
			if (raw.end === 'none') {
				continue; // Being written, or cut off by a crash.
			}
			examined++;
			const line = raw.end === 'too long' ? {why: 'too long'} : decodeLine(raw.bytes);
			if ('why' in line) {
				unreadable++;
			} else if (matches(filter, line)) {
				events.push(line);
				bytes += raw.byteLength;
			}
		}
	}
	return {events, cursor: undefined, examined, unreadable};
};

const placeOf = (cursor: string): {readonly day: string; readonly offset: number} => {
	const [, day = '', offset = ''] = /^(\d{4}-\d{2}-\d{2})\.(\d{1,15})$/.exec(cursor) ?? [];
	if (dayOfFile(fileOfDay(day)) === undefined) {
		throw new EdgedError('INVALID_ARGUMENT', 'The cursor is none that a query has given');
	}
	return {day, offset: Number(offset)};
};

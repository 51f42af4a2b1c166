import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import {type AuditLine, decodeLine} from '../line.js';
import {type DayFiles, dayOf, dayOfFile, fileOfDay, lookAtDayFiles, type NoFile} from '../trail/day-files.js';
import {linesBackward, linesForward, type RawLine} from '../trail/raw-lines.js';
import {type AuditFilter, matches} from './filter.js';

export type AuditOrder = 'newest_first' | 'oldest_first';

export type PageOptions = {
	readonly limit: number;
	readonly order: AuditOrder;
	readonly cursor?: string | undefined;
};

export type AuditPage = {
	readonly events: readonly AuditLine[];
	/** To go on with the same filter and order; `undefined` when nothing is left. */
	readonly cursor: string | undefined;
	readonly examined: number;
	/** Lines that cannot be read: `verifyTrail` says which. */
	readonly unreadable: number;
	/** What has the name of a day and is no file: left out. */
	readonly noFiles: readonly NoFile[];
};

/** However few match: others wait meanwhile. */
const MOST_EXAMINED = 10_000;
/** Of lines in one page. */
const MOST_BYTES = 4 * 1024 * 1024;

/** At most `limit` records of the trail in `directory` that match, in the order of the chain or backwards. Holds one page. */
export const auditPage = async (
	directory: string,
	filter: AuditFilter,
	{limit, order, cursor}: PageOptions,
): Promise<AuditPage> => {
	const events: AuditLine[] = [];
	const begin = cursor === undefined ? undefined : placeOf(cursor);
	let [examined, bytes, unreadable] = [0, 0, 0];
	const {files, noFiles} = lookAtDayFiles(directory);
	for (const name of inOrder(files, filter, order, begin?.day)) {
		const day = dayOfFile(name) ?? '';
		const offset = day === begin?.day ? begin.offset : undefined;
		for await (const raw of linesOf(path.join(directory, name), order, offset)) {
			if (examined >= MOST_EXAMINED || events.length >= limit || bytes >= MOST_BYTES) {
				const next = order === 'newest_first' ? raw.at + raw.byteLength : raw.at;
				return {events, cursor: `${day}.${next}`, examined, unreadable, noFiles};
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
	return {events, cursor: undefined, examined, unreadable, noFiles};
};

/** No line of a file is younger than its day: files of days before the filter's need no look. */
const inOrder = (
	files: DayFiles['files'],
	{from}: AuditFilter,
	order: AuditOrder,
	beginDay: string | undefined,
): string[] => {
	const firstDay = from === undefined ? '' : dayOf(from);
	const names = files.filter(name => (dayOfFile(name) ?? '') >= firstDay);
	if (order === 'oldest_first') {
		return names.filter(name => beginDay === undefined || (dayOfFile(name) ?? '') >= beginDay);
	}
	return names.filter(name => beginDay === undefined || (dayOfFile(name) ?? '') <= beginDay).reverse();
};

const linesOf = (file: string, order: AuditOrder, offset: number | undefined): AsyncGenerator<RawLine> =>
	order === 'newest_first' ? linesBackward(file, offset) : linesForward(file, offset);

const placeOf = (cursor: string): {readonly day: string; readonly offset: number} => {
	const [, day = '', offset = ''] = /^(\d{4}-\d{2}-\d{2})\.(\d{1,15})$/.exec(cursor) ?? [];
	if (dayOfFile(fileOfDay(day)) === undefined) {
		throw new EdgedError('INVALID_ARGUMENT', 'The cursor is none that a query has given');
	}
	return {day, offset: Number(offset)};
};

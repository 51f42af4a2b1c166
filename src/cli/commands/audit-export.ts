import {createWriteStream} from 'node:fs';
import type {Writable} from 'node:stream';
import {finished} from 'node:stream/promises';
import {EdgedError} from '../../outbound/errors.js';
import {filterOf, filterOptions} from '../audit/filter-options.js';
import {auditDirOption, directoryGiven, LeftOut, openTrail, pagesOf} from '../audit/trail-source.js';
import {command} from '../command.js';
import {UsageError} from '../failure.js';
import {option, optionOr} from '../parameters.js';
import {putText} from '../put-text.js';
import {readChoice} from '../read/choice.js';
import {readLine} from '../read/line.js';
import {counted} from '../text/numbers.js';

const FORMATS = ['json', 'csv'] as const;
type Format = (typeof FORMATS)[number];

export const auditExport = command({
	name: 'audit export',
	help: 'The audit trail as JSON or CSV, the oldest first',
	details:
		'JSON is one array of the whole records, one a line. CSV (RFC 4180) has timestamp, event_name, category, action, outcome, actor, resource_type, resource, source, fields_json; a cell that a spreadsheet would take for a formula begins with an apostrophe. To the standard output, or to --output FILE, which is written over.',
	examples: [
		'edgectl audit export --format json > incident-audit.json',
		'edgectl audit export --format csv --start-time 24h --output audit.csv',
		'edgectl audit export --audit-dir /mnt/copy/audit --category rollback',
	],
	options: {
		...filterOptions,
		format: optionOr('--format <F>', 'json or csv', readChoice(FORMATS), 'json'),
		file: option('--output <FILE>', 'the file to write; else the standard output', readLine),
		directory: auditDirOption,
	},
	async run(context, {format, file, directory, ...filter}) {
		if (file === 'text') {
			throw new UsageError(
				'An export is json or csv: choose by --format; --output names the file (./text, if that is its name)',
				auditExport.name,
			);
		}
		const source = openTrail(directoryGiven(directory, context), context);
		const pages = pagesOf(
			source,
			filterOf(filter, context),
			{limit: 0, order: 'oldest_first'},
			context.signal,
		);
		// As for every other command: the format, not a file.
		const isFile = file !== undefined && file !== 'json';
		const sink = isFile ? createWriteStream(file, {mode: 0o640}) : context.rawOutput;
		const ended = isFile ? wholeFile(file, sink) : undefined;
		ended?.catch(() => {}); // Claimed below, once all is written.
		const leftOut = new LeftOut();
		let count = 0;
		const write = await writer(format);
		let taken = await putText(sink, write.beginning);
		for await (const page of pages) {
			taken = await putText(sink, write.lines(page.events, count));
			if (taken === 'nobody reads') {
				break;
			}
			count += page.events.length;
			leftOut.add(page);
		}
		if (taken === 'taken') {
			await putText(sink, write.end(count));
		}
		if (isFile) {
			sink.end();
			await ended;
			if (context.output.format === 'text') {
				context.output.complain(`${counted(count, 'record')} exported to ${file}`); // No failure, and no line of the export.
			}
		}
		leftOut.warn(context);
		return undefined;
	},
});

/** Rejects when it cannot be written, and says which file that is. */
const wholeFile = async (file: string, sink: Writable): Promise<void> => {
	try {
		await finished(sink);
	} catch (cause) {
		throw new EdgedError(
			'INVALID_ARGUMENT',
			`${file} cannot be written: ${(cause as Error).message}. The export is not whole: name another --output FILE`,
			undefined,
			{cause},
		);
	}
};

type Lines = Parameters<typeof import('../../audit/look/csv.js').csvRows>[0];
type Writer = {
	readonly beginning: string;
	lines(lines: Lines, before: number): string;
	end(count: number): string;
};

const writer = async (format: Format): Promise<Writer> => {
	if (format === 'json') {
		return {
			beginning: '[',
			lines: (lines, before) =>
				lines.map((line, at) => `${before + at === 0 ? '' : ','}\n${JSON.stringify(line)}`).join(''),
			end: () => '\n]\n',
		};
	}
	const {csvHeading, csvRows} = await import('../../audit/look/csv.js');
	return {beginning: csvHeading(), lines: csvRows, end: () => ''};
};

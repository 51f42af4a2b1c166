import {EdgedError} from '../../outbound/errors.js';
import type {Arguments, Result} from '../../rpc/contract/methods.js';
import type {CommandContext} from '../context.js';
import {option} from '../parameters.js';
import {notAFile} from '../text/audit.js';
import type {AuditFilterParams} from './filter-options.js';

export type AuditPage = Result<'audit.query'>;
type Order = NonNullable<Arguments<'audit.query'>['order']>;

/** Where records of the trail come from, a page at a time. */
export type TrailSource = (
	filter: AuditFilterParams,
	page: {readonly limit: number; readonly order: Order; readonly cursor?: string},
) => Promise<AuditPage>;

export const auditDirOption = option(
	'--audit-dir <DIR>',
	'read the files there, without the daemon (env: AUTONOMY_AUDIT_DIR); else the daemon is asked',
	text => text,
);

/** The directory that was named, on the command line or in the environment. An empty name is none: scripts give it from a variable. */
export const directoryGiven = (
	given: string | undefined,
	{auditDirectory}: Pick<CommandContext, 'auditDirectory'>,
): string | undefined => [given, auditDirectory].find(name => name !== undefined && name.trim() !== '');

export const openTrail = (
	directory: string | undefined,
	{call}: Pick<CommandContext, 'call'>,
): TrailSource => {
	if (directory === undefined) {
		return (filter, page) => call('audit.query', {...filter, ...page});
	}
	return async ({event_type: event, start_time: from, end_time: to, ...rest}, page) => {
		const {auditPage} = await import('../../audit/look/page.js');
		const {timeOf} = await import('../../audit/look/filter.js');
		const time = (text: string | undefined) => (text === undefined ? undefined : timeOf(text));
		const filter = {...rest, event, from: time(from), to: time(to)};
		const {events, cursor, examined, unreadable, noFiles} = await auditPage(directory, filter, page);
		return {
			events: [...events],
			...(cursor !== undefined && {next_cursor: cursor}),
			examined,
			unreadable,
			...(noFiles.length > 0 && {not_files: noFiles.map(({name, what}) => ({file: name, what}))}),
		};
	};
};

/** The daemon's largest page. */
const PAGE = 1000;

/** Page after page, `limit` records in all; 0 is no limit. Ctrl-C ends it between two pages. */
export async function* pagesOf(
	source: TrailSource,
	filter: AuditFilterParams,
	{limit, order}: {readonly limit: number; readonly order: Order},
	signal: AbortSignal,
): AsyncGenerator<AuditPage> {
	let left = limit === 0 ? Number.POSITIVE_INFINITY : limit;
	let cursor: string | undefined;
	do {
		signal.throwIfAborted();
		const page = await source(filter, {
			limit: Math.min(left, PAGE),
			order,
			...(cursor !== undefined && {cursor}),
		});
		left -= page.events.length;
		cursor = page.next_cursor;
		yield page;
	} while (cursor !== undefined && left > 0);
}

/** What of the trail is not in the answer, gathered page by page. */
export class LeftOut {
	#lines = 0;
	#strangers: NonNullable<AuditPage['not_files']> = [];

	add({unreadable, not_files: strangers}: AuditPage): void {
		this.#lines += unreadable;
		this.#strangers = strangers ?? this.#strangers; // Each page has them all.
	}

	get lines(): number {
		return this.#lines;
	}

	get strangers(): Pick<AuditPage, 'not_files'> {
		return this.#strangers.length === 0 ? {} : {not_files: this.#strangers};
	}

	/** What was asked for is answered, and this is said beside it. */
	warn({output}: Pick<CommandContext, 'output'>): void {
		if (this.#lines > 0) {
			output.complain(
				`${this.#lines} lines of the trail are not what edged wrote and were left out: edgectl audit verify says which`,
			);
		}
		if (this.#strangers.length > 0) {
			output.complain(`${this.#strangers.map(notAFile).join('; ')}: left out`);
		}
	}
}

/** Nobody there to be asked, or asked in vain: the files may still be read. */
export const isUnreachable = (error: unknown): boolean =>
	error instanceof Error && !(error instanceof EdgedError) && error.name === 'DaemonUnreachable';

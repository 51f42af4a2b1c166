import {EdgedError} from '../../outbound/errors.js';
import type {Arguments, Result} from '../../rpc/contract/methods.js';
import type {CommandContext} from '../context.js';
import {option} from '../parameters.js';
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
		const {events, cursor, examined, unreadable} = await auditPage(directory, filter, page);
		return {
			events: [...events],
			...(cursor !== undefined && {next_cursor: cursor}),
			examined,
			unreadable,
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

/** Lines were found that edged did not write: what was asked for is answered, and this is said beside it. */
export const warnOfUnreadable = (count: number, {output}: Pick<CommandContext, 'output'>): void => {
	if (count > 0) {
		output.complain(
			`${count} lines of the trail are not what edged wrote and were left out: edgectl audit verify says which`,
		);
	}
};

/** Nobody there to be asked, or asked in vain: the files may still be read. */
export const isUnreachable = (error: unknown): boolean =>
	error instanceof Error && !(error instanceof EdgedError) && error.name === 'DaemonUnreachable';

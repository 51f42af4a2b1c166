import {type AuditPage, auditPage} from '../../audit/look/page.js';
import {planPrune, removeFiles} from '../../audit/trail/prune.js';
import type {EpochMs} from '../../outbound/units.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import {type Clock, parseTime} from '../../runtime/clock.js';
import type {Parts} from '../parts.js';

type Audited = Pick<Parts, 'audit'>;

export const queryAudit = async (
	{audit}: Audited,
	{event_type: event, start_time: from, end_time: to, limit, order, cursor, ...rest}: Params<'audit.query'>,
): Promise<Result<'audit.query'>> => {
	const filter = {
		...rest,
		event,
		from: from === undefined ? undefined : parseTime(from),
		to: to === undefined ? undefined : parseTime(to),
	};
	const page = await auditPage(audit.directory, filter, {limit, order, cursor});
	return {
		events: [...page.events],
		...(page.cursor !== undefined && {next_cursor: page.cursor}),
		examined: page.examined,
		unreadable: page.unreadable,
		...strangersOf(page),
	};
};

/** As an answer has them: absent when there are none. */
const strangersOf = ({noFiles}: AuditPage): Pick<Result<'audit.query'>, 'not_files'> =>
	noFiles.length === 0 ? {} : {not_files: noFiles.map(({name, what}) => ({file: name, what}))};

export const auditHead = ({audit}: Audited): Result<'audit.head'> => ({
	directory: audit.directory,
	head: audit.head,
	waiting: audit.lateCount,
	...(audit.failure !== undefined && {failure: audit.failure.message}),
});

export const pruneAudit = async (
	{audit, clock}: Audited & Pick<Parts, 'clock'>,
	{older_than_days: days, dry_run: isDry = false}: Params<'audit.prune'>,
): Promise<Result<'audit.prune'>> => {
	const {files, bytes, after} = await planPrune(audit.directory, daysAgo(clock, days));
	if (!isDry && files.length > 0) {
		await removeFiles(audit.directory, files);
	}
	return {dry_run: isDry, files: [...files], bytes, ...(after !== undefined && {after})};
};

const DAY_MS = 86_400_000;

export const daysAgo = (clock: Pick<Clock, 'now'>, days: number): EpochMs =>
	(clock.now() - days * DAY_MS) as EpochMs;

import type {NotFile, Verification} from '../../audit/look/verify.js';
import type {WireAuditLine} from '../../rpc/contract/audit.js';
import {type Column, columns} from './columns.js';
import {type Field, fields} from './fields.js';
import {counted, grouped} from './numbers.js';
import type {Style, Tone} from './style.js';

const OUTCOME_TONES: Readonly<Record<WireAuditLine['outcome'], Tone | undefined>> = {
	success: undefined,
	failure: 'bad',
	denied: 'warn',
	pending: 'warn',
};

/** As the reference system has them. */
const TABLE: ReadonlyArray<Column<WireAuditLine>> = [
	{title: 'TIMESTAMP', cell: line => line.timestamp},
	{title: 'EVENT', cell: line => line.event_name},
	{title: 'ACTOR', cell: line => line.actor},
	{title: 'RESOURCE', cell: line => line.resource},
	{title: 'OUTCOME', cell: line => line.outcome, tone: line => OUTCOME_TONES[line.outcome]},
	{title: 'SOURCE', cell: line => line.source},
];

export const auditRows = (lines: readonly WireAuditLine[], style: Style): string[] =>
	columns(TABLE, lines, style);

export const auditFooter = (count: number, isMore: boolean): string => {
	if (count === 0) {
		return 'no records match';
	}
	const what = counted(count, 'record');
	return isMore
		? `${what}, the newest first; there are more (--limit 0 shows all)`
		: `${what}, the newest first`;
};

export const isSound = ({break_count: breaks, end, not_files: strangers}: Verification): boolean =>
	breaks === 0 && end.state !== 'wrong' && strangers.length === 0;

/** `endNote`: why the end was not checked. */
export const verifyText = (found: Verification, endNote: string | undefined, style: Style): string[] => {
	const {files, lines, breaks, break_count: count, first_seq: first, last_seq: last, end} = found;
	const {not_files: strangers} = found;
	const range = first === undefined ? '' : ` (${first} to ${last})`;
	const days = files.length === 0 ? '' : ` (${files[0]}${files.length > 1 ? ` to ${files.at(-1)}` : ''})`;
	const rows: Field[] = [
		['Files', `${grouped(files.length)}${days}`],
		['Records', `${grouped(lines)}${range}`],
		['Beginning', beginningOf(found)],
		['Chain', count === 0 ? 'unbroken' : `BROKEN ${counted(count, 'time')}`, count === 0 ? 'good' : 'bad'],
		['End', endOf(end, endNote), end.state === 'wrong' ? 'bad' : end.state === 'as_known' ? 'good' : 'warn'],
	];
	return [
		...fields(`Audit trail ${found.directory}`, rows, style),
		...breaks.map(({file, line, what}) => `  ${file}, line ${line}: ${what}`),
		...(count > breaks.length ? [`  and ${grouped(count - breaks.length)} more`] : []),
		...strangers.slice(0, MOST_STRANGERS).map(stranger => `  ${notAFile(stranger)}: edged did not make it`),
		...(strangers.length > MOST_STRANGERS
			? [`  and ${grouped(strangers.length - MOST_STRANGERS)} more`]
			: []),
		...(found.unfinished_bytes > 0
			? [
					`  The last ${counted(found.unfinished_bytes, 'byte')} are an unfinished line, as a power cut leaves it: acknowledged to nobody, and cut away at the next start`,
				]
			: []),
	];
};

const MOST_STRANGERS = 10;

/** What has the name of a day of the trail, and cannot be read as one. */
export const notAFile = ({file, what}: NotFile): string => `${file} is ${what}, not a file of the trail`;

const beginningOf = ({first_seq: first, is_pruned: isPruned, breaks}: Verification): string => {
	if (first === undefined) {
		return 'there are no records';
	}
	if (first === 1) {
		return 'the first record of all';
	}
	return isPruned
		? `what came before was pruned, and the trail tells of it`
		: `see ${breaks[0]?.file ?? 'below'}`;
};

const endOf = (end: Verification['end'], note: string | undefined): string => {
	switch (end.state) {
		case 'as_known':
			return `as the daemon knows it (number ${end.known_seq})`;
		case 'wrong':
			return end.what;
		case 'not_checked':
			return `not checked${note === undefined ? '' : `: ${note}`}`;
	}
};

import type {WireJob} from '../../rpc/contract/deadletter.js';
import {type Column, columns} from './columns.js';
import {counted, grouped} from './numbers.js';
import type {Style, Tone} from './style.js';
import {humanSeconds} from './time.js';

/** `relay deadletter jobs`: a line a job. */
export const jobsText = (jobs: readonly WireJob[], style: Style): string[] =>
	jobs.length === 0
		? ['no paced retries']
		: [...columns(COLUMNS, jobs, style), counted(jobs.length, 'paced retry', 'paced retries')];

/** How far it is: `1,200 of 12,000 retried, 3 refused`. */
export const jobProgress = ({retried, refused, matched}: WireJob): string =>
	`${grouped(retried)} of ${grouped(matched)} retried${refused === 0 ? '' : `, ${grouped(refused)} refused`}`;

const STATE_TONES: Readonly<Record<WireJob['state'], Tone>> = {
	running: 'strong',
	done: 'good',
	cancelled: 'warn',
};

const COLUMNS: ReadonlyArray<Column<WireJob>> = [
	{title: 'JOB-ID', cell: job => job.job_id},
	{title: 'STATE', cell: job => job.state, tone: job => STATE_TONES[job.state]},
	{title: 'DONE', align: 'right', cell: job => grouped(job.retried)},
	{title: 'REFUSED', align: 'right', cell: job => grouped(job.refused)},
	{title: 'LEFT', align: 'right', cell: job => grouped(job.left)},
	{title: 'RATE', align: 'right', cell: job => `${grouped(job.rate_per_second)}/s`},
	{title: 'ETA', align: 'right', cell: ({eta_seconds: eta}) => (eta === null ? '-' : humanSeconds(eta))},
	{title: 'STARTED', cell: job => job.started_at},
	{title: 'SELECTS', cell: selected},
	{title: 'BY', cell: job => [job.operator ?? '-', ...(job.note === null ? [] : [job.note])].join(': ')},
];

function selected({peer_id: peer, reason, since, before, label}: WireJob): string {
	const parts = [
		...(peer === null ? [] : [peer]),
		...(reason === null ? [] : [reason]),
		...(since === null ? [] : [`since ${since}`]),
		...(before === null ? [] : [`before ${before}`]),
		...(label === null ? [] : [`${label.name}=${label.value}`]),
	];
	return parts.length === 0 ? 'all' : parts.join(' ');
}

import type {WireRecord} from '../../rpc/contract/record.js';
import {type Field, fields} from './fields.js';
import {counted, grouped, humanBytes} from './numbers.js';
import {printable} from './printable.js';
import type {Style} from './style.js';

type Attempt = WireRecord['attempts'][number];

/** One record with its history: the reference's labels and order first, what is ours below them. */
export const recordText = (record: WireRecord, style: Style): string[] => [
	...fields(
		record.state === 'deadletter' ? 'Deadletter Entry' : 'Delivery Record',
		recordFields(record),
		style,
	),
	style('strong', 'Attempt History'),
	...(record.attempts.length === 0
		? ['  (none)']
		: record.attempts.map(attempt => `  ${attemptLine(attempt)}`)),
];

const recordFields = (record: WireRecord): Field[] => [
	['Segment ID', record.segment_id],
	['Peer ID', record.peer_id],
	['State', record.held ? `${record.state} (held)` : record.state],
	['Attempt Count', grouped(record.attempts.length)],
	['First Queued', record.enqueued_at],
	['Last Updated', record.updated_at],
	...when('Reason', record.reason),
	...when('Next Attempt', record.next_attempt_at),
	...when('Expires', record.expires_at),
	['Priority', record.priority],
	['Size', sizeOf(record.size_bytes)],
	['SHA-256', record.sha256],
	...when('Content Type', record.content_type ?? undefined),
	...when('Labels', labels(record.labels)),
	['Charged', `${counted(record.charged_failures, 'failure')} of the retry budget`],
	...(record.abandons === 0 ? [] : [['Abandons', grouped(record.abandons)] as const]),
];

const sizeOf = (bytes: number): string =>
	`${counted(bytes, 'byte')}${bytes < 1024 ? '' : ` (${humanBytes(bytes)})`}`;

const when = (label: string, value: string | undefined): Field[] =>
	value === undefined ? [] : [[label, value]];

const labels = (given: Readonly<Record<string, string>>): string | undefined => {
	const pairs = Object.entries(given).map(([name, value]) => `${name}=${value}`);
	return pairs.length === 0 ? undefined : pairs.join(' ');
};

const attemptLine = (attempt: Attempt): string =>
	printable(
		[
			`#${attempt.number}`,
			`started: ${attempt.started_at}`,
			`completed: ${attempt.completed_at}`,
			`outcome: ${attempt.outcome}`,
			...(attempt.error === undefined ? [] : [`error: ${attempt.error}`]),
		].join(' '),
	);

import type {Act, Acts} from '../act.js';
import {recordsNamed} from './records-named.js';

type DeadletterMethods =
	| 'relay.deadletter.retry'
	| 'relay.deadletter.cancel_job'
	| 'relay.deadletter.purge'
	| 'relay.deadletter.export'
	| 'relay.deadletter.import'
	| 'relay.deadletter.import_chunk'
	| 'relay.deadletter.force';

const IMPORTED = 'relay.deadletter.imported';

/** What is done to what was buried, and burying. */
export const deadletterActs: Pick<Acts, DeadletterMethods> = {
	'relay.deadletter.retry': {
		...recordsNamed,
		verb: 'retry',
		event: params =>
			params.all === true && params.rate_per_second !== undefined
				? 'relay.deadletter.replay.started'
				: 'relay.deadletter.retried',
		action: 'retry',
		asked: withSelectorsReason,
		looksOnly: ({dry_run: isDry}) => isDry === true,
		came: result => ('job' in result ? {job_id: result.job.job_id, matched: result.job.matched} : result),
	} satisfies Act<'relay.deadletter.retry'>,
	'relay.deadletter.cancel_job': {
		verb: 'cancelJob',
		event: 'relay.deadletter.replay.cancelled',
		action: 'cancel',
		resourceType: 'job',
		resource: ({job_id: id}) => id,
		came: ({cancelled, job: {retried, refused, matched}}) => ({cancelled, retried, refused, matched}),
		onFullDisk: 'goes on',
	} satisfies Act<'relay.deadletter.cancel_job'>,
	'relay.deadletter.purge': {
		...recordsNamed,
		verb: 'purge',
		event: 'relay.deadletter.purged',
		action: 'purge',
		asked: withSelectorsReason,
		looksOnly: ({force, dry_run: isDry}) => force !== true || isDry === true,
		onFullDisk: 'goes on',
	} satisfies Act<'relay.deadletter.purge'>,
	'relay.deadletter.export': {
		verb: 'noteExport',
		event: 'relay.deadletter.exported',
		action: 'export',
		resourceType: 'peer',
		resource: ({peer_id: peer}) => peer ?? '*',
		asked: ({operator: _, reason, note, ...params}) => ({...params, deadletter_reason: reason, reason: note}),
		onFullDisk: 'goes on', // What is taken out can be purged.
	} satisfies Act<'relay.deadletter.export'>,
	'relay.deadletter.import': {
		verb: 'importDeadletters',
		event: IMPORTED,
		action: 'import',
		resourceType: 'records',
		resource: ({segments}) => (segments.length === 1 ? (segments[0]?.segment_id ?? '*') : '*'),
		asked: ({segments, reason}) => ({
			segments: segments.length,
			records: segments.reduce((sum, {records}) => sum + records.length, 0),
			peers: [...new Set(segments.flatMap(({records}) => records.map(({peer_id: peer}) => peer)))].join(' '),
			reason,
		}),
		came: ({results: _, ...counts}) => counts,
	} satisfies Act<'relay.deadletter.import'>,
	'relay.deadletter.import_chunk': {
		verb: 'importChunk',
		event: IMPORTED,
		action: 'import',
		resourceType: 'records',
		resource: ({upload}) => upload,
		asked: ({size_bytes}) => ({size_bytes}),
		looksOnly: () => true, // Nothing is stored before the import itself.
	} satisfies Act<'relay.deadletter.import_chunk'>,
	'relay.deadletter.force': {
		...recordsNamed,
		verb: 'force',
		event: 'relay.deadletter.forced',
		action: 'force',
		looksOnly: ({dry_run: isDry}) => isDry === true,
		onFullDisk: 'goes on',
	} satisfies Act<'relay.deadletter.force'>,
};

type Words = {
	readonly all?: boolean | undefined;
	readonly reason?: string | undefined;
	readonly note?: string | undefined;
};

/** In a selector `reason` is that of the deadletters and `note` the operator's; in the trail `reason` is always the operator's. */
function withSelectorsReason<P extends Words & {readonly operator?: string | undefined}>({
	operator: _,
	...params
}: P): Readonly<Record<string, unknown>> {
	if (params.all !== true) {
		return params;
	}
	const {reason, note, ...rest} = params;
	return {...rest, deadletter_reason: reason, reason: note};
}

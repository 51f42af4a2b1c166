import type {Act, Acts} from '../act.js';
import {recordsNamed} from './records-named.js';

type DeadletterMethods = 'relay.deadletter.retry' | 'relay.deadletter.purge' | 'relay.deadletter.force';

/** What is done to what was buried, and burying. */
export const deadletterActs: Pick<Acts, DeadletterMethods> = {
	'relay.deadletter.retry': {
		...recordsNamed,
		verb: 'retry',
		event: 'relay.deadletter.retried',
		action: 'retry',
		asked: withSelectorsReason,
	} satisfies Act<'relay.deadletter.retry'>,
	'relay.deadletter.purge': {
		...recordsNamed,
		verb: 'purge',
		event: 'relay.deadletter.purged',
		action: 'purge',
		asked: withSelectorsReason,
		looksOnly: ({force}) => force !== true,
		onFullDisk: 'goes on',
	} satisfies Act<'relay.deadletter.purge'>,
	'relay.deadletter.force': {
		...recordsNamed,
		verb: 'force',
		event: 'relay.deadletter.forced',
		action: 'force',
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

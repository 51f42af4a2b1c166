import type {EpochMs} from '../../outbound/units.js';
import {type Clock, parseTime} from '../../runtime/clock.js';
import type {DeadletterSelector, DeadTally} from '../../storage/store.js';

/** What selects deadletters in every method that takes a selector. */
export type SelectorParams = {
	readonly peer_id?: DeadletterSelector['peer'] | undefined;
	readonly reason?: DeadletterSelector['reason'] | undefined;
	readonly since?: string | undefined;
	readonly before?: string | undefined;
	readonly older_than_seconds?: number | undefined;
	readonly label?: DeadletterSelector['label'] | undefined;
	readonly cursor?: string | undefined;
};

/** What is older than an age is older than a time: that of the call. The names of labels are kept in lower case. */
export const selectorOf = (
	{peer_id: peer, reason, since, label, cursor, ...params}: SelectorParams,
	clock: Pick<Clock, 'now'>,
): DeadletterSelector => {
	const before = beforeOf(params, clock);
	return {
		...(peer !== undefined && {peer}),
		...(reason !== undefined && {reason}),
		...(since !== undefined && {since: parseTime(since)}),
		...(before !== undefined && {before}),
		...(label !== undefined && {label: {...label, name: label.name.toLowerCase()}}),
		...(cursor !== undefined && {cursor}),
	};
};

const beforeOf = (
	{before, older_than_seconds: age}: Pick<SelectorParams, 'before' | 'older_than_seconds'>,
	clock: Pick<Clock, 'now'>,
): EpochMs | undefined => {
	const borders = [
		...(before === undefined ? [] : [parseTime(before)]),
		...(age === undefined ? [] : [clock.now() - age * 1000]),
	];
	return borders.length === 0 ? undefined : (Math.min(...borders) as EpochMs);
};

/** For the log and the audit trail: what was selected, `null` for what was left open. */
export const selectedFacts = ({
	peer_id,
	reason,
	since,
	before,
	older_than_seconds: age,
	label,
}: SelectorParams): Readonly<Record<string, unknown>> => ({
	peer_id: peer_id ?? null,
	deadletter_reason: reason ?? null,
	since: since ?? null,
	...(before !== undefined && {before}),
	...(age !== undefined && {older_than_seconds: age}),
	...(label !== undefined && {label: `${label.name}=${label.value}`}),
});

/** As the contract writes it. */
export const tallyView = (
	tally: DeadTally,
): Array<{peer_id: string; reason: DeadTally[number]['reason']; count: number}> => {
	const lines = new Map<string, {peer_id: string; reason: DeadTally[number]['reason']; count: number}>();
	for (const {peer, reason, records} of tally) {
		const line = lines.get(`${peer} ${reason}`) ?? {peer_id: peer, reason, count: 0};
		line.count += records;
		lines.set(`${peer} ${reason}`, line);
	}
	return [...lines.values()];
};

export const totalOf = (tally: DeadTally): number => tally.reduce((sum, {records}) => sum + records, 0);

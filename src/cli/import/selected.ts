import type {DeadletterReason} from '../../outbound/attempts.js';
import type {DeadFilter} from '../dead-filter.js';
import type {ExportedRecord} from './exported-record.js';

/** What of an export is to come in: as the daemon's selectors, `peer` as the export names it. */
export type Selector = DeadFilter & {
	readonly peer?: string | undefined;
	readonly reason?: DeadletterReason | undefined;
};

/** Whether all of a selector lets a record through. */
export const isSelected = (
	{peer, reason, since, before, label}: Selector,
	record: ExportedRecord,
): boolean => {
	const buried = at(record.updated_at);
	return (
		(peer === undefined || record.peer_id === peer) &&
		(reason === undefined || record.reason === reason) &&
		(since === undefined || buried >= at(since)) &&
		(before === undefined || buried < at(before)) &&
		(label === undefined || labelOf(record, label.name.toLowerCase()) === label.value)
	);
};

// biome-ignore lint/style/noRestrictedGlobals: reads a time, does not ask for it
const at = (time: string): number => Date.parse(time);

const labelOf = ({labels}: ExportedRecord, name: string): string | undefined =>
	Object.hasOwn(labels, name) ? labels[name] : undefined;

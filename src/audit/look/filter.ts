import type {AuditEvent, Category, Outcome, Source} from '../../outbound/audit-event.js';
import type {EpochMs} from '../../outbound/units.js';
import {parseTime} from '../../runtime/clock.js';

/** What a record must be; what is not given may be anything. */
export type AuditFilter = {
	readonly event?: string | undefined;
	readonly category?: Category | undefined;
	readonly actor?: string | undefined;
	readonly outcome?: Outcome | undefined;
	readonly source?: Source | undefined;
	/** Both inclusive. */
	readonly from?: EpochMs | undefined;
	readonly to?: EpochMs | undefined;
};

/** Of a time that was checked before. */
export const timeOf = parseTime;

export const matches = (filter: AuditFilter, event: AuditEvent): boolean => {
	const {event: name, category, actor, outcome, source, from, to} = filter;
	const at = parseTime(event.timestamp);
	return (
		(name === undefined || event.event_name === name) &&
		(category === undefined || event.category === category) &&
		(actor === undefined || event.actor === actor) &&
		(outcome === undefined || event.outcome === outcome) &&
		(source === undefined || event.source === source) &&
		(from === undefined || at >= from) &&
		(to === undefined || at <= to)
	);
};

import type {AuditEvent} from '../../outbound/audit-event.js';
import {type Clock, formatTime} from '../../runtime/clock.js';

/** The actor of what the daemon does by itself. */
export const EDGED = 'edged';

type Own = Pick<AuditEvent, 'event_name' | 'action' | 'resource_type' | 'resource' | 'fields'> &
	Partial<Pick<AuditEvent, 'category' | 'outcome'>>;

/** Something that the daemon does or finds by itself. */
export const ownEvent = (clock: Pick<Clock, 'now'>, own: Own): AuditEvent => ({
	category: 'system',
	outcome: 'success',
	...own,
	actor: EDGED,
	source: 'edge',
	timestamp: formatTime(clock.now()),
});

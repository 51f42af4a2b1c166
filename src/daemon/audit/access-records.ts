import type {AuditEvent, Fields} from '../../outbound/audit-event.js';
import type {GatedCall} from '../../rpc/gate.js';
import {formatTime} from '../../runtime/clock.js';
import type {AccessRecords} from '../access/access-gate.js';
import type {Parts} from '../parts.js';
import {boundedFields} from './bounded-fields.js';
import {actorOf, PENDING, peerFields} from './describe.js';

type Trail = Pick<Parts, 'audit' | 'refusals' | 'clock'>;

/** The same records, and the audit trail has them first. */
export const auditedAccess = (trail: Trail, records: AccessRecords): AccessRecords => ({
	async denied(call, judgement) {
		const {operator, why} = judgement;
		const fields = {code: 'FORBIDDEN', error: why};
		await trail.refusals.tell(about(trail, call, operator, DENIED, fields));
		await records.denied(call, judgement);
	},
	async brokeGlass(call, judgement) {
		const {operator} = judgement;
		const {reason, note} = call.params;
		const fields = {reason: reason ?? note};
		const pending = about(trail, call, operator, {...BROKEN, outcome: 'pending'}, {...fields, note: PENDING});
		const begun = await trail.audit.begin(pending, 'goes on');
		await trail.audit.end(begun, about(trail, call, operator, BROKEN, fields));
		await records.brokeGlass(call, judgement);
	},
});

type Kind = Pick<AuditEvent, 'event_name' | 'action' | 'outcome'>;

const DENIED: Kind = {event_name: 'auth.access.denied', action: 'deny', outcome: 'denied'};
const BROKEN: Kind = {event_name: 'auth.break_glass.used', action: 'override', outcome: 'success'};

const about = (
	{clock}: Trail,
	{method, caller}: GatedCall,
	operator: string | undefined,
	kind: Kind,
	fields: Fields,
): AuditEvent => ({
	...kind,
	category: 'auth',
	actor: operator ?? actorOf(caller),
	resource_type: 'method',
	resource: method,
	source: 'cli',
	timestamp: formatTime(clock.now()),
	fields: boundedFields({...fields, ...peerFields(caller)}),
});

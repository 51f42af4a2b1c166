import type {AuditEvent, Fields} from '../../outbound/audit-event.js';
import type {Parts} from '../parts.js';
import {boundedFields} from './bounded-fields.js';
import {refusalFields} from './describe.js';
import {ownEvent} from './own-event.js';

/**
 * Records a reload of the configuration, also one that is refused. `reload` tells what was applied. A signal does not say whose it
 * was, so the actor is edged.
 */
export const auditedReload = async (
	{audit, refusals, clock, config}: Pick<Parts, 'audit' | 'refusals' | 'clock' | 'config'>,
	reload: () => Promise<Fields>,
): Promise<void> => {
	const event = (outcome: AuditEvent['outcome'], fields: Fields): AuditEvent =>
		ownEvent(clock, {
			event_name: 'config.reloaded',
			action: 'reload',
			outcome,
			resource_type: 'config',
			resource: config.node.id,
			fields: boundedFields({signal: 'SIGHUP', ...fields}),
		});
	const begun = await audit
		.begin(event('pending', {note: 'edged ended while it was reloaded'}), 'refuse')
		.catch(async (error: unknown) => {
			await refusals.tell(event('failure', refusalFields(error)));
			throw error;
		});
	let applied: Fields;
	try {
		applied = await reload();
	} catch (error) {
		await refusals.tell(event('failure', refusalFields(error)), begun);
		throw error;
	}
	await audit.end(begun, event('success', applied));
};

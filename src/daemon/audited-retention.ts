import {DeadletterRetention} from '../deadletter/retention.js';
import type {LmdbStore} from '../storage/lmdb-store.js';
import {ownEvent} from './audit/own-event.js';
import type {EventHub} from './events/event-hub.js';
import type {LiveConfig} from './live-config.js';
import type {Parts} from './parts.js';
import type {Surroundings} from './surroundings.js';

type Told = {readonly events: EventHub; readonly audit: Parts['audit']; readonly live: LiveConfig};

/** Retention of deadletters, of which each sweep is in the audit trail, in the log, and told to subscribers. */
export const auditedRetention = (
	store: LmdbStore,
	{events, audit, live}: Told,
	{clock, logs, onBug}: Surroundings,
): DeadletterRetention => {
	const logger = logs.part('deadletter');
	return new DeadletterRetention({
		store: {...store.retirement, depth: peer => store.depth(peer)},
		clock,
		logger,
		policy: () => live.current.relay.deadletter,
		async onSwept({aged, crowded, bytes, peers, reasons}) {
			const event = 'relay.deadletter.purged';
			const why = [...(aged > 0 ? ['retention_days'] : []), ...(crowded > 0 ? ['retention_bytes'] : [])].join(
				', ',
			);
			const fields = {reason: why, purged: aged + crowded, aged, crowded, bytes, peers, reasons};
			await audit.note(
				ownEvent(clock, {
					event_name: event,
					category: 'relay',
					action: 'purge',
					resource_type: 'record',
					resource: '*',
					fields,
				}),
			);
			logger.warn({event, ...fields}, 'deadletters were removed by their retention');
			events.tell({kind: 'change', event, operator: 'edged', reason: why, facts: fields});
		},
		onBug,
	});
};

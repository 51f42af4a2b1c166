import {Replays} from '../deadletter/replays.js';
import type {LmdbStore} from '../storage/lmdb-store.js';
import {ownEvent} from './audit/own-event.js';
import type {EventHub} from './events/event-hub.js';
import type {Parts} from './parts.js';
import type {Surroundings} from './surroundings.js';
import {jobView} from './views/job-view.js';

type Told = {readonly events: EventHub; readonly audit: Parts['audit']};

/** Paced retries, of which each end is in the audit trail, in the log, and told to subscribers. */
export const auditedReplays = (
	store: Pick<LmdbStore, 'replays'>,
	{events, audit}: Told,
	{clock, logs, onBug}: Surroundings,
): Replays => {
	const logger = logs.part('deadletter');
	return new Replays({
		book: store.replays,
		clock,
		logger,
		async onDone(replay) {
			const {job_id, peer_id, matched, retried, refused, rate_per_second, operator, note} = jobView(replay);
			const fields = {job_id, matched, retried, refused, rate_per_second, operator, reason: note};
			await audit.note(
				ownEvent(clock, {
					event_name: 'relay.deadletter.replay.completed',
					category: 'relay',
					action: 'retry',
					resource_type: 'records',
					resource: peer_id === null ? '*' : `* ${peer_id}`,
					fields,
				}),
			);
			logger.info(fields, 'a paced retry has come to its end');
			events.tell({
				kind: 'change',
				event: 'relay.deadletter.replay.completed',
				...(peer_id !== null && {peer_id}),
				facts: fields,
			});
		},
		onBug,
	});
};

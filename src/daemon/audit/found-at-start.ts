import type {Link} from '../../audit/line.js';
import type {AuditEvent} from '../../outbound/audit-event.js';
import type {Clock} from '../../runtime/clock.js';
import {ownEvent} from './own-event.js';

/** What was found when the trail was opened. */
export type Found = {
	/** Of a line that power or SIGKILL cut off: it was acknowledged to nobody, and is cut away. */
	readonly unfinishedBytes: number;
	/** Why the trail is not what it was, in a sentence. */
	readonly damage: string | undefined;
	/** Where the trail was before, when the configuration names another directory now. */
	readonly former: (Link & {readonly directory: string}) | undefined;
	/** There is a trail, and a store that knows nothing of it. */
	readonly isHeadUnknown: boolean;
	/** Acts that were under way when the last run ended. */
	readonly pending: number;
	/** The last run did not stop by itself. */
	readonly wasRunning: boolean;
	/** The store has never had a trail. */
	readonly isFirst: boolean;
	/** Acts that could not even be noted in the store, by event. */
	readonly unnoted?: Readonly<Record<string, number>>;
};

export const NOTHING_FOUND: Found = {
	unfinishedBytes: 0,
	damage: undefined,
	former: undefined,
	isHeadUnknown: false,
	pending: 0,
	wasRunning: false,
	isFirst: false,
};

type Place = {readonly directory: string; readonly clock: Pick<Clock, 'now'>};

/** Of what deserves it, a record each. */
export const openingEvents = (found: Found, {directory, clock}: Place): AuditEvent[] =>
	FINDINGS.flatMap(({name, outcome, fields}) => {
		const told = fields(found);
		return told === undefined
			? []
			: [
					ownEvent(clock, {
						event_name: name,
						action: 'open',
						outcome,
						resource_type: 'audit_trail',
						resource: directory,
						fields: told,
					}),
				];
	});

type Finding = {
	readonly name: string;
	readonly outcome: 'success' | 'failure';
	readonly fields: (found: Found) => Readonly<Record<string, unknown>> | undefined;
};

const FINDINGS: readonly Finding[] = [
	{
		name: 'audit.trail.damaged',
		outcome: 'failure',
		fields: ({damage}) =>
			damage === undefined
				? undefined
				: {
						what: damage,
						note: 'the trail is not what edged wrote: edgectl audit verify shows where',
					},
	},
	{
		name: 'audit.trail.repaired',
		outcome: 'success',
		fields: ({unfinishedBytes}) =>
			unfinishedBytes === 0
				? undefined
				: {
						cut_bytes: unfinishedBytes,
						note: 'the last line was unfinished, as a power cut leaves it, and was cut away; it was acknowledged to nobody',
					},
	},
	{
		name: 'audit.trail.moved',
		outcome: 'success',
		fields: ({former}) =>
			former && {
				former_directory: former.directory,
				former_seq: former.seq,
				former_hash: former.hash,
				note: 'audit.dir names another directory than in the last run',
			},
	},
	{
		name: 'audit.trail.adopted',
		outcome: 'failure',
		fields: ({isHeadUnknown}) =>
			isHeadUnknown
				? {note: 'the store knows nothing of the trail that is here: whether its end was cut cannot be told'}
				: undefined,
	},
	{
		name: 'audit.records.left_out',
		outcome: 'failure',
		fields: ({unnoted}) =>
			unnoted && {
				counts: unnoted,
				note: 'done while neither the trail nor the store had room for a record: only counted',
			},
	},
];

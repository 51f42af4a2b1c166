import {EdgedError} from './errors.js';

/** docs/architecture.md, The life of a record. `abandoned` exists only inside the start-up transaction and in histories. */
export const STATES = [
	'scheduled',
	'inflight',
	'failed',
	'acked',
	'satisfied',
	'deadletter',
	'abandoned',
] as const;
export type StateName = (typeof STATES)[number];

export const EVENTS = [
	'lease',
	'ack',
	'fail',
	'due',
	'release',
	'abandon',
	'reschedule',
	'reject',
	'exhaust',
	'missing',
	'corrupt',
	'expire',
	'evict',
	'quota',
	'satisfy',
	'force',
	'move',
	'retry',
	'purge',
] as const;
export type EventName = (typeof EVENTS)[number];

/** `gone` is no state: the record has left the store, or this peer's part of it. */
type TransitionTable = Readonly<Record<StateName, Readonly<Partial<Record<EventName, StateName | 'gone'>>>>>;

const waiting = {
	force: 'deadletter',
	expire: 'deadletter',
	evict: 'deadletter',
	missing: 'deadletter',
	corrupt: 'deadletter',
	quota: 'deadletter',
	satisfy: 'satisfied',
	move: 'gone',
} as const;

/** The table is the specification. Not exported: `nextState` is its only reader. */
const transitions = {
	scheduled: {lease: 'inflight', ...waiting},
	inflight: {
		ack: 'acked',
		fail: 'failed',
		release: 'scheduled',
		abandon: 'abandoned',
		reject: 'deadletter',
		exhaust: 'deadletter',
		missing: 'deadletter',
		corrupt: 'deadletter',
		force: 'deadletter',
		evict: 'deadletter',
		satisfy: 'satisfied',
	},
	failed: {due: 'scheduled', ...waiting},
	abandoned: {reschedule: 'scheduled', exhaust: 'deadletter'},
	acked: {},
	satisfied: {},
	deadletter: {retry: 'scheduled', purge: 'gone', move: 'gone'},
} as const satisfies TransitionTable;

/** The events legal in `State`, so that a handler for `deadletter` cannot be asked to `ack`. */
type EventsFrom<State extends StateName> = keyof (typeof transitions)[State];

/** The state that `event` leads to. An event that the table does not list is refused with `INVALID_STATE`. */
export const nextState = <From extends StateName>(
	from: From,
	event: EventsFrom<From> & string,
): StateName | 'gone' => {
	const row: TransitionTable[StateName] = transitions[from];
	const to = Object.hasOwn(row, event) ? row[event as EventName] : undefined;
	if (to === undefined) {
		throw new EdgedError('INVALID_STATE', `The record is ${from}: ${event} does not apply to it`, {
			state: from,
			event,
		});
	}
	return to;
};

import test from 'ava';
import {EVENTS, type EventName, nextState, STATES, type StateName} from '../../src/outbound/transitions.js';

type Target = StateName | 'gone';
const WAITING = {
	force: 'deadletter',
	expire: 'deadletter',
	evict: 'deadletter',
	missing: 'deadletter',
	corrupt: 'deadletter',
	quota: 'deadletter',
	satisfy: 'satisfied',
	move: 'gone',
} as const;
/** As the table of states in docs/architecture.md has it, written down a second time. */
const LEGAL: Readonly<Record<StateName, Partial<Record<EventName, Target>>>> = {
	scheduled: {...WAITING, lease: 'inflight'},
	inflight: {
		ack: 'acked',
		fail: 'failed',
		reject: 'deadletter',
		exhaust: 'deadletter',
		missing: 'deadletter',
		corrupt: 'deadletter',
		force: 'deadletter',
		evict: 'deadletter',
		release: 'scheduled',
		satisfy: 'satisfied',
		abandon: 'abandoned',
	},
	failed: {...WAITING, due: 'scheduled'},
	abandoned: {reschedule: 'scheduled', exhaust: 'deadletter'},
	acked: {},
	satisfied: {},
	deadletter: {retry: 'scheduled', purge: 'gone', move: 'gone'},
};

/** As code that lost the types would ask. */
const ask = nextState as (from: StateName, event: EventName) => Target;

for (const from of STATES) {
	test(`a record that is ${from} can do what the table says, and nothing else`, t => {
		for (const event of EVENTS) {
			const to = LEGAL[from][event];
			if (to === undefined) {
				t.throws(() => ask(from, event), {
					code: 'INVALID_STATE',
					message: `The record is ${from}: ${event} does not apply to it`,
				});
			} else {
				t.is(ask(from, event), to, event);
			}
		}
	});
}

test('what every object inherits is no event', t => {
	for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty', '']) {
		t.throws(() => ask('scheduled', name as EventName), {code: 'INVALID_STATE'}, name);
	}
});

test('an event that is illegal for a known state does not compile', t => {
	// @ts-expect-error -- a deadletter cannot be acknowledged
	t.throws(() => nextState('deadletter', 'ack'), {code: 'INVALID_STATE'});
	// @ts-expect-error -- an inflight record never expires
	t.throws(() => nextState('inflight', 'expire'), {code: 'INVALID_STATE'});
});

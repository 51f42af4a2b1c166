import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {EVENTS, type EventName, nextState, STATES, type StateName} from '../../src/outbound/transitions.js';
import {PROJECT} from '../helpers/source-files.js';

/** `state event target` for each way out that the table of docs/architecture.md names. */
const documented = (): string[] => {
	const text = readFileSync(path.join(PROJECT, 'docs', 'architecture.md'), 'utf8');
	const rows = text.matchAll(/^\| `([a-z]+)` \| .+ \| (.+) \|$/gm);
	return [...rows].flatMap(([, state = '', ways = '']) =>
		[...ways.matchAll(/([a-z, ]+) -> `?([a-z]+)`?/g)].flatMap(([, events = '', target = '']) =>
			events.split(',').map(event => `${state} ${event.trim()} ${target}`),
		),
	);
};

const actual = (): string[] =>
	STATES.flatMap(state =>
		EVENTS.flatMap(event => {
			const target = targetOf(state, event);
			return target === undefined ? [] : [`${state} ${event} ${target}`];
		}),
	);

const targetOf = (state: StateName, event: EventName): string | undefined => {
	try {
		return (nextState as (from: StateName, event: EventName) => string)(state, event);
	} catch {
		return undefined;
	}
};

test('the table of states in docs/architecture.md is the one that edged goes by', t => {
	t.true(actual().length > STATES.length);
	t.deepEqual(documented().sort(), actual().sort());
});

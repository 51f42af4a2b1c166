import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {EVENT_EXAMPLES} from '../../../src/rpc/contract/examples/events.js';
import {runLine} from '../../helpers/cli.js';

test('events are lines, each with its time, kind, peer and what happened', async t => {
	const {calls, out} = await runLine('relay events', {events: EVENT_EXAMPLES});
	t.deepEqual(calls, [['relay.events.subscribe', {}]]);
	t.is(
		out,
		`2026-11-23T06:00:01.250Z  records     hub  inflight -> deadletter REJECTED 1 (reading-16)
2026-11-23T06:00:01.250Z  deadletter  hub  the first one; see: edgectl relay deadletter list --peer-id hub
2026-11-23T06:00:01.250Z  link        hub  up -> down: connect ECONNREFUSED, tried again in 1.2 s
2026-11-23T06:00:01.250Z  change      hub  relay.paused by mia
2026-11-23T06:00:01.250Z  gap         -  91 events missed: records=90 link=1
`,
	);
});

test('as JSON they are the notifications, one a line', async t => {
	const {out} = await runLine('relay events --output json', {events: EVENT_EXAMPLES});
	t.deepEqual<unknown, unknown>(
		out
			.trim()
			.split('\n')
			.map(line => JSON.parse(line)),
		EVENT_EXAMPLES,
	);
});

test('a filter goes to the daemon', async t => {
	const {calls} = await runLine('relay events --peer-id hub --kind link --kind deadletter');
	t.deepEqual(calls, [['relay.events.subscribe', {peer_id: 'hub', kinds: ['link', 'deadletter']}]]);
});

test('what came from outside cannot move the cursor of the terminal', async t => {
	const [first] = EVENT_EXAMPLES;
	const {out} = await runLine('relay events', {
		events: [{...first, kind: 'storage', state: 'degraded', error: '\u001b[2Jgone'} as never],
	});
	t.false(out.includes('\u001b'));
});

test('a kind that is none is refused with those there are', async t => {
	await t.throwsAsync(runLine('relay events --kind weather'), {
		instanceOf: UsageError,
		message: /records, link, change, deadletter, storage/,
	});
});

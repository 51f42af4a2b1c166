import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {EXAMPLES} from '../../../src/rpc/contract/examples/examples.js';
import {runLine} from '../../helpers/cli.js';

const [turn, down] = EXAMPLES['relay.why'];

test('why of a record says it in a sentence first, then in facts', async t => {
	const {calls, out} = await runLine('relay why reading-17 hub', {answers: {'relay.why': turn.result}});
	t.deepEqual(calls, [['relay.why', {segment_id: 'reading-17', peer_id: 'hub'}]]);
	t.is(
		out,
		`reading-17 waits its turn: 1204 records (1260000 bytes) go to hub before it, which takes about 21 s at the present pace
Facts
  State:      scheduled
  Priority:   normal
  Attempts:   0, 0 failures charged
  Ahead:      1,204 records, 1.2 MiB
  Queue:      1,205 scheduled, 0 failed, 256 inflight, 1.46 MiB
  Link:       up
  Last Error: -
  Rate Limit: 65,536 bytes/sec (64 KiB/s)
  Pace:       60 KiB/s
  Next:       its turn
  ETA:        21s
`,
	);
});

test('why of a peer takes the peer alone', async t => {
	const {calls, out} = await runLine('relay why hub', {answers: {'relay.why': down?.result}});
	t.deepEqual(calls, [['relay.why', {peer_id: 'hub'}]]);
	t.regex(out, /^the link to hub is down \(3 failures in a row/);
	t.regex(out, /Link: +down, 3 failures in a row\n/);
	t.regex(out, /Next: +the link is tried, now\n/);
});

test('as JSON it is the answer unchanged', async t => {
	const {out} = await runLine('relay why reading-17 hub --output json', {
		answers: {'relay.why': turn.result},
	});
	t.deepEqual(JSON.parse(out), turn.result);
});

test('a segment alone that can be no peer is a slip', async t => {
	await t.throwsAsync(runLine(`relay why ${'x'.repeat(100)}`, {answers: {}}), {instanceOf: UsageError});
});

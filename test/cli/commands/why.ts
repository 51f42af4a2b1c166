import test from 'ava';
import {EdgedError} from '../../../src/outbound/errors.js';
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

const unknownPeer = new EdgedError('UNKNOWN_PEER', 'Peer x is not known');
/** A daemon that knows the peer `hub` and `records`. */
const daemon = (records: readonly object[]) => ({
	'relay.why': ({segment_id: segment, peer_id: peer}: {segment_id?: string; peer_id: string}) =>
		segment === undefined && peer !== 'hub'
			? unknownPeer
			: {...turn.result, sentence: `of ${segment} for ${peer}`},
	'relay.inspect': ({segment_id: id}: {segment_id: string}) =>
		records.length > 0 ? {records} : new EdgedError('NOT_FOUND', `Segment ${id} is not known here`),
});
const recordFor = (peer: string) => ({...turn.result.record, peer_id: peer});

test('a segment alone with one record is told as if its peer had been named', async t => {
	const {calls, out} = await runLine('relay why reading-17', {answers: daemon([recordFor('hub')])});
	t.deepEqual(calls, [
		['relay.why', {peer_id: 'reading-17'}],
		['relay.inspect', {segment_id: 'reading-17'}],
		['relay.why', {segment_id: 'reading-17', peer_id: 'hub'}],
	]);
	t.regex(out, /^of reading-17 for hub\nFacts\n/);
});

test('a segment alone with several records gets a sentence for each peer', async t => {
	const answers = daemon([recordFor('hub'), recordFor('shore')]);
	const {out} = await runLine('relay why reading-17', {answers});
	t.is(out, 'of reading-17 for hub\nof reading-17 for shore\n');
	const json = await runLine('relay why reading-17 --output json', {answers});
	t.deepEqual(
		json.out
			.trim()
			.split('\n')
			.map(line => JSON.parse(line).sentence),
		['of reading-17 for hub', 'of reading-17 for shore'],
	);
});

test('an id that is neither a peer nor a segment is not found as either', async t => {
	await t.throwsAsync(runLine('relay why nowhere', {answers: daemon([])}), {
		code: 'NOT_FOUND',
		message: 'nowhere is neither a peer nor a segment that is known here',
	});
});

test('an id too long for a peer can only be a segment', async t => {
	const id = 'x'.repeat(100);
	const {calls} = await runLine(`relay why ${id}`, {answers: daemon([recordFor('hub')])});
	t.deepEqual(calls[0], ['relay.inspect', {segment_id: id}]);
});

test('a refusal that says nothing of the id ends the command', async t => {
	const busy = new EdgedError('BUSY', 'Too much');
	await t.throwsAsync(runLine('relay why hub', {answers: {'relay.why': busy}}), {is: busy});
	await t.throwsAsync(runLine('relay why x', {answers: {'relay.why': unknownPeer, 'relay.inspect': busy}}), {
		is: busy,
	});
});

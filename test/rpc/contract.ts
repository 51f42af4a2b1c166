import test from 'ava';
import {checkParams} from '../../src/rpc/check-params.js';
import {type Arguments, contract, type MethodName, type Params} from '../../src/rpc/contract/methods.js';
import {PONG} from '../helpers/pong.js';

/** Checks what a caller of `method` wrote, as the server does. */
const check = <M extends MethodName>(method: M, given: Arguments<M>): Params<M> => checkParams(method, given);

const refused = test.macro({
	exec(t, method: MethodName, given: unknown, message: RegExp) {
		t.throws(() => checkParams(method, given), {code: 'INVALID_ARGUMENT', message});
	},
	title: (providedTitle = '', method) => `${method} refuses ${providedTitle}`,
});

test('a payload reaches the daemon as bytes, however it was written', t => {
	const {segments} = check('relay.enqueue', {
		segments: [
			{payload_base64: 'AAH/'},
			{payload_text: 'zażółć', segment_id: 's-1', labels: {site: 'north'}, priority: 'urgent'},
			{payload_text: ''},
		],
	});
	t.deepEqual(segments, [
		{payload: Buffer.from([0, 1, 255])},
		{
			payload: Buffer.from('zażółć'),
			segment_id: 's-1' as (typeof segments)[0]['segment_id'] & string,
			labels: {site: 'north'},
			priority: 'urgent',
		},
		{payload: Buffer.alloc(0)},
	]);
});

test('no payload', refused, 'relay.enqueue', {segments: [{}]}, /segments\.0: give payload_base64 or/);
test(
	'two payloads',
	refused,
	'relay.enqueue',
	{segments: [{payload_text: '', payload_base64: ''}]},
	/one of the two/,
);
test(
	'broken base64',
	refused,
	'relay.enqueue',
	{segments: [{payload_base64: 'Q'}]},
	/segments\.0\.payload_base64/,
);
test(
	'text with half a surrogate pair, which would be stored as other bytes',
	refused,
	'relay.enqueue',
	{segments: [{payload_text: 'a\ud800'}]},
	/segments\.0\.payload_text: is not well-formed/,
);
test(
	'a label that would be left out without a word',
	refused,
	'relay.enqueue',
	{segments: [{payload_text: '', labels: JSON.parse('{"__proto__": "x", "site": "n"}')}]},
	/segments\.0\.labels\.__proto__: is no label name/,
);
test('no segments', refused, 'relay.enqueue', {segments: []}, /segments/);
test(
	'more segments than one call takes',
	refused,
	'relay.enqueue',
	{segments: Array.from({length: 4097}, () => ({payload_text: ''}))},
	/segments/,
);
test(
	'a lifetime of nothing',
	refused,
	'relay.enqueue',
	{segments: [{payload_text: '', expires_in_seconds: 0}]},
	/expires_in_seconds/,
);
test(
	'a key that is not known in a segment',
	refused,
	'relay.enqueue',
	{segments: [{payload_text: '', peer: 'a'}]},
	/segments\.0\.peer: is not known/,
);
test('a peer id out of its alphabet', refused, 'relay.pause', {peer_id: 'a b'}, /peer_id: must be 1-64/);
test('a state that is none', refused, 'relay.list', {state: 'dead'}, /state/);
test('a page of nothing', refused, 'relay.list', {limit: 0}, /limit/);
test('a page too long', refused, 'relay.list', {limit: 1001}, /limit/);
test('a time that is none', refused, 'relay.deadletter.list', {since: 'yesterday'}, /since/);
test('a record without its peer', refused, 'relay.deadletter.retry', {segment_id: 's'}, /peer_id/);
test(
	'a selector that does not say all',
	refused,
	'relay.deadletter.purge',
	{reason: 'FORCED', force: true},
	/segment_id/,
);
test(
	'a selector with a record in it',
	refused,
	'relay.deadletter.purge',
	{all: true, segment_id: 's'},
	/segment_id: is not known/,
);
test(
	'a selector with a reason that is none',
	refused,
	'relay.deadletter.retry',
	{all: true, reason: 'BORED'},
	/reason/,
);
test('no figure at all', refused, 'relay.config.set_bandwidth', {peer_id: 'a'}, /bytes_per_second/);
test(
	'a figure beside a reset',
	refused,
	'relay.config.set_bandwidth',
	{reset: true, bytes_per_second: 1},
	/reset alone/,
);
test(
	'a rate below nothing',
	refused,
	'relay.config.set_bandwidth',
	{bytes_per_second: -1},
	/bytes_per_second/,
);
test('half a byte', refused, 'relay.config.set_bandwidth', {bytes_per_second: 0.5}, /bytes_per_second/);

test('a page has its length when the caller names none', t => {
	t.deepEqual(check('relay.list', {}), {limit: 50});
	t.deepEqual(check('relay.deadletter.list', {reason: 'FORCED'}), {limit: 50, reason: 'FORCED'});
});

test('a deadletter is named, or selected with all', t => {
	const one = {segment_id: 's', peer_id: 'p', operator: 'uid:7', reason: 'peer is repaired'};
	t.deepEqual<unknown, unknown>(check('relay.deadletter.retry', one), one);
	const selector = {
		all: true,
		reason: 'MAX_RETRIES',
		note: 'peer is repaired',
		since: '2026-01-01T00:00:00+02:00',
	} as const;
	t.deepEqual<unknown, unknown>(check('relay.deadletter.retry', selector), selector);
	t.deepEqual<unknown, unknown>(check('relay.deadletter.purge', {...one, force: true}), {
		...one,
		force: true,
	});
});

test('either figure of the bandwidth, both, or a reset', t => {
	for (const given of [
		{bytes_per_second: 0},
		{daily_quota_bytes: 5},
		{bytes_per_second: 1, daily_quota_bytes: 0, peer_id: 'hub'},
		{reset: true},
	]) {
		t.deepEqual<unknown, unknown>(check('relay.config.set_bandwidth', given), given);
	}
});

test('what changes something is marked as a change, enqueue as what a program does', t => {
	const marked = (effect: string) =>
		Object.entries(contract).flatMap(([name, method]) => (method.effect === effect ? [name] : []));
	t.deepEqual(marked('produce'), ['relay.enqueue']);
	const verbs =
		/\.(set_bandwidth|pause|resume|drain|hold|release|retry|purge|force|prune|execute|undo|cancel_job|move|set_priority|expire|import|import_chunk|export)$/;
	for (const name of Object.keys(contract)) {
		t.is(marked('change').includes(name), verbs.test(name), name);
	}
});

test('what a daemon answers passes its own contract', t => {
	t.true(contract['daemon.ping'].result.safeParse(PONG).success);
	t.false(contract['daemon.ping'].result.safeParse({...PONG, started_at: '2026-01-01'}).success);
});

import test from 'ava';
import {EdgedError} from '../../../src/outbound/errors.js';
import {CallTimedOut, DaemonUnreachable} from '../../../src/rpc/client-errors.js';
import {runLine} from '../../helpers/cli.js';
import {config, pong, record, status} from '../../helpers/wire-samples.js';

test('ping says which daemon answers', async t => {
	const {out} = await runLine('ping', {answers: {'daemon.ping': pong}});
	t.is(out, 'edged 0.1.0 is running: node edge-1, pid 4711, up 4h\n');
});

test('ping --wait asks until the daemon is there and has started', async t => {
	const answers = [
		new DaemonUnreachable('/x', 'x'),
		new CallTimedOut('daemon.ping', 1),
		{...pong, state: 'starting'},
		pong,
	];
	const {calls, out} = await runLine('ping --wait 10s', {answers: {'daemon.ping': () => answers.shift()}});
	t.is(calls.length, 4);
	t.regex(out, /is running/);
});

test('ping --wait gives up when its time is over, with the last reason', async t => {
	const gone = new DaemonUnreachable('/x', 'still gone');
	let asked = 0;
	const answer = () => {
		asked++;
		return gone;
	};
	await t.throwsAsync(runLine('ping --wait 1s', {answers: {'daemon.ping': answer}}), {is: gone});
	t.is(asked, 10);
});

test('ping --wait takes a daemon that only starts when the time is over', async t => {
	const {out} = await runLine('ping --wait 1s', {answers: {'daemon.ping': {...pong, state: 'starting'}}});
	t.regex(out, /is starting/);
});

test('ping --wait does not wait out a refusal', async t => {
	const busy = new EdgedError('BUSY', 'Too many connections');
	await t.throwsAsync(runLine('ping --wait 1s', {answers: {'daemon.ping': busy}}), {is: busy});
});

test('status as json is the answer unchanged', async t => {
	const {out, calls} = await runLine('relay status --output json', {answers: {'relay.status': status}});
	t.deepEqual(JSON.parse(out), status);
	t.deepEqual(calls, [['relay.status', {}]]);
});

test('config get as json is the answer unchanged', async t => {
	const {out} = await runLine('relay config get --output json', {answers: {'relay.config.get': config}});
	t.deepEqual(JSON.parse(out), config);
});

test('list passes on every filter, and only those that were given', async t => {
	const answers = {'relay.list': {records: [], examined: 0, total: 0}};
	const {calls} = await runLine(
		'relay list --state abandoned --peer-id hub --priority bulk --label site=7 --limit 7 --cursor c0',
		{answers},
	);
	t.deepEqual(calls, [
		[
			'relay.list',
			{
				state: 'abandoned',
				peer_id: 'hub',
				priority: 'bulk',
				label: {name: 'site', value: '7'},
				limit: 7,
				cursor: 'c0',
			},
		],
	]);
	const {calls: bare} = await runLine('relay list', {answers});
	t.deepEqual(bare, [['relay.list', {limit: 50}]]);
});

test('list goes on behind short pages until it has what was asked for', async t => {
	const pages = [
		{records: [record], examined: 10_000, next_cursor: 'c1', total: 3},
		{records: [], examined: 10_000, next_cursor: 'c2', total: 3},
		{records: [record, record], examined: 5, next_cursor: 'c3', total: 3},
	];
	const {calls, out} = await runLine('relay list --limit 3 --output json', {
		answers: {'relay.list': () => pages.shift()},
	});
	t.deepEqual(
		calls.map(([, params]) => params),
		[{limit: 3}, {limit: 2, cursor: 'c1'}, {limit: 2, cursor: 'c2'}],
	);
	t.deepEqual(JSON.parse(out), {
		records: [record, record, record],
		examined: 20_005,
		total: 3,
		next_cursor: 'c3',
	});
});

test('list does not ask for more in one page than the daemon gives', async t => {
	const pages = [
		{records: Array.from({length: 1000}, () => record), examined: 1000, next_cursor: 'c1'},
		{records: [record], examined: 1},
	];
	const {calls, out} = await runLine('relay list --limit 2000', {
		answers: {'relay.list': () => pages.shift()},
	});
	t.deepEqual(
		calls.map(([, params]) => params),
		[{limit: 1000}, {limit: 1000, cursor: 'c1'}],
	);
	t.regex(out, /1,001 records \(showing 1,001 of 1,001\)\n$/);
});

test('inspect shows every record of the segment', async t => {
	const answers = {'relay.inspect': {records: [record, {...record, peer_id: 'peer-b'}]}};
	const {calls, out} = await runLine('relay inspect seg-dead-1', {answers});
	t.deepEqual(calls, [['relay.inspect', {segment_id: 'seg-dead-1', head_bytes: 256}]]);
	t.is(out.match(/Attempt History/g)?.length, 2);
});

test('inspect of one peer asks for that one', async t => {
	const {calls} = await runLine('relay inspect s hub', {answers: {'relay.inspect': {records: [record]}}});
	t.deepEqual(calls, [['relay.inspect', {segment_id: 's', peer_id: 'hub', head_bytes: 256}]]);
});

test('deadletter list filters by peer and reason', async t => {
	const {calls, out} = await runLine('deadletter list --peer-id hub --reason expired --limit 5', {
		answers: {'relay.deadletter.list': {records: [], examined: 0, total: 0}},
	});
	t.deepEqual(calls, [['relay.deadletter.list', {peer_id: 'hub', reason: 'EXPIRED', limit: 5}]]);
	t.regex(out, /0 deadletter entries \(showing 0 of 0\)\n$/);
});

test('deadletter inspect asks for the record by name', async t => {
	const {calls, out} = await runLine('relay deadletter inspect seg-dead-1 peer-a', {
		answers: {'relay.deadletter.inspect': record},
	});
	t.deepEqual(calls, [['relay.deadletter.inspect', {segment_id: 'seg-dead-1', peer_id: 'peer-a'}]]);
	t.regex(out, /^Deadletter Entry\n/);
});

const headOf = (bytes: Buffer) => ({
	'relay.inspect': {
		records: [{...record, size_bytes: bytes.length}],
		payload_head: {base64: bytes.toString('base64')},
	},
});

test('inspect shows the beginning of a payload below the records', async t => {
	const {out} = await runLine('relay inspect s', {answers: headOf(Buffer.from('{"site":7}\n'))});
	t.regex(out, /\nPayload \(11 bytes\)\n {2}\{"site":7\}\n$/);
});

test('a payload that is gone is no reason to show nothing', async t => {
	const answers = {'relay.inspect': {records: [record], payload_head: {unavailable: 'it is\u001b[2J gone'}}};
	const {out} = await runLine('relay inspect s', {answers});
	t.regex(out, /^Deadletter Entry\n/);
	t.regex(out, /\nPayload\n {2}it is \[2J gone\n$/);
});

for (const [line, head] of [
	['relay inspect s --head 4KiB', 4096],
	['relay inspect s --no-payload', undefined],
	['relay inspect s --output json', undefined],
	['relay inspect s --output json --head 16', 16],
] as const) {
	test(`"${line}" asks for ${head ?? 'nothing'} of the payload`, async t => {
		const {calls} = await runLine(line, {answers: headOf(Buffer.from('x'))});
		t.deepEqual(calls, [
			['relay.inspect', {segment_id: 's', ...(head === undefined ? {} : {head_bytes: head})}],
		]);
	});
}

test('what contradicts itself is refused', async t => {
	for (const line of [
		'relay inspect s --no-payload --head 1',
		'relay inspect s --head 0',
		'relay inspect s --head 65537',
		'relay list --state failed --reason EXPIRED',
		'relay list --held --reason EXPIRED',
		'relay list --since yesterday',
		'relay list --since 2026-13-01',
		'relay list --older-than -1h',
		'relay list --since 1h --older-than 2h',
	]) {
		await t.throwsAsync(runLine(line), {name: 'UsageError'}, line);
	}
});

test('what is held is listed by its own word, and as the commands that change it call it', async t => {
	const answers = {'relay.list': {records: [], examined: 0}};
	for (const line of ['relay list --held', 'relay list --state held']) {
		t.deepEqual((await runLine(line, {answers})).calls[0]?.[1], {held: true, limit: 50}, line);
	}
	const failed = await runLine('relay list --held --state failed', {answers});
	t.like(failed.calls[0]?.[1], {held: true, state: 'failed'});
});

test('times of a listing are so long ago, or stand by themselves', async t => {
	const answers = {'relay.list': {records: [], examined: 0}};
	const asked = async (line: string) => (await runLine(line, {answers})).calls[0]?.[1];
	t.like(await asked('relay list --since 2h --older-than 30m'), {
		since: '2026-07-25T10:00:00.000Z',
		until: '2026-07-25T11:30:00.000Z',
	});
	t.like(await asked('relay list --since 2026-07-25t09:30:00+02:00'), {since: '2026-07-25T09:30:00+02:00'});
	t.like(await asked('relay list --since 2026-07-25'), {since: '2026-07-25T00:00:00Z'});
	t.like(await asked('relay list --older-than 2026-07-25'), {until: '2026-07-25T00:00:00Z'});
});

const pages = [
	{records: [record, {...record, segment_id: 'x'.repeat(40)}], next_cursor: 'a', examined: 10_000},
	{records: [], next_cursor: 'b', examined: 10_000},
	{records: [{...record, segment_id: 'last'}], examined: 7},
];

test('--all shows every record under one heading, page by page', async t => {
	const left = [...pages];
	const {out, calls} = await runLine('relay list --all --peer-id hub', {
		answers: {'relay.list': () => left.shift()},
	});
	const lines = out.trimEnd().split('\n');
	t.is(lines.length, 5);
	t.regex(lines[0] ?? '', /^SEGMENT-ID +PEER-ID/);
	t.is(lines[3]?.indexOf('peer-a'), lines[0]?.indexOf('PEER-ID'));
	t.is(lines[4], '3 records');
	t.deepEqual(
		calls.map(([, params]) => params),
		[
			{peer_id: 'hub', limit: 1000},
			{peer_id: 'hub', limit: 1000, cursor: 'a'},
			{peer_id: 'hub', limit: 1000, cursor: 'b'},
		],
	);
});

test('--all as json is a record a line and nothing else', async t => {
	const left = [...pages];
	const {out} = await runLine('relay list --all --output json', {
		answers: {'relay.list': () => left.shift()},
	});
	const ids = out
		.trimEnd()
		.split('\n')
		.map(line => (JSON.parse(line) as {segment_id: string}).segment_id);
	t.deepEqual(ids, [record.segment_id, 'x'.repeat(40), 'last']);
});

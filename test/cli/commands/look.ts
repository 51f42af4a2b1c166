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
	t.deepEqual(calls, [['relay.inspect', {segment_id: 'seg-dead-1'}]]);
	t.is(out.match(/Attempt History/g)?.length, 2);
});

test('inspect of one peer asks for that one', async t => {
	const {calls} = await runLine('relay inspect s hub', {answers: {'relay.inspect': {records: [record]}}});
	t.deepEqual(calls, [['relay.inspect', {segment_id: 's', peer_id: 'hub'}]]);
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

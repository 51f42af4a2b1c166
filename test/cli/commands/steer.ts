import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {runLine} from '../../helpers/cli.js';
import {lanes, limited, peer, status, unlimited} from '../../helpers/wire-samples.js';

const operator = 'uid:1000';

test('set-bandwidth takes sizes, either figure alone, and says that it is applied', async t => {
	const answers = {'relay.config.set_bandwidth': {applied: true, bandwidth: limited}};
	const rate = await runLine('relay config set-bandwidth --bytes-per-second "1 MiB"', {answers});
	t.deepEqual(rate.calls, [['relay.config.set_bandwidth', {bytes_per_second: 1_048_576, operator}]]);
	t.regex(rate.out, /^applied=true\nBandwidth\n {2}Rate Limit: +1,048,576 bytes\/sec \(1 MiB\/s\)\n/);
	const quota = await runLine(
		'relay config set-bandwidth --daily-quota-bytes 0 --peer-id hub --operator ann --reason "INC 42"',
		{answers},
	);
	t.deepEqual(quota.calls, [
		['relay.config.set_bandwidth', {daily_quota_bytes: 0, peer_id: 'hub', operator: 'ann', reason: 'INC 42'}],
	]);
	t.regex(quota.out, /Bandwidth of hub/);
	t.notRegex(quota.out, /buried/);
});

test('set-bandwidth with a daily quota says what becomes of a segment that is too large for it', async t => {
	const answers = {'relay.config.set_bandwidth': {applied: true, bandwidth: limited}};
	const {out} = await runLine('relay config set-bandwidth --daily-quota-bytes 10', {answers});
	t.regex(out, /too large .* buried: edgectl relay deadletter list --reason QUOTA\n$/);
});

test('set-bandwidth --bytes-per-second 1 says that delivery is suspended and how to restore it', async t => {
	const answers = {
		'relay.config.set_bandwidth': {applied: true, bandwidth: {...limited, bytes_per_second: 1}},
	};
	const {out, calls} = await runLine('relay config set-bandwidth --bytes-per-second 1', {answers});
	t.deepEqual(calls, [['relay.config.set_bandwidth', {bytes_per_second: 1, operator}]]);
	t.regex(out, /suspended.*\nRestore with: edgectl relay config set-bandwidth --bytes-per-second 0\n$/);
});

test('set-bandwidth --reset returns to the file', async t => {
	const answers = {'relay.config.set_bandwidth': {applied: true, bandwidth: unlimited}};
	const {calls, out} = await runLine('relay config set-bandwidth --reset', {answers});
	t.deepEqual(calls, [['relay.config.set_bandwidth', {reset: true, operator}]]);
	t.notRegex(out, /suspended/);
});

for (const line of [
	'relay config set-bandwidth',
	'relay config set-bandwidth --reset --bytes-per-second 5',
]) {
	test(`"${line}" is a usage error that asks nobody`, async t => {
		await t.throwsAsync(runLine(line), {instanceOf: UsageError});
	});
}

test('pause says what is still being sent', async t => {
	const {out, calls} = await runLine('relay pause --reason INC-42', {answers: {'relay.pause': lanes}});
	t.deepEqual(calls, [['relay.pause', {operator, reason: 'INC-42'}]]);
	t.is(out, 'all peers: pausing, what is being sent finishes\n  inflight: 2, waiting: 15\n  paused: hub\n');
});

test('a step that is done at once is not waited for', async t => {
	const answers = {'relay.resume': {...lanes, paused: [], inflight: 0, done: true}};
	const {out, calls} = await runLine('relay resume hub --wait', {answers});
	t.deepEqual(calls, [['relay.resume', {peer_id: 'hub', operator}]]);
	t.regex(out, /^hub: resumed\n/);
});

const DOWN = {sentence: 'the link to hub is down (3 failures in a row)'};
const draining = (scheduled: number, failed: number, inflight: number) => ({
	...status,
	peers: [
		{...peer, peer_id: 'other', queue_depth: {...peer.queue_depth, scheduled: 99}},
		{...peer, draining: true, queue_depth: {...peer.queue_depth, scheduled, failed, inflight}},
	],
});

test('drain --wait looks at the status of its peer until nothing is left, and asks to drain only once', async t => {
	const looks = [draining(2, 1, 1), draining(0, 1, 0), draining(0, 0, 0)];
	const {calls, out, exitCode} = await runLine('relay drain hub --wait --output json', {
		answers: {'relay.drain': lanes, 'relay.status': () => looks.shift(), 'relay.why': DOWN},
	});
	t.deepEqual(
		calls.map(([method]) => method),
		['relay.drain', 'relay.status', 'relay.why', 'relay.status', 'relay.status'],
	);
	t.deepEqual(JSON.parse(out), {paused: [], draining: ['hub'], inflight: 0, scheduled: 0, done: true});
	t.is(exitCode, undefined);
});

test('drain --wait ends with 1 when somebody resumes meanwhile', async t => {
	const looks = [draining(2, 0, 1), {...status, peers: [{...peer, draining: false}]}];
	const {exitCode, errors} = await runLine('relay drain hub --wait', {
		answers: {'relay.drain': lanes, 'relay.status': () => looks.shift(), 'relay.why': DOWN},
	});
	t.is(exitCode, 1);
	t.regex(errors, /hub is no longer as asked: somebody resumed it/);
});

test('pause --wait waits for what is inflight, not for the queue', async t => {
	const paused = {...peer, paused: true, queue_depth: {...peer.queue_depth, inflight: 0}};
	const {out, exitCode} = await runLine('relay pause --wait', {
		answers: {'relay.pause': lanes, 'relay.status': {...status, peers: [paused]}},
	});
	t.regex(out, /^all peers: paused, nothing is being sent\n {2}inflight: 0, waiting: 15\n/);
	t.is(exitCode, undefined);
});

test('Ctrl-C ends the wait', async t => {
	const interrupt = new AbortController();
	const look = () => {
		interrupt.abort(new Error('interrupted'));
		return draining(1, 0, 0);
	};
	await t.throwsAsync(
		runLine('relay drain hub --wait', {
			answers: {'relay.drain': lanes, 'relay.status': look, 'relay.why': DOWN},
			signal: interrupt.signal,
		}),
		{message: 'interrupted'},
	);
});

test('drain --wait says what is left and what stands in the way, and gives up after --timeout with 1', async t => {
	const {exitCode, errors, out, calls} = await runLine('relay drain hub --wait --timeout 12s', {
		answers: {'relay.drain': lanes, 'relay.status': draining(2, 1, 0), 'relay.why': DOWN},
	});
	t.is(exitCode, 1);
	t.regex(out, /^hub: draining, the queue is being delivered\n/);
	t.regex(
		errors,
		/^3 records left, 14.5 KiB; the link to hub is down \(3 failures in a row\)\n3 records left.*\nedgectl: not done after 12s: 3 records left.* is down \(.*\); it goes on until edgectl relay resume\n$/,
	);
	t.deepEqual(calls.filter(([method]) => method === 'relay.drain').length, 1);
	t.is(calls.filter(([method]) => method === 'relay.why').length, 13, 'once a second, and at the end');
});

test('pause --now asks to end what is being sent, and waits until it is back', async t => {
	const looks = [1, 0].map(inflight => ({
		...status,
		peers: [{...peer, paused: true, queue_depth: {...peer.queue_depth, inflight}}],
	}));
	const {out, calls, exitCode} = await runLine('relay pause hub --now', {
		answers: {'relay.pause': lanes, 'relay.status': () => looks.shift(), 'relay.why': DOWN},
	});
	t.deepEqual(calls[0], ['relay.pause', {peer_id: 'hub', end_sends: true, operator}]);
	t.regex(out, /^hub: paused, nothing is being sent\n/);
	t.is(exitCode, undefined);
});

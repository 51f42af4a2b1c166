import test from 'ava';
import type {Result} from '../../src/rpc/contract/methods.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	statusOf,
	untilAcked,
	untilSaid,
} from '../helpers/edge-daemon.js';
import {ask} from '../helpers/http-ask.js';
import type {DaemonProcess} from '../helpers/process.js';

type Progress = Result<'relay.pause'>;
const steer = async (daemon: DaemonProcess, verb: string, params: object = {}): Promise<Progress> =>
	(await daemon.call(`relay.${verb}`, params)) as Progress;

const TWO = edgeConfig(directoryPeer('a') + directoryPeer('b'));

test('a paused lane takes segments and sends none until it is resumed, also over a restart', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(TWO);
	t.deepEqual(await steer(daemon, 'pause', {peer_id: 'a', operator: 'mia', reason: 'INC-7'}), {
		paused: ['a'],
		draining: [],
		inflight: 0,
		scheduled: 0,
		done: true,
	});
	await enqueueText(daemon, 'x');
	const before = await untilAcked(daemon, 1);
	t.deepEqual(
		before.peers.map(({link, paused, queue_depth}) => [link, paused, queue_depth.scheduled]),
		[
			['paused', true, 1],
			['up', false, 0],
		],
	);
	const output = await untilSaid(daemon, /relay\.paused/);
	const line = output.split('\n').find(text => text.includes('"relay.paused"')) ?? '{}';
	t.like(JSON.parse(line), {event: 'relay.paused', operator: 'mia', reason: 'INC-7', peer_id: 'a'});
	await daemon.end('SIGTERM');

	const next = await edge.start(TWO);
	t.is((await statusOf(next)).peers[0]?.link, 'paused');
	t.like(await steer(next, 'resume'), {paused: [], done: true});
	await untilAcked(next, 2);
});

test('a drained lane refuses what is new and finishes what waits; others go on', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(TWO);
	await steer(daemon, 'pause');
	await enqueueText(daemon, 'x');
	t.like(await steer(daemon, 'drain', {peer_id: 'a'}), {paused: ['b'], draining: ['a']});
	await untilAcked(daemon, 1);
	t.like(await steer(daemon, 'drain', {peer_id: 'a'}), {inflight: 0, scheduled: 0, done: true});
	const refused = await t.throwsAsync(enqueueText(daemon, 'y'));
	t.like(refused, {data: {code: 'DRAINING', peer_id: 'a'}});
	t.truthy(await enqueueText(daemon, 'z', {peers: ['b']}));
	t.like(await daemon.call('daemon.ping'), {state: 'running'});
});

test('when every lane is drained both doors are shut, over a restart too, until resume', async t => {
	const edge = await edgeIn(t);
	const first = await edge.start(TWO);
	await steer(first, 'drain');
	await first.end('SIGKILL');

	const daemon = await edge.start(TWO);

	t.like(await daemon.call('daemon.ping'), {state: 'draining'});
	const post = {socketPath: inDirectory(edge, 'ingest.sock'), path: '/v1/segments', method: 'POST'};
	t.is((await ask(post, 'x')).status, 503);
	t.like(await t.throwsAsync(enqueueText(daemon, 'x')), {data: {code: 'DRAINING'}});
	t.like(await steer(daemon, 'resume'), {draining: [], done: true});
	t.is((await ask(post, 'x')).status, 201);
	t.like(await daemon.call('daemon.ping'), {state: 'running'});
});

test('an unknown peer cannot be paused', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(TWO);
	const error = await t.throwsAsync(steer(daemon, 'pause', {peer_id: 'c'}));
	t.like(error, {data: {code: 'UNKNOWN_PEER'}});
	const answer = await ask(
		{
			socketPath: inDirectory(edge, 'ingest.sock'),
			path: '/v1/segments',
			method: 'POST',
			headers: {'Edged-Peers': 'c'},
		},
		'x',
	);
	t.is(answer.status, 404);
});

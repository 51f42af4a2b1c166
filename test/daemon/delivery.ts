import {randomBytes} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import test from 'ava';
import type {Result} from '../../src/rpc/contract/methods.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	inDirectory,
	recordsOf,
	statusOf,
	untilAcked,
} from '../helpers/edge-daemon.js';
import {ask} from '../helpers/http-ask.js';

test('what is handed over on either door lies in the directory of the peer, byte for byte', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer()));
	const image = randomBytes(300_000);
	const answer = await ask(
		{
			socketPath: inDirectory(edge, 'ingest.sock'),
			path: '/v1/segments',
			method: 'POST',
			headers: {'Edged-Segment-Id': 'image-1', 'Content-Type': 'image/png', 'Edged-Label-Camera': 'north'},
		},
		image,
	);
	t.is(answer.status, 201);
	t.is(await enqueueText(daemon, 'Grüße', {segment_id: 'greeting-1'}), 'greeting-1');
	t.is(await enqueueText(daemon, '', {segment_id: 'nothing-1'}), 'nothing-1');

	const status = await untilAcked(daemon, 3);

	t.deepEqual(await readFile(inDirectory(edge, 'outbox', 'image-1')), image);
	t.is(await readFile(inDirectory(edge, 'outbox', 'greeting-1'), 'utf8'), 'Grüße');
	t.is((await readFile(inDirectory(edge, 'outbox', 'nothing-1'))).length, 0);
	t.deepEqual(
		{...status.queue_depth},
		{
			scheduled: 0,
			inflight: 0,
			acked: 3,
			satisfied: 0,
			failed: 0,
			deadletter: 0,
			held: 0,
			abandoned: 0,
			total: 3,
		},
	);
	t.is(status.peers[0]?.link, 'up');
	const [record] = await recordsOf(daemon, 'image-1');
	t.is(record?.content_type, 'image/png');
	t.deepEqual(record?.labels, {camera: 'north'});
	t.deepEqual(
		record?.attempts.map(({number, outcome}) => [number, outcome]),
		[[1, 'ACKED']],
	);
});

test('one segment goes to every peer that it names and to no other', async t => {
	const edge = await edgeIn(t);
	const peers = [
		directoryPeer('a'),
		directoryPeer('b', 'default = false'),
		directoryPeer('c', 'default = false'),
	];
	const daemon = await edge.start(edgeConfig(peers.join('')));
	await enqueueText(daemon, 'to two', {segment_id: 'two', peers: ['a', 'b']});
	await enqueueText(daemon, 'to the default', {segment_id: 'one'});
	const status = await untilAcked(daemon, 3);
	t.deepEqual(
		status.peers.map(({peer_id, queue_depth}) => [peer_id, queue_depth.acked]),
		[
			['a', 2],
			['b', 1],
			['c', 0],
		],
	);
});

test('the same id with the same bytes is a duplicate, with other bytes a conflict', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer()));
	const enqueue = (payload_text: string) =>
		daemon.call('relay.enqueue', {segments: [{segment_id: 'same', payload_text}]}) as Promise<
			Result<'relay.enqueue'>
		>;
	t.is((await enqueue('a')).results[0]?.status, 'accepted');
	t.is((await enqueue('a')).results[0]?.status, 'duplicate');
	const error = await t.throwsAsync(enqueue('b'));
	t.like(error, {data: {code: 'CONFLICT'}});
	t.is((await statusOf(daemon)).queue_depth.total, 1);
});

test('a peer that is not configured is refused by name', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer()));
	const error = await t.throwsAsync(enqueueText(daemon, 'x', {peers: ['nowhere']}));
	t.is(error?.message, 'No peer nowhere is configured; known: outbox');
	t.like(error, {data: {code: 'UNKNOWN_PEER', peer_id: 'nowhere'}});
});

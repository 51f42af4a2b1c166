import test from 'ava';
import {deadRecord, digestOf} from '../helpers/dead-export.js';
import {directoryPeer, edgeConfig, edgeIn, statusOf} from '../helpers/edge-daemon.js';

const segment = (sha256: string, more: object): object => {
	const {reason, charged_failures, attempts, updated_at: died_at} = deadRecord('a', '') as never;
	const record = {peer_id: 'outbox', reason, charged_failures, attempts, died_at};
	return {
		segment_id: 'a',
		sha256,
		priority: 'normal',
		enqueued_at: '2026-11-24T00:00:00.000Z',
		records: [record],
		...more,
	};
};

test('a payload that does not have its sha256 is refused, inline and uploaded, and nothing is stored', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer()));
	const payload_base64 = Buffer.from('one').toString('base64');
	const ask = (more: object, sha256 = digestOf('other')) =>
		daemon.call('relay.deadletter.import', {segments: [segment(sha256, more)]});
	const begin = () =>
		daemon.call('relay.deadletter.import_chunk', {
			upload: 'upload-1',
			size_bytes: 3,
			offset: 0,
			payload_base64,
		});
	const wrong = {message: /segments\.0: the payload of a does not have the sha256 that is given/};
	await t.throwsAsync(ask({payload_base64}), wrong);
	t.deepEqual(await begin(), {received_bytes: 3});
	await t.throwsAsync(ask({upload: 'upload-1'}), wrong);
	await t.throwsAsync(ask({upload: 'upload-1'}), {message: /upload-1 is not here/});
	await t.throwsAsync(ask({}), {message: /give payload_base64 or upload/});
	t.is((await statusOf(daemon)).queue_depth.deadletter, 0);

	await begin();
	const come = (await ask({upload: 'upload-1'}, digestOf('one'))) as {imported: number};
	t.is(come.imported, 1);
	t.is((await statusOf(daemon)).queue_depth.deadletter, 1);
});

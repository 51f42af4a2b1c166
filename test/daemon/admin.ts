import test from 'ava';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	enqueueText,
	untilAcked,
	untilSaid,
} from '../helpers/edge-daemon.js';
import type {DaemonProcess} from '../helpers/process.js';

const WITH_ADMIN = edgeConfig(`${directoryPeer()}[admin]\nlisten = "127.0.0.1:0"`);

const adminOf = async (daemon: DaemonProcess): Promise<string> => {
	const output = await untilSaid(daemon, /edged is running/);
	return /"admin":"([^"]+)"/.exec(output)?.[1] ?? '';
};

test('monitoring is told of health, readiness and figures', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(WITH_ADMIN);
	const admin = await adminOf(daemon);
	await enqueueText(daemon, 'x'.repeat(100), {segment_id: 'one'});
	await enqueueText(daemon, 'x'.repeat(100), {segment_id: 'one'});
	await t.throwsAsync(enqueueText(daemon, 'y', {segment_id: 'one'}));
	await untilAcked(daemon, 1);

	t.is((await fetch(`${admin}/healthz`)).status, 200);
	t.is((await fetch(`${admin}/readyz`)).status, 200);
	const answer = await fetch(`${admin}/metrics`);
	t.regex(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
	const figures = (await answer.text()).split('\n');
	for (const figure of [
		'edged_records{peer="outbox",state="acked"} 1',
		'edged_link{peer="outbox",link="up"} 1',
		'edged_acked_bytes_total{peer="outbox"} 100',
		'edged_enqueued_segments_total{status="accepted"} 1',
		'edged_enqueued_segments_total{status="duplicate"} 1',
		'edged_enqueue_refusals_total{code="CONFLICT"} 1',
		'edged_store_ceiling_bytes 1073741824',
		'edged_store_degraded 0',
	]) {
		t.true(figures.includes(figure), `${figure} is not among\n${figures.join('\n')}`);
	}
});

test('what operators change, and the first deadletter of a peer, is in the figures', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(
		edgeConfig(
			`${directoryPeer()}${directoryPeer('other', 'default = false')}[admin]\nlisten = "127.0.0.1:0"`,
		),
	);
	const admin = await adminOf(daemon);
	await daemon.call('relay.pause', {});
	for (const id of ['a', 'b', 'c', 'd']) {
		await enqueueText(daemon, id, {segment_id: id});
	}
	const of = {all: true, peer_id: 'outbox'};
	await daemon.call('relay.hold', {...of, dry_run: true});
	await daemon.call('relay.hold', of);
	await daemon.call('relay.release', {segment_id: 'a'});
	await daemon.call('relay.release', of);
	await daemon.call('relay.set_priority', {segment_id: 'b', to: 'urgent'});
	await daemon.call('relay.move', {segment_id: 'c', peer_id: 'outbox', to_peer_id: 'other'});
	await daemon.call('relay.expire', {segment_id: 'd', peer_id: 'outbox'});
	await daemon.call('relay.deadletter.force', {segment_id: 'a', peer_id: 'outbox'});
	const figures = (await (await fetch(`${admin}/metrics`)).text()).split('\n');
	for (const figure of [
		'edged_records_changed_total{change="held"} 4',
		'edged_records_changed_total{change="released"} 4',
		'edged_records_changed_total{change="reprioritised"} 1',
		'edged_records_changed_total{change="moved"} 1',
		'edged_records_changed_total{change="expired"} 1',
		'edged_first_deadletters_total{peer="outbox"} 1',
	]) {
		t.true(
			figures.includes(figure),
			`${figure} is not among\n${figures.filter(line => /changed|first/.test(line)).join('\n')}`,
		);
	}
});

test('a daemon whose lanes are all drained is healthy and not ready', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(WITH_ADMIN);
	const admin = await adminOf(daemon);
	await daemon.call('relay.drain');
	t.is((await fetch(`${admin}/healthz`)).status, 200);
	const readiness = await fetch(`${admin}/readyz`);
	t.deepEqual([readiness.status, await readiness.text()], [503, 'draining\n']);
});

test('the admin door knows its three paths and nothing that changes anything', async t => {
	const edge = await edgeIn(t);
	const admin = await adminOf(await edge.start(WITH_ADMIN));
	t.is((await fetch(`${admin}/`)).status, 404);
	t.is((await fetch(`${admin}/v1/segments`, {method: 'POST', body: 'x'})).status, 405);
});

import test from 'ava';
import type {Result} from '../../../src/rpc/contract/methods.js';
import {
	directoryPeer,
	edgeConfig,
	edgedPeer,
	edgeIn,
	statusOf,
	untilSaid,
} from '../../helpers/edge-daemon.js';
import {JsonRpcConnection} from '../../helpers/json-rpc.js';
import {type DaemonProcess, runEdgectl} from '../../helpers/process.js';

const PEERS = ['one', 'two', 'three', 'four'];
const CONFIG = edgeConfig(PEERS.map(id => edgedPeer(id, `/nowhere/${id}.sock`)).join('\n'));

const RUNS = 10;

const modes = async (daemon: DaemonProcess): Promise<string[]> =>
	(await statusOf(daemon)).peers.map(({paused, draining}) => `${paused} ${draining}`);

const kept = async (daemon: DaemonProcess) =>
	((await daemon.call('rollback.preview', {target: 'relay_suspend'})) as Result<'rollback.preview'>).now
		?.rollbacks ?? [];

test('whenever edged is killed, either nothing was changed or all of it was and can be undone', async t => {
	const edge = await edgeIn(t);
	let daemon = await edge.start(CONFIG);
	await daemon.call('relay.drain', {peer_id: 'two'});
	const before = await modes(daemon);
	const execute = {target: 'relay_suspend', reason: 'how long does it take?'};
	const startedAt = performance.now();
	const first = await daemon.call('rollback.execute', {...execute, strategy: 'pause'});
	const took = performance.now() - startedAt;
	await daemon.call('rollback.undo', {rollback_id: (first as Result<'rollback.execute'>).rollback_id});
	const seen = {nothing: 0, all: 0};
	for (let run = 0; run < RUNS; run++) {
		const connection = await JsonRpcConnection.open(daemon.socket);
		const strategy = run % 2 === 0 ? 'pause' : 'drain';
		const asked = connection
			.call('rollback.execute', {target: 'relay_suspend', strategy, reason: `run ${run}`})
			.then(
				() => 'answered',
				() => 'cut off',
			);
		// From before it is read to after it is answered.
		const end = performance.now() + (2 * took * run) / RUNS;
		while (performance.now() < end) {
			await new Promise(resolve => setImmediate(resolve));
		}
		await daemon.end('SIGKILL');
		const answer = await asked;
		connection.close();
		daemon = await edge.start(CONFIG);
		const [last] = (await kept(daemon)).filter(({reason}) => reason === `run ${run}`);
		if (last === undefined) {
			t.is(answer, 'cut off');
			seen.nothing++;
		} else {
			seen.all++;
			t.true(last.can_undo);
			t.deepEqual(
				await modes(daemon),
				strategy === 'pause'
					? ['true false', 'true true', 'true false', 'true false']
					: PEERS.map(() => 'false true'),
			);
			t.like(await daemon.call('rollback.undo', {rollback_id: last.rollback_id}), {undone: true, left: []});
		}
		t.deepEqual(await modes(daemon), before);
	}
	t.true(seen.all > 0 && seen.nothing > 0, JSON.stringify(seen));
	// Of each that was done there is a record, of those that were cut off one that says so.
	const {events} = (await daemon.call('audit.query', {
		event_type: 'rollback.executed',
	})) as Result<'audit.query'>;
	t.true(events.length >= seen.all);
});

test('an undo that is cut off is done or not, and done again it changes nothing more', async t => {
	const edge = await edgeIn(t);
	let daemon = await edge.start(CONFIG);
	for (let run = 0; run < 6; run++) {
		const {rollback_id: id} = (await daemon.call('rollback.execute', {
			target: 'relay_suspend',
			strategy: 'throttle',
			reason: 'x',
		})) as Result<'rollback.execute'>;
		const connection = await JsonRpcConnection.open(daemon.socket);
		const asked = connection.call('rollback.undo', {rollback_id: id}).catch(() => undefined);
		const end = performance.now() + run * 2;
		while (performance.now() < end) {
			await new Promise(resolve => setImmediate(resolve));
		}
		await daemon.end('SIGKILL');
		await asked;
		connection.close();
		daemon = await edge.start(CONFIG);
		const {bandwidth} = await statusOf(daemon);
		const wasUndone = ((await kept(daemon)).find(row => row.rollback_id === id)?.undone_at ?? null) !== null;
		t.is(bandwidth.bytes_per_second, wasUndone ? 0 : 1);
		t.like(await daemon.call('rollback.undo', {rollback_id: id}), {undone: !wasUndone});
		t.like((await statusOf(daemon)).bandwidth, {bytes_per_second: 0, source: 'file'});
	}
});

test('an operator suspends and takes it back; the audit trail has one act for each', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(
		edgeConfig(directoryPeer()).replace('[rpc]', '[rpc]\nrequire_operator = true'),
	);
	const edgectl = (...words: string[]) =>
		runEdgectl(['--socket', daemon.socket, ...words], {env: {AUTONOMY_OPERATOR: ''}});
	const execute = [
		'rollback',
		'execute',
		'--target',
		'relay_suspend',
		'--strategy',
		'pause',
		'--reason',
		'INC-42',
	];
	const unnamed = await edgectl(...execute);
	t.is(unnamed.code, 1);
	t.regex(unnamed.stderr, /FORBIDDEN: .*--operator NAME/);
	const done = await edgectl(...execute, '--operator', 'ann');
	t.deepEqual([done.code, done.stderr], [0, '']);
	const [id = ''] = /rb-\S+(?=:)/.exec(done.stdout) ?? [];
	t.is(
		done.stdout,
		`${id}: relay_suspend pause is done\n  PEER-ID  WHAT  FROM     TO\n  outbox   lane  running  paused\nUndo it with: edgectl rollback execute --undo ${id}\n`,
	);
	await untilSaid(daemon, /"event":"rollback\.executed","operator":"ann"/);
	t.is((await edgectl('rollback', 'execute', '--undo', id, '--operator', 'ann')).code, 0);
	const again = await edgectl('rollback', 'execute', '--undo', id, '--operator', 'ann');
	t.is(again.code, 0);
	t.regex(again.stdout, /was undone before, at .*: nothing was changed/);
	const {events} = (await daemon.call('audit.query', {})) as Result<'audit.query'>;
	t.deepEqual(
		events
			.filter(({category}) => category !== 'system')
			.map(({event_name, outcome, actor, resource}) => [event_name, outcome, actor, resource]),
		[
			['rollback.undone', 'success', 'ann', id],
			['rollback.executed', 'success', 'ann', 'relay_suspend'],
			['auth.access.denied', 'denied', `uid:${process.getuid?.()}`, 'rollback.execute'],
		],
	);
});

import {existsSync} from 'node:fs';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {
	directoryPeer,
	type Edge,
	edgeConfig,
	edgedPeer,
	edgeIn,
	enqueueText,
	inDirectory,
	recordsOf,
	statusOf,
	untilAcked,
	untilSaid,
} from '../helpers/edge-daemon.js';
import {type DaemonProcess, runEdgectl} from '../helpers/process.js';

const OTHER = 'default = false';
const TWO = edgeConfig(directoryPeer('one') + directoryPeer('two', OTHER));

type Act = {
	readonly event_name: string;
	readonly outcome: string;
	readonly resource: string;
	readonly fields: Readonly<Record<string, unknown>>;
};

/** What of records the audit trail has, oldest first. */
const trailOf = async (edge: Edge): Promise<Array<readonly [string, string, string]>> => {
	const trail = inDirectory(edge, 'state', 'audit');
	const days = (await readdir(trail)).filter(name => name.endsWith('.jsonl')).sort();
	const texts = await Promise.all(days.map(name => readFile(path.join(trail, name), 'utf8')));
	return texts
		.join('')
		.trim()
		.split('\n')
		.map(line => JSON.parse(line) as Act)
		.filter(({event_name: name}) => /^relay\.(record|deadletter)\./.test(name))
		.map(({event_name, outcome, resource}) => [event_name, outcome, resource] as const);
};

/** The first line of what it prints, once it has gone well. */
const ask = async (daemon: DaemonProcess, words: string): Promise<string> => {
	const {code, stdout, stderr} = await runEdgectl(['--socket', daemon.socket, ...words.split(' ')]);
	return code === 0 ? (stdout.split('\n')[0] ?? '') : `exit ${code}: ${stdout}${stderr}`;
};

// One at a time: each starts daemons.
test.serial('a record that is moved to an idle lane is sent at once, as it was handed over', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(TWO);
	await ask(daemon, 'relay pause one');
	await enqueueText(daemon, 'the bytes', {segment_id: 's', labels: {kind: 'log'}});
	await enqueueText(daemon, 'stays', {segment_id: 'other'});
	t.is(
		await ask(daemon, 'relay move s one --to two --dry-run'),
		'dry run: 1 record would be moved to two; nothing was changed',
	);
	t.false(existsSync(inDirectory(edge, 'two', 's')));
	t.is(await ask(daemon, 'relay move s one --to two'), '1 record moved to two');
	await untilAcked(daemon, 1);
	t.is(await readFile(inDirectory(edge, 'two', 's'), 'utf8'), 'the bytes');
	t.regex(await readFile(inDirectory(edge, 'two', 's.meta.json'), 'utf8'), /"kind": ?"log"/);
	t.regex(await ask(daemon, 'relay move s one --to two'), /^exit 4: .*NOT_FOUND/);
	t.regex(await ask(daemon, 'relay move s two --to two'), /^exit 2: .*where they are already/);
	t.regex(await ask(daemon, 'relay move other one --to nobody'), /^exit 1: .*UNKNOWN_PEER/);
	t.deepEqual(await trailOf(edge), [
		['relay.record.moved', 'success', 's one'],
		['relay.record.moved', 'failure', 's one'],
		['relay.record.moved', 'failure', 'other one'],
	]);
	t.is(daemon.output().match(/"msg":"relay\.record\.moved"/g)?.length, 1, 'the log has it once');
	await daemon.end('SIGTERM');
});

test.serial(
	'an orphaned lane is emptied by a move, after a cold start and for a reload that was refused',
	async t => {
		const edge = await edgeIn(t);
		const hub = edgedPeer('hub', 'nobody.sock', OTHER);
		const withHub = edgeConfig(directoryPeer('one') + hub);
		const without = edgeConfig(directoryPeer('one'));
		const first = await edge.start(withHub);
		for (const id of ['a', 'b']) {
			await enqueueText(first, id, {segment_id: id, peers: ['hub']});
		}
		await writeFile(inDirectory(edge, 'edge.toml'), without);
		first.signal('SIGHUP');
		const said = await untilSaid(first, /the configuration was refused/);
		const words = /move them with \\"edgectl (relay move --all --peer-id hub --to) PEER\\"/.exec(said)?.[1];
		await first.end('SIGTERM');

		const orphaning = await edge.start(without);
		t.is(await ask(orphaning, `${words} one`), '2 records moved to one');
		await untilAcked(orphaning, 2);
		t.is(await readFile(inDirectory(edge, 'one', 'b'), 'utf8'), 'b');
		t.deepEqual(
			(await statusOf(orphaning)).peers.map(({peer_id: id}) => id),
			['one'],
			'hub is forgotten',
		);
		await orphaning.end('SIGTERM');

		const again = await edge.start(withHub);
		await ask(again, 'relay pause hub'); // What is being sent could not be held.
		await enqueueText(again, 'c', {segment_id: 'c', peers: ['hub']});
		t.is(await ask(again, 'relay hold c hub'), '1 record held');
		t.is(await ask(again, `${words} one`), '1 record moved to one');
		await writeFile(inDirectory(edge, 'edge.toml'), without);
		again.signal('SIGHUP');
		await untilSaid(again, /"msg":"config\.reloaded/);
		t.like(await recordsOf(again, 'c'), [{peer_id: 'one', state: 'scheduled'}], 'what is held stays held');
		t.is(await ask(again, 'relay release c one'), '1 record released');
		await untilAcked(again, 3);
		t.is(await readFile(inDirectory(edge, 'one', 'c'), 'utf8'), 'c');
		await again.end('SIGTERM');
	},
);

test.serial('what is made urgent overtakes what came before it', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer('one', 'bytes_per_second = 200000')));
	await ask(daemon, 'relay pause one');
	for (const id of ['first', 'second', 'third']) {
		await enqueueText(daemon, id.repeat(60_000), {
			segment_id: id,
			...(id === 'third' && {labels: {kind: 'alarm'}}),
		});
	}
	const words = 'relay set-priority --all --label kind=alarm --to urgent';
	t.is(
		await ask(daemon, `${words} --dry-run`),
		'dry run: 1 record would be made urgent; nothing was changed',
	);
	t.is(await ask(daemon, words), '1 record made urgent');
	await ask(daemon, 'relay resume one');
	await untilAcked(daemon, 3);
	const startedAt = async (id: string): Promise<string> =>
		(await recordsOf(daemon, id))[0]?.attempts[0]?.started_at ?? '';
	t.true((await startedAt('third')) < (await startedAt('first')));
	t.deepEqual(await trailOf(edge), [['relay.record.reprioritised', 'success', '*']]);
	await daemon.end('SIGTERM');
});

test.serial('what is expired is buried with its payload, and a retry sends it', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(TWO);
	await ask(daemon, 'relay pause one');
	await enqueueText(daemon, 'old news', {segment_id: 's'});
	await enqueueText(daemon, 'held', {segment_id: 'h'});
	await ask(daemon, 'relay hold h');
	t.is(
		await ask(daemon, 'relay expire --all --peer-id one --dry-run'),
		'dry run: 1 record would be expired; nothing was changed',
	);
	t.is(await ask(daemon, 'relay expire --all --peer-id one'), '1 record expired');
	t.like((await recordsOf(daemon, 's'))[0], {state: 'deadletter', reason: 'EXPIRED'});
	t.like((await recordsOf(daemon, 'h'))[0], {state: 'scheduled'}, 'a hold protects it');
	await ask(daemon, 'relay deadletter retry s one');
	await ask(daemon, 'relay resume one');
	await untilAcked(daemon, 1);
	t.is(await readFile(inDirectory(edge, 'one', 's'), 'utf8'), 'old news');
	t.deepEqual(await trailOf(edge), [
		['relay.record.held', 'success', 'h'],
		['relay.record.expired', 'success', '* one'],
		['relay.deadletter.retried', 'success', 's one'],
	]);
	await daemon.end('SIGTERM');
});

test.serial('force buries what a filter lets through, for whichever peer, held or not', async t => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(TWO);
	await ask(daemon, 'relay pause');
	const images = {labels: {kind: 'image'}, peers: ['one', 'two']};
	await enqueueText(daemon, 'image', {segment_id: 'i', ...images});
	await enqueueText(daemon, 'image', {segment_id: 'h', ...images});
	await enqueueText(daemon, 'log', {segment_id: 'l'});
	await ask(daemon, 'relay hold h two');
	const words = 'relay deadletter force --all --label kind=image';
	t.is(
		await ask(daemon, `${words} --dry-run`),
		'dry run: 4 records would be deadletters (FORCED); nothing was changed',
	);
	t.is(await ask(daemon, `${words} --state held`), '1 record is a deadletter now (FORCED)');
	t.is(
		await ask(daemon, `${words} --peer-id two --since 1h`),
		'1 record for two is a deadletter now (FORCED)',
	);
	t.is(await ask(daemon, `${words} --older-than 1h`), 'nothing was buried: nothing matches');
	t.is(
		await ask(daemon, `--operator ann --reason INC-42 ${words}`),
		'2 records are deadletters now (FORCED)',
	);
	t.like((await statusOf(daemon)).queue_depth, {scheduled: 1, deadletter: 4});
	t.is(await ask(daemon, 'relay deadletter force --all'), '1 record is a deadletter now (FORCED)');
	t.like((await statusOf(daemon)).queue_depth, {scheduled: 0, deadletter: 5});
	t.deepEqual(
		(await trailOf(edge)).map(([event, outcome, resource]) => `${event} ${outcome} ${resource}`).slice(1),
		['*', '* two', '*', '*', '*'].map(resource => `relay.deadletter.forced success ${resource}`),
	);
	t.is(
		daemon.output().match(/"msg":"relay\.deadletter\.forced"/g)?.length,
		4,
		'the log has once what was done',
	);
	t.regex(daemon.output(), /"operator":"ann","reason":"INC-42"/);
	await daemon.end('SIGTERM');
});

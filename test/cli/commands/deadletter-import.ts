import {randomBytes} from 'node:crypto';
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {ctl, deadRecord, exportFiles, writeFiles} from '../../helpers/dead-export.js';
import {
	directoryPeer,
	edgeConfig,
	edgeIn,
	inDirectory,
	recordsOf,
	statusOf,
	untilAcked,
} from '../../helpers/edge-daemon.js';
import type {DaemonProcess} from '../../helpers/process.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

test.serial.beforeEach(t => t.timeout(120_000));

type Dead = {readonly record: {segment_id: string; peer_id: string}; readonly bytes: Buffer};

/** Three deadletters of a daemon that is gone, exported to `dead` and `dead.tar.gz`: small, larger than a line of the control socket, empty. */
const exportedElsewhere = async (t: ExecutionContext): Promise<{directory: string; dead: Dead[]}> => {
	const edge = await edgeIn(t);
	const daemon = await edge.start(edgeConfig(directoryPeer()));
	const payloads = [Buffer.from('small'), randomBytes(9_000_000), Buffer.alloc(0)];
	const files = payloads.map((_, index) => inDirectory(edge, `payload-${index}`));
	for (const [index, file] of files.entries()) {
		await writeFile(file, payloads[index] as Buffer);
	}
	await daemon.call('relay.pause', {});
	const enqueued = await ctl(daemon, ['relay', 'enqueue', ...files, '--label', 'site=7', '--output', 'json']);
	t.is(enqueued.code, 0, enqueued.stderr);
	await daemon.call('relay.deadletter.force', {all: true, peer_id: 'outbox'});
	for (const name of ['dead', 'dead.tar.gz']) {
		const {code, stderr} = await ctl(daemon, ['relay', 'deadletter', 'export', inDirectory(edge, name)]);
		t.is(code, 0, stderr);
	}
	const {records} = (await daemon.call('relay.deadletter.list', {})) as {records: Dead['record'][]};
	t.is(records.length, 3);
	await daemon.end('SIGTERM');
	const dead = records.map(record => ({
		record,
		bytes: payloads.find(({length}) => length === (record as {size_bytes?: number}).size_bytes) as Buffer,
	}));
	return {directory: edge.directory, dead};
};

const importing = (daemon: DaemonProcess, source: string, ...more: string[]) =>
	ctl(daemon, ['relay', 'deadletter', 'import', source, ...more]);

/** `EVENT OUTCOME` of each record of the trail. */
const auditOf = async (daemon: DaemonProcess): Promise<string[]> => {
	const {events} = (await daemon.call('audit.query', {})) as {
		events: Array<{event_name: string; outcome: string}>;
	};
	return events.map(({event_name: name, outcome}) => `${name} ${outcome}`);
};

test.serial(
	'an export, as a directory and as an archive, is imported whole into another store, once; retried, the same bytes arrive',
	async t => {
		const {directory, dead} = await exportedElsewhere(t);
		for (const [first, second] of [
			['dead', 'dead.tar.gz'],
			['dead.tar.gz', 'dead'],
		] as const) {
			const here = await edgeIn(t);
			const daemon = await here.start(edgeConfig(directoryPeer()));
			const source = path.join(directory, first);

			const dry = await importing(daemon, source, '--dry-run');
			t.is(dry.code, 0, dry.stderr);
			t.regex(
				dry.stdout,
				/^dry run: 3 deadletters of .* would be imported, 0 here already; nothing was changed\n$/,
			);
			t.is((await statusOf(daemon)).queue_depth.deadletter, 0);
			t.notRegex((await auditOf(daemon)).join('\n'), /deadletter\.imported/);

			const temporary = await temporaryDirectory(t);
			const come = await ctl(daemon, ['relay', 'deadletter', 'import', source], {TMPDIR: temporary});
			t.is(come.code, 0, come.stderr);
			t.regex(come.stdout, /^imported 3 deadletters from .*: 3 new, 0 here already\n$/);
			t.deepEqual(await readdir(temporary), []);
			const {records} = (await daemon.call('relay.deadletter.list', {})) as {records: Dead['record'][]};
			t.deepEqual(records, dead.map(({record}) => record) as never);
			t.deepEqual(await filesIn(here.directory), []);
			t.true((await auditOf(daemon)).includes('relay.deadletter.imported success'));

			const again = await importing(daemon, path.join(directory, second), '--output', 'json');
			t.is(again.code, 0, again.stderr);
			const {format, source: _, ...sums} = JSON.parse(again.stdout) as Record<string, unknown>;
			t.is(format, second === 'dead' ? 'directory' : 'tar.gz');
			t.deepEqual(sums, {
				node_id: 'edge',
				dry_run: false,
				records: 3,
				not_selected: 0,
				imported: 0,
				present: 3,
				conflict: 0,
				without_payload: 0,
				failed: 0,
			});

			await daemon.call('relay.deadletter.retry', {all: true});
			await untilAcked(daemon, 3);
			for (const {record, bytes} of dead) {
				t.true(bytes.equals(await readFile(inDirectory(here, 'outbox', record.segment_id))));
			}
			const after = await importing(daemon, source);
			t.regex(after.stdout, /0 new, 3 here already/, 'what was delivered since is not dead once more');
			await daemon.end('SIGTERM');
		}
	},
);

const filesIn = async (directory: string): Promise<string[]> =>
	readdir(path.join(directory, 'outbox')).catch(() => []);

test.serial(
	'peers that are not here are named at once, before anything is written; --map-peer says who stands for them',
	async t => {
		const here = await edgeIn(t);
		const daemon = await here.start(edgeConfig(directoryPeer()));
		const source = inDirectory(here, 'dead');
		await mkdir(source);
		const records = [
			deadRecord('a', 'one'),
			deadRecord('a', 'one', {peer_id: 'web'}),
			deadRecord('b', 'two', {peer_id: 'hub'}),
			deadRecord('c', 'three', {peer_id: 'web'}),
		];
		await writeFiles(source, exportFiles(records, ['one', 'two', 'three']));

		const unknown = await importing(daemon, source);
		t.is(unknown.code, 1);
		t.is(unknown.stdout, '');
		t.regex(unknown.stderr, /not configured here: hub, web; nothing was imported.*--map-peer hub=outbox/);
		t.is((await statusOf(daemon)).queue_depth.deadletter, 0);

		const stillUnknown = await importing(daemon, source, '--map-peer', 'hub=outbox');
		t.is(stillUnknown.code, 1);
		t.regex(stillUnknown.stderr, /not configured here: web;/);
		t.is((await statusOf(daemon)).queue_depth.deadletter, 0);

		const mapped = await importing(daemon, source, '--map-peer', 'hub=outbox', '--map-peer', 'web=outbox');
		t.is(mapped.code, 1, 'a was for two peers that are one here');
		t.regex(mapped.stderr, /records\.jsonl line 2: a for outbox is in line 1 already; left out/);
		t.regex(mapped.stdout, /^imported 3 deadletters .*: 3 new, 0 here already\n {2}1 left out/);
		const [record] = await recordsOf(daemon, 'b');
		t.is(record?.peer_id, 'outbox');
		t.is(record?.reason, 'REJECTED');
		t.is(record?.enqueued_at, '2026-11-24T00:00:00.000Z');
		t.is(record?.attempts.length, 1);
		t.is(record?.attempts[0]?.error, 'no');
	},
);

test.serial(
	'an id that is other bytes here is a conflict: it is told, left as it is, and the rest comes in',
	async t => {
		const here = await edgeIn(t);
		const daemon = await here.start(edgeConfig(directoryPeer()));
		const [first, second] = [inDirectory(here, 'first'), inDirectory(here, 'second')];
		await writeFiles(first, exportFiles([deadRecord('a', 'one')], ['one']));
		await writeFiles(
			second,
			exportFiles([deadRecord('a', 'other'), deadRecord('b', 'two')], ['other', 'two']),
		);
		t.is((await importing(daemon, first)).code, 0);
		for (const more of [['--dry-run'], []]) {
			const {code, stderr, stdout} = await importing(daemon, second, ...more);
			t.is(code, 1);
			t.regex(stderr, /a for outbox: CONFLICT: the id belongs to other bytes here; left out/);
			t.is(stderr.match(/CONFLICT/g)?.length, 1);
			t.regex(stdout, /1 left out: another segment has the id here/);
		}
		t.is((await recordsOf(daemon, 'a'))[0]?.size_bytes, 3);
		t.is((await statusOf(daemon)).queue_depth.deadletter, 2);
	},
);

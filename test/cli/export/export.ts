import {mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {Readable} from 'node:stream';
import test from 'ava';
import {extract} from 'tar-stream';
import type {IngestDoor} from '../../../src/cli/segments/ingest-door.js';
import {EdgedError} from '../../../src/outbound/errors.js';
import {DaemonUnreachable} from '../../../src/rpc/client-errors.js';
import {runLine} from '../../helpers/cli.js';
import {deadletterOf, digestOf} from '../../helpers/dead-export.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';
import {unpacked} from '../../helpers/unpacked.js';

const recordOf = (segment: string, payload: string, more: object = {}) =>
	deadletterOf(segment, payload, {peer_id: 'hub', attempts: [], ...more});

const PING = {
	version: '1.2.3',
	node_id: 'edge',
	pid: 1,
	started_at: '2026-11-24T00:00:00.000Z',
	uptime_seconds: 1,
	state: 'running',
	ingest_socket: '/x',
};

const doorTo = (payloads: Readonly<Record<string, string | Error>>, fetched: string[] = []): IngestDoor => ({
	send: () => Promise.reject(new Error('nothing is sent')),
	async fetch(segment) {
		fetched.push(segment);
		const payload = payloads[segment] ?? new EdgedError('NOT_FOUND', 'not here');
		if (payload instanceof Error) {
			throw payload;
		}
		return Readable.from([Buffer.from(payload)]);
	},
	close: async () => {},
});

const RECORDS = [
	recordOf('a', 'one'),
	recordOf('a', 'one', {peer_id: 'web'}),
	recordOf('b', 'two'),
	recordOf('gone', 'three'),
	recordOf('evicted', 'four', {reason: 'EVICTED'}),
];
const PAYLOADS = {a: 'one', b: 'two', evicted: 'never asked for'};

/** In two pages. */
const answersFor = (records: readonly object[]) => ({
	'daemon.ping': PING,
	'relay.deadletter.export': {noted: true},
	'relay.deadletter.list': ({cursor}: {cursor?: string}) =>
		cursor === undefined
			? {records: records.slice(0, 2), next_cursor: 'next', examined: 2, total: records.length}
			: {records: records.slice(2), examined: records.length - 2},
});

test('a directory has every record, each payload once, and a manifest that counts them', async t => {
	const directory = path.join(await temporaryDirectory(t), 'dead');
	const fetched: string[] = [];
	const {out, exitCode, calls} = await runLine(
		`relay deadletter export ${directory} --peer-id hub --since 2026-01-01T00:00:00Z`,
		{
			answers: answersFor(RECORDS),
			ingest: doorTo(PAYLOADS, fetched),
		},
	);
	t.is(exitCode, undefined);
	t.regex(out, /^exported 5 deadletters to .*dead: 2 payloads, 6 B\n {2}2 without payload/);
	t.deepEqual(
		fetched,
		['a', 'b', 'gone'],
		'what is shared is fetched once, what is gone by its reason never',
	);
	t.deepEqual((await readdir(directory)).toSorted(), ['manifest.json', 'payloads', 'records.jsonl']);
	for (const payload of ['one', 'two']) {
		const file = path.join(directory, 'payloads', digestOf(payload));
		t.is(await readFile(file, 'utf8'), payload);
		t.is((await stat(file)).mode & 0o777, 0o600);
	}
	const lines = (await readFile(path.join(directory, 'records.jsonl'), 'utf8')).trimEnd().split('\n');
	t.deepEqual(
		lines.map(line => JSON.parse(line) as object),
		RECORDS.map((record, at) => ({...record, payload: at < 3 ? `payloads/${record.sha256}` : null})),
	);
	const manifest = JSON.parse(await readFile(path.join(directory, 'manifest.json'), 'utf8')) as object;
	t.like(manifest, {
		format: 'edged-deadletters',
		format_version: 1,
		node_id: 'edge',
		records: 5,
		payloads: 2,
		payload_bytes: 6,
		without_payload: 2,
		failed: 0,
	});
	const noted = calls.filter(([method]) => method === 'relay.deadletter.export').map(([, params]) => params);
	t.like(noted[0], {phase: 'begin', target: directory, peer_id: 'hub', operator: 'uid:1000'});
	t.like(noted[1], {phase: 'end', records: 5, payloads: 2, payload_bytes: 6});
	t.is(calls[0]?.[0], 'relay.deadletter.export', 'noted before anything is asked for');
});

for (const name of ['dead.tar', 'dead.tar.gz', 'dead.tgz']) {
	test(`${name} holds the same, the manifest last`, async t => {
		const directory = await temporaryDirectory(t);
		const file = path.join(directory, name);
		await runLine(`relay deadletter export ${file}`, {
			answers: answersFor(RECORDS),
			ingest: doorTo(PAYLOADS),
		});
		const files = name === 'dead.tar' ? await untarred(file) : await unpacked(file);
		t.deepEqual(
			[...files.keys()],
			[`payloads/${digestOf('one')}`, `payloads/${digestOf('two')}`, 'records.jsonl', 'manifest.json'],
		);
		t.is(files.get(`payloads/${digestOf('two')}`)?.toString(), 'two');
		t.deepEqual(await readdir(directory), [name], 'nothing of the staging is left');
		t.is((await stat(file)).mode & 0o777, 0o600);
	});
}

const untarred = async (file: string): Promise<Map<string, Buffer>> => {
	const found = new Map<string, Buffer>();
	const tar = extract();
	tar.end(await readFile(file));
	for await (const entry of tar) {
		const pieces: Buffer[] = [];
		for await (const piece of entry) {
			pieces.push(piece as Buffer);
		}
		found.set(entry.header.name, Buffer.concat(pieces));
	}
	return found;
};

test('a payload with another digest is not exported, is told, and the exit code is 1', async t => {
	const directory = path.join(await temporaryDirectory(t), 'dead');
	const {exitCode, errors} = await runLine(`relay deadletter export ${directory}`, {
		answers: answersFor(RECORDS),
		ingest: doorTo({...PAYLOADS, b: 'two, but damaged'}),
	});
	t.is(exitCode, 1);
	t.regex(
		errors,
		/b for hub: The payload that arrived does not have the digest .* exported without its payload/,
	);
	t.deepEqual(await readdir(path.join(directory, 'payloads')), [digestOf('one')]);
	t.regex(await readFile(path.join(directory, 'manifest.json'), 'utf8'), /"failed": 1/);
});

for (const name of ['dead', 'dead.tar.gz']) {
	test(`a daemon that goes in the middle leaves nothing of ${name}`, async t => {
		const directory = await temporaryDirectory(t);
		const gone = new DaemonUnreachable('/x', 'gone');
		await t.throwsAsync(
			runLine(`relay deadletter export ${path.join(directory, name)}`, {
				answers: answersFor(RECORDS),
				ingest: doorTo({...PAYLOADS, b: gone}),
			}),
			{is: gone},
		);
		t.deepEqual(await readdir(directory), []);
	});

	test(`Ctrl-C leaves nothing of ${name}`, async t => {
		const directory = await temporaryDirectory(t);
		const interrupt = new AbortController();
		const answers = answersFor(RECORDS);
		await t.throwsAsync(
			runLine(`relay deadletter export ${path.join(directory, name)}`, {
				answers: {
					...answers,
					'relay.deadletter.list': (page: {cursor?: string}) => {
						if (page.cursor !== undefined) {
							interrupt.abort(new Error('interrupted'));
						}
						return answers['relay.deadletter.list'](page);
					},
				},
				ingest: doorTo(PAYLOADS),
				signal: interrupt.signal,
			}),
			{message: 'interrupted'},
		);
		t.deepEqual(await readdir(directory), []);
	});
}

test('who may not is told, and nothing is made', async t => {
	const directory = await temporaryDirectory(t);
	await t.throwsAsync(
		runLine(`relay deadletter export ${path.join(directory, 'dead')}`, {
			answers: {
				...answersFor(RECORDS),
				'relay.deadletter.export': new EdgedError('FORBIDDEN', 'this socket only shows'),
			},
			ingest: doorTo(PAYLOADS),
		}),
		{message: 'this socket only shows'},
	);
	t.deepEqual(await readdir(directory), []);
});

test('what is there is never replaced', async t => {
	const directory = await temporaryDirectory(t);
	await mkdir(path.join(directory, 'full'));
	await writeFile(path.join(directory, 'full/x'), 'mine');
	await writeFile(path.join(directory, 'file'), 'mine');
	await writeFile(path.join(directory, 'old.tar'), 'mine');
	for (const [name, words] of [
		['full', /is not empty, and nothing in it is replaced/],
		['file', /is there and is no directory/],
		['old.tar', /is there already, and was left as it is/],
		['none/deeper', /there is no directory/],
	] as const) {
		const {exitCode, errors, calls} = await runLine(`relay deadletter export ${path.join(directory, name)}`, {
			answers: answersFor(RECORDS),
			ingest: doorTo(PAYLOADS),
		});
		t.is(exitCode, 1);
		t.regex(errors, words);
		t.deepEqual(calls, [], 'the daemon was not asked');
	}
	t.deepEqual((await readdir(directory)).toSorted(), ['file', 'full', 'old.tar']);
	t.is(await readFile(path.join(directory, 'old.tar'), 'utf8'), 'mine');
});

test('an empty directory is taken', async t => {
	const directory = path.join(await temporaryDirectory(t), 'dead');
	await mkdir(directory);
	await runLine(`relay deadletter export ${directory}`, {answers: answersFor([]), ingest: doorTo({})});
	t.deepEqual((await readdir(directory)).toSorted(), ['manifest.json', 'payloads', 'records.jsonl']);
});

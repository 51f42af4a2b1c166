import {randomBytes} from 'node:crypto';
import {mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {Transport} from '../../../src/delivery/transport.js';
import {payloadFileName} from '../../../src/delivery/transports/directory/file-name.js';
import type {FileSystem} from '../../../src/delivery/transports/directory/file-system.js';
import {createDirectoryTransport} from '../../../src/delivery/transports/directory.js';
import type {SegmentId} from '../../../src/outbound/names.js';
import {FakeClock} from '../../helpers/fake-clock.js';
import {freeContext, type Segment, segmentsLease} from '../../helpers/segments.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';
import {refusal, watchedFiles} from '../../helpers/watched-files.js';

const text = (words: string) => new TextEncoder().encode(words);
const SEGMENTS: readonly Segment[] = [
	{id: 'empty', bytes: new Uint8Array()},
	{id: 'Report:7', bytes: text('seven'), contentType: 'text/plain', labels: {site: 'north'}},
	{id: 'large', bytes: new Uint8Array(300_000).fill(7)},
];

const outboxIn = async (t: ExecutionContext): Promise<string> =>
	path.join(await temporaryDirectory(t), 'outbox');

const transportTo = (directory: string, files?: FileSystem): Transport =>
	createDirectoryTransport({
		directory,
		clock: new FakeClock(),
		owner: 'edge-1/stick',
		...(files === undefined ? {} : {files}),
	});

const send = (transport: Transport, segments: readonly Segment[], context = freeContext()) => {
	const {lease, payloads} = segmentsLease(segments);
	return transport.send(lease, payloads, context);
};

const contentOf = async (directory: string, id: string): Promise<Uint8Array> =>
	readFile(path.join(directory, payloadFileName(id as SegmentId)));

const isDelivered = async (
	t: ExecutionContext,
	directory: string,
	segments: readonly Segment[],
): Promise<void> => {
	for (const {id, bytes} of segments) {
		t.is(Buffer.compare(await contentOf(directory, id), bytes), 0, id);
	}
	t.deepEqual(
		(await readdir(directory)).sort(),
		segments
			.flatMap(({id}) => [payloadFileName(id as SegmentId), `${payloadFileName(id as SegmentId)}.meta.json`])
			.sort(),
	);
};

test('segments become files, byte for byte, with their metadata beside them', async t => {
	const directory = await outboxIn(t);
	const context = freeContext();
	const outcome = await send(transportTo(directory), SEGMENTS, context);
	t.like(outcome, {kind: 'answered', acked: [[0, 2]], troubles: []});
	await isDelivered(t, directory, SEGMENTS);
	const sidecar: unknown = JSON.parse(String(await readFile(path.join(directory, '%52eport%3a7.meta.json'))));
	t.deepEqual(sidecar, {
		segment_id: 'Report:7',
		sha256: '3ba8d02b16fd2a01c1a8ba1a1f036d7ce386ed953696fa57331c2ac48a80b255',
		size_bytes: 5,
		content_type: 'text/plain',
		labels: {site: 'north'},
		priority: 'normal',
		enqueued_at: '2025-06-15T15:06:40.000Z',
		hops: 0,
	});
	t.is(context.written, outcome.bytesSent);
	t.is(context.paced, outcome.bytesSent);
});

test('a lease of many batches arrives whole', async t => {
	const directory = await outboxIn(t);
	const many = Array.from({length: 150}, (_, n) => ({id: `s${n}`, bytes: new Uint8Array(n * 200).fill(n)}));
	t.like(await send(transportTo(directory), many), {kind: 'answered', acked: [[0, 149]]});
	await isDelivered(t, directory, many);
});

test('what is there already with the same bytes is acknowledged, and gets its sidecar if that is missing', async t => {
	const directory = await outboxIn(t);
	await mkdir(directory);
	await writeFile(path.join(directory, 'large'), SEGMENTS[2]?.bytes ?? '');
	await send(transportTo(directory), SEGMENTS);
	t.like(await send(transportTo(directory), SEGMENTS), {kind: 'answered', acked: [[0, 2]], troubles: []});
	await isDelivered(t, directory, SEGMENTS);
});

test('other bytes under the name are a rejection, and stay as they are', async t => {
	const directory = await outboxIn(t);
	await mkdir(path.join(directory, 'folder'), {recursive: true});
	await writeFile(path.join(directory, 'same-size'), 'before');
	await writeFile(path.join(directory, 'shorter'), 'x');
	const outcome = await send(transportTo(directory), [
		{id: 'same-size', bytes: text('after!')},
		{id: 'fine', bytes: text('fine')},
		{id: 'shorter', bytes: text('longer')},
		{id: 'folder', bytes: text('not a folder')},
	]);
	t.like(outcome, {
		kind: 'answered',
		acked: [[1, 1]],
		troubles: [
			{index: 0, kind: 'rejected', message: 'same-size is there with other content'},
			{index: 2, kind: 'rejected'},
			{index: 3, kind: 'rejected'},
		],
	});
	t.is(String(await contentOf(directory, 'same-size')), 'before');
	t.deepEqual((await readdir(directory)).sort(), [
		'fine',
		'fine.meta.json',
		'folder',
		'same-size',
		'shorter',
	]);
});

test('a name that is taken between the look and the naming is not overwritten', async t => {
	for (const code of [undefined, 'EPERM']) {
		const directory = await outboxIn(t);
		const files = watchedFiles(async (call, from) => {
			if (call === 'link' && code !== undefined) {
				throw refusal(code);
			}
			if (call === 'handle.sync' && from === undefined) {
				await writeFile(path.join(directory, 'a'), 'foreign'); // After the look: files are being synced.
			}
		});
		t.like(await send(transportTo(directory, files), [{id: 'a', bytes: text('ours')}]), {
			troubles: [{index: 0, kind: 'rejected'}],
		});
		t.is(String(await contentOf(directory, 'a')), 'foreign');
		t.false((await readdir(directory)).some(name => name.endsWith('.tmp')));
	}
});

test('a sidecar that edged did not write is not overwritten, one that a crash orphaned is', async t => {
	const directory = await outboxIn(t);
	await mkdir(directory);
	await writeFile(path.join(directory, 'a.meta.json'), '{"mine": true}');
	await writeFile(
		path.join(directory, 'b.meta.json'),
		JSON.stringify({segment_id: 'b', sha256: 'of other bytes'}),
	);
	const outcome = await send(transportTo(directory), [
		{id: 'a', bytes: text('a')},
		{id: 'b', bytes: text('b')},
	]);
	t.like(outcome, {acked: [[1, 1]], troubles: [{index: 0, kind: 'rejected'}]});
	t.is(String(await readFile(path.join(directory, 'a.meta.json'))), '{"mine": true}');
	t.regex(String(await readFile(path.join(directory, 'b.meta.json'))), /"size_bytes":1/);
	t.false((await readdir(directory)).some(name => name.startsWith('.')));
});

test('a payload that is missing or damaged in the store is told as such, the others arrive', async t => {
	const directory = await outboxIn(t);
	const {lease} = segmentsLease(SEGMENTS);
	const payloads = {
		read: (index: number) => (index === 1 ? 'corrupt' : index === 2 ? 'missing' : new Uint8Array()),
		frame: () => undefined,
	} as const;
	t.like(await transportTo(directory).send(lease, payloads, freeContext()), {
		kind: 'answered',
		acked: [[0, 0]],
		troubles: [
			{index: 1, kind: 'corrupt'},
			{index: 2, kind: 'missing'},
		],
	});
});

test('without hard links, as on FAT, files are renamed', async t => {
	const directory = await outboxIn(t);
	const files = watchedFiles(call => {
		if (call === 'link') {
			throw refusal('EPERM');
		}
	});
	t.like(await send(transportTo(directory, files), SEGMENTS), {kind: 'answered', acked: [[0, 2]]});
	await isDelivered(t, directory, SEGMENTS);
});

test('a directory is made when what it lies in is there, and only then', async t => {
	const directory = await outboxIn(t);
	const deeper = path.join(directory, 'deeper');
	const transport = transportTo(deeper);
	const down = await send(transport, SEGMENTS);
	t.is(down.kind, 'link_down');
	t.like(await transport.probe(new AbortController().signal), {
		kind: 'down',
		message: `${deeper}: does not exist, and neither does what it lies in. Is it mounted?`,
	});
	await mkdir(directory);
	t.deepEqual(await transport.probe(new AbortController().signal), {kind: 'well'});
	t.deepEqual(await readdir(deeper), []);
	t.like(await send(transport, SEGMENTS), {kind: 'answered', acked: [[0, 2]]});
});

for (const [code, call, words] of [
	['ENOSPC', 'handle.writeFile', /no space is left on its file system \(ENOSPC\)/],
	['EROFS', 'open', /read-only/],
	['EACCES', 'open', /may not write/],
	['EIO', 'handle.sync', /device reports an error/],
	['ENODEV', 'stat', /device is gone/],
] as const) {
	test(`${code} is the trouble of the link, told in words, and leaves nothing behind`, async t => {
		const directory = await outboxIn(t);
		let refuses = true;
		const files = watchedFiles(name => {
			if (refuses && name === call) {
				throw refusal(code);
			}
		});
		const transport = transportTo(directory, files);
		const outcome = await send(transport, SEGMENTS);
		t.is(outcome.kind, 'link_down');
		t.regex(outcome.kind === 'link_down' ? outcome.message : '', words);
		t.is((await transport.probe(new AbortController().signal)).kind, 'down');
		refuses = false;
		t.is((await transport.probe(new AbortController().signal)).kind, 'well');
		t.like(await send(transport, SEGMENTS), {kind: 'answered', acked: [[0, 2]]});
		await isDelivered(t, directory, SEGMENTS);
	});
}

test('what was named before the space ran out is acknowledged, the rest is not answered for', async t => {
	const directory = await outboxIn(t);
	const many = Array.from({length: 40}, (_, n) => ({id: `s${n}`, bytes: new Uint8Array(10)}));
	let writes = 0;
	const files = watchedFiles(call => {
		writes += call === 'handle.writeFile' ? 1 : 0;
		if (writes > 70) {
			throw refusal('ENOSPC');
		}
	}, t);
	// Even the fsync of the directory fails now: nothing may be acknowledged.
	t.is((await send(transportTo(directory, files), many)).kind, 'link_down');
	writes = 0;
	await rm(directory, {recursive: true});
	const onlyWrites = watchedFiles(call => {
		writes += call === 'handle.writeFile' ? 1 : 0;
		if (writes > 70 && call === 'handle.writeFile') {
			throw refusal('ENOSPC');
		}
	});
	t.like(await send(transportTo(directory, onlyWrites), many), {
		kind: 'answered',
		acked: [[0, 31]],
		troubles: [],
	});
	t.is((await readdir(directory)).length, 64);
});

test('a mount point that lost its file system is not written to', async t => {
	const directory = await outboxIn(t);
	let mounted = true;
	const real = watchedFiles(() => {});
	const files = {
		...real,
		stat: async (where: string) => {
			const found = await stat(where);
			return Object.assign(found, {dev: where === directory && mounted ? 4711 : 1});
		},
	} as unknown as FileSystem;
	const transport = transportTo(directory, files);
	t.is((await send(transport, SEGMENTS.slice(0, 1))).kind, 'answered'); // Makes the directory.
	t.is((await send(transport, SEGMENTS.slice(0, 1))).kind, 'answered');
	mounted = false;
	t.like(await send(transport, SEGMENTS), {
		kind: 'link_down',
		message: `${directory}: is not mounted any more`,
	});
	await rm(directory, {recursive: true});
	t.like(await send(transport, SEGMENTS), {
		kind: 'link_down',
		message: `${directory}: is gone with the file system it was on. Is it mounted?`,
	});
});

test('leftovers of a crash are swept at the start, those of other writers are not', async t => {
	const directory = await outboxIn(t);
	await mkdir(directory);
	const frozen = transportTo(
		directory,
		watchedFiles(call => (call === 'link' ? new Promise(() => {}) : undefined), t),
	);
	void send(frozen, SEGMENTS);
	while ((await readdir(directory)).length < 6) {
		await new Promise(setImmediate);
	}
	await writeFile(path.join(directory, '.edged-000000000000-1.tmp'), 'of another');
	await transportTo(directory).probe(new AbortController().signal);
	t.deepEqual(await readdir(directory), ['.edged-000000000000-1.tmp']);
});

test('a crash at any call leaves no half file under a name, and the next send makes it whole', async t => {
	const two = SEGMENTS.slice(1);
	for (let last = 1; ; last++) {
		const directory = await outboxIn(t);
		let calls = 0;
		let crash = () => {};
		const crashed = new Promise<'crashed'>(resolve => {
			crash = () => resolve('crashed');
		});
		const files = watchedFiles(call => {
			calls += 1;
			if (calls > last) {
				crash();
				return new Promise(() => {});
			}
			return unsynced(call);
		}, t);
		const end = await Promise.race([send(transportTo(directory, files), two), crashed]);
		if (end !== 'crashed') {
			t.true(last > 30, `${last} calls in all`);
			return;
		}
		const names = last > 3 ? await readdir(directory) : [];
		for (const {id, bytes} of two) {
			const name = payloadFileName(id as SegmentId);
			if (names.includes(name)) {
				t.is(Buffer.compare(await contentOf(directory, id), bytes), 0, `${id}, call ${last}`);
				t.true(names.includes(`${name}.meta.json`), `${id} without its sidecar, call ${last}`);
			}
		}
		t.like(
			await send(transportTo(directory, watchedFiles(unsynced)), two),
			{kind: 'answered', acked: [[0, 1]], troubles: []},
			`call ${last}`,
		);
		await isDelivered(t, directory, two);
	}
});

/** A crash of the daemon alone loses nothing that was written: fsync would only cost time. */
const unsynced = (call: string) => (call === 'handle.sync' ? 'skip' : undefined);

test('an abort before anything was written leaves nothing and is no trouble of the link', async t => {
	const directory = await outboxIn(t);
	const controller = new AbortController();
	const context = freeContext(controller.signal);
	context.pace = async () => {
		controller.abort();
		throw controller.signal.reason;
	};
	t.is((await send(transportTo(directory), SEGMENTS, context)).kind, 'unsent');
	t.deepEqual(await readdir(directory), []);
});

for (const diskThreads of [2, 1] as const) {
	test(`a mount that hangs holds ${diskThreads} of the threads, and is trouble of the link after five minutes`, async t => {
		const clock = new FakeClock();
		let stuck = 0;
		const files = watchedFiles(call => {
			if (call === 'handle.writeFile') {
				stuck += 1;
				return new Promise(() => {});
			}
			return undefined;
		}, t);
		const transport = createDirectoryTransport({directory: await outboxIn(t), clock, files, diskThreads});
		const sends = [send(transport, SEGMENTS), send(transport, SEGMENTS)];
		while (stuck < diskThreads) {
			await new Promise(setImmediate);
		}
		clock.advance(300_000);
		for (const outcome of await Promise.all(sends)) {
			t.is(outcome.kind, 'link_down');
			t.regex(outcome.kind === 'link_down' ? outcome.message : '', /does not respond/);
		}
		t.is(stuck, diskThreads);
	});
}

test('a file is written as the rate allows, piece by piece, and one that is cut short gets no name', async t => {
	const directory = await outboxIn(t);
	const bytes = randomBytes(50_000);
	const context = freeContext();
	let used = 0;
	context.pace = async wanted => {
		t.is(used, context.paced, 'nothing is asked for ahead');
		const allowed = Math.min(wanted, 16_384);
		context.paced += allowed;
		return allowed;
	};
	context.wrote = written => {
		used += written;
	};
	const one = segmentsLease([{id: 'one', bytes}]);
	const transport = transportTo(directory);
	const outcome = await transport.send(one.lease, one.payloads, context);
	t.like(outcome, {kind: 'answered', acked: [[0, 0]], bytesSent: used});
	t.deepEqual(await readFile(path.join(directory, 'one')), bytes);
	t.true(used > 50_000);

	const controller = new AbortController();
	const cut = {
		...freeContext(controller.signal),
		pace: async (wanted: number) => Math.min(wanted, 16_384),
		wrote: () => controller.abort(),
	};
	const two = segmentsLease([{id: 'two', bytes}]);
	t.is((await transport.send(two.lease, two.payloads, cut)).kind, 'unsent');
	t.deepEqual((await readdir(directory)).sort(), ['one', 'one.meta.json']);
});

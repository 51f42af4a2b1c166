import {randomBytes} from 'node:crypto';
import test from 'ava';
import {EdgedError} from '../../../src/outbound/errors.js';
import {runLine} from '../../helpers/cli.js';
import {ctl, deadRecord, exportFiles, writeFiles} from '../../helpers/dead-export.js';
import {directoryPeer, edgeConfig, edgeIn, inDirectory, statusOf} from '../../helpers/edge-daemon.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

test.serial.beforeEach(t => t.timeout(120_000));

const withCeiling = (ceiling: string): string =>
	edgeConfig(`${directoryPeer()}\n[storage]\ndisk_ceiling_bytes = "${ceiling}"\nmax_segment_bytes = "1 MiB"`);

test.serial(
	'the queue is full in the middle of an import: it is said what is in, and the same line goes on once there is room',
	async t => {
		const edge = await edgeIn(t);
		const source = inDirectory(edge, 'dead');
		const payloads = Array.from({length: 800}, (_, n) => `${n} ${'x'.repeat(4000)}`);
		const records = payloads.map((payload, n) => deadRecord(`dead-${n}`, payload));
		await writeFiles(source, exportFiles(records, payloads));
		const words = ['relay', 'deadletter', 'import', source, '--yes'];

		const small = await edge.start(withCeiling('2 MiB'));
		const broken = await ctl(small, words);
		t.is(broken.code, 1);
		t.is(broken.stdout, '');
		t.regex(broken.stderr, /it broke off: 256 of 800 deadletters were imported and stay; to go on, repeat/);
		t.regex(
			broken.stderr,
			/QUEUE_FULL.*storage\.disk_ceiling_bytes.*purge deadletters, or raise the ceiling/,
		);
		t.is((await statusOf(small)).queue_depth.deadletter, 256, 'a call is in whole or not at all');
		const {stdout: trail} = await ctl(small, ['audit', 'query', '--output', 'json']);
		const {events} = JSON.parse(trail) as {events: Array<{event_name: string; outcome: string}>};
		const outcomes = events.filter(({event_name: name}) => name === 'relay.deadletter.imported');
		t.deepEqual(outcomes.map(({outcome}) => outcome).toSorted(), ['failure', 'success']);
		await small.end('SIGTERM');

		const large = await edge.start(withCeiling('64 MiB'));
		const again = await ctl(large, [...words, '--output', 'json']);
		t.is(again.code, 0, again.stderr);
		t.like(JSON.parse(again.stdout), {imported: 544, present: 256, failed: 0});
		t.is((await statusOf(large)).queue_depth.deadletter, 800);
	},
);

test.serial('two operators bring in large payloads at once: both come in whole', async t => {
	const edge = await edgeIn(t);
	const sources = await Promise.all(
		['left', 'right'].map(async name => {
			const payloads = Array.from({length: 3}, () => randomBytes(4_000_000));
			const records = payloads.map((payload, n) => deadRecord(`${name}-${n}`, payload));
			await writeFiles(inDirectory(edge, name), exportFiles(records, payloads));
			return inDirectory(edge, name);
		}),
	);
	const daemon = await edge.start(edgeConfig(directoryPeer()));
	const ends = await Promise.all(
		sources.map(source => ctl(daemon, ['relay', 'deadletter', 'import', source, '--yes'])),
	);
	for (const {code, stdout, stderr} of ends) {
		t.is(code, 0, stderr);
		t.regex(stdout, /^imported 3 deadletters .*: 3 new, 0 here already\n$/);
	}
	t.is((await statusOf(daemon)).queue_depth.deadletter, 6);
});

type Asked = {dry_run?: boolean; segments: ReadonlyArray<{segment_id: string; records: unknown[]}>};

/** A daemon that refuses what comes after the first call. */
const refusingLater = (code: 'DRAINING' | 'STORAGE_FULL' | 'SHUTTING_DOWN', message: string) => {
	let calls = 0;
	return ({dry_run: isDry = false, segments}: Asked) => {
		calls += isDry ? 0 : 1;
		if (calls > 1) {
			throw new EdgedError(code, message);
		}
		const status = isDry ? 'would_import' : 'imported';
		const results = segments.map(({segment_id}) => ({segment_id, peer_id: 'outbox', status}));
		return {dry_run: isDry, [status]: results.length, present: 0, conflict: 0, results};
	};
};

for (const [code, message] of [
	['DRAINING', 'outbox is being removed from the configuration'],
	['STORAGE_FULL', 'the disk is full'],
	['SHUTTING_DOWN', 'edged is shutting down'],
] as const) {
	test(`${code} in the middle of an import: what is in is said, and that the line may be repeated`, async t => {
		const source = await temporaryDirectory(t);
		const payloads = Array.from({length: 300}, (_, n) => `${n}`);
		const records = payloads.map((payload, n) => deadRecord(`dead-${n}`, payload));
		await writeFiles(source, exportFiles(records, payloads));
		let errors = '';
		await t.throwsAsync(
			runLine(`relay deadletter import ${source} --yes`, {
				answers: {
					'relay.status': {peers: [{peer_id: 'outbox'}]},
					'relay.deadletter.import': refusingLater(code, message),
				},
				onError: text => (errors += text),
			}),
			{code, message},
		);
		t.regex(
			errors,
			/it broke off: 256 of 300 deadletters were imported and stay; to go on, repeat the same line/,
		);
		t.notRegex(errors, /left out/, 'it is not about single segments');
	});
}

test('an import that waits for the large payload of another gives up after a minute, and says why', async t => {
	const source = await temporaryDirectory(t);
	const payload = Buffer.alloc(4_000_000);
	await writeFiles(source, exportFiles([deadRecord('a', payload)], [payload]));
	const answer = {dry_run: true, would_import: 1, present: 0, conflict: 0};
	const results = [{segment_id: 'a', peer_id: 'outbox', status: 'would_import'}];
	let asked = 0;
	let errors = '';
	await t.throwsAsync(
		runLine(`relay deadletter import ${source} --yes`, {
			answers: {
				'relay.status': {peers: [{peer_id: 'outbox'}]},
				'relay.deadletter.import': {...answer, results},
				'relay.deadletter.import_chunk': () => {
					asked++;
					throw new EdgedError('BUSY', 'another import brings in a payload just now');
				},
			},
			onError: text => (errors += text),
		}),
		{code: 'BUSY'},
	);
	t.is(asked, 241, 'each quarter of a second');
	t.regex(errors, /waiting: another import brings in a large payload/);
	t.regex(errors, /it broke off: 0 of 1 deadletter were imported/);
});

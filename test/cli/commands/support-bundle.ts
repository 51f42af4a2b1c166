import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {DaemonUnreachable} from '../../../src/rpc/client-errors.js';
import {runLine} from '../../helpers/cli.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';
import {unpacked} from '../../helpers/unpacked.js';

const gone = new DaemonUnreachable('/run/x', 'gone', {code: 'ENOENT'} as NodeJS.ErrnoException);

test('the bundle is told collector by collector, as operators know it', async t => {
	const directory = await temporaryDirectory(t);
	const log = path.join(directory, 'log');
	await writeFile(log, 'started\n');
	await mkdir(path.join(directory, 'state'));
	const config = path.join(directory, 'edge.toml');
	await writeFile(
		config,
		'[node]\nid = "e"\nstate_dir = "state"\n[[peers]]\nid = "p"\ntransport = "directory"\npath = "o"\n',
	);
	const file = path.join(directory, 'b.tar.gz');
	const {out, exitCode} = await runLine(
		`support-bundle generate --output ${file} --config-file ${config} --log-file ${log} --orchestrator-url http://x`,
		{answers: {'daemon.ping': gone}},
	);
	t.is(exitCode, undefined);
	const lines = out.trimEnd().split('\n');
	t.is(lines[0], `generating support bundle: ${file}`);
	t.regex(lines[1] ?? '', /^note: --orchestrator-url is of the control plane/);
	t.deepEqual(lines.slice(2, 5), [
		'  collecting system_info...',
		'  collecting build_info...',
		'  collecting config...',
	]);
	t.true(lines.some(line => /^warning: relay_status failed: edged is not reachable/.test(line)));
	t.regex(lines.at(-1) ?? '', new RegExp(`^bundle written: ${file} \\(`));
	t.true((await unpacked(file)).has('manifest.json'));
});

test('as JSON it is one document, with --output before the command', async t => {
	const file = path.join(await temporaryDirectory(t), 'b.tar.gz');
	const {out} = await runLine(
		`--output json support-bundle generate --output ${file} --config-file /none --log-file /none`,
		{answers: {'daemon.ping': gone}},
	);
	const answer = JSON.parse(out) as {bundle: string; collectors: unknown[]};
	t.is(answer.bundle, file);
	t.is(answer.collectors.length, 9);
});

for (const [line, words] of [
	['support-bundle generate', /--output FILE.tar.gz says where/],
	[
		'support-bundle generate --output json',
		/--output is the file here; for the format write edgectl --output json/,
	],
] as const) {
	test(`"${line}" is told what is missing`, async t => {
		t.regex((await t.throwsAsync(runLine(line), {instanceOf: UsageError})).message, words);
	});
}

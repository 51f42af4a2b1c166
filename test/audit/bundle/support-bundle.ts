import {execFile} from 'node:child_process';
import {copyFile, mkdir, readdir, stat, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {type SupportBundleOrder, writeSupportBundle} from '../../../src/audit/bundle/support-bundle.js';
import {certificates} from '../../helpers/certificates.js';
import {PLANTED} from '../../helpers/planted-secrets.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';
import {unpacked} from '../../helpers/unpacked.js';

const run = promisify(execFile);

type Manifest = {
	readonly collectors: ReadonlyArray<{
		readonly name: string;
		readonly status: string;
		readonly duration_ms: number;
		readonly error?: string;
		readonly notes: readonly string[];
		readonly files: readonly string[];
	}>;
	readonly files: ReadonlyArray<{readonly name: string; readonly size_bytes: number}>;
};

const CONFIG = `
[node]
id = "edge"
state_dir = "state"
[[peers]]
id = "hub"
transport = "directory"
path = "out"
`;

const unreachable = () => Promise.reject(new Error('edged is not reachable: there is no socket'));

const bundleIn = async (t: ExecutionContext, order: Partial<SupportBundleOrder>, config = CONFIG) => {
	const directory = await temporaryDirectory(t);
	const configFile = path.join(directory, 'edge.toml');
	await writeFile(configFile, config);
	await mkdir(path.join(directory, 'state'), {recursive: true});
	const logFile = path.join(directory, 'edged.log');
	await writeFile(logFile, '{"level":"info","msg":"started"}\n');
	const said: string[] = [];
	const file = path.join(directory, 'bundle.tar.gz');
	const bundle = await writeSupportBundle(
		{
			file,
			existing: 'refuse',
			signal: new AbortController().signal,
			version: '1.2.3',
			ask: unreachable,
			auditDirectory: undefined,
			logFile,
			env: {},
			configFile,
			...order,
		},
		{
			collecting: name => said.push(name),
			warning: (name, why) => said.push(`warning: ${name} failed: ${why}`),
		},
	);
	const files = await unpacked(file);
	const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '') as Manifest;
	const of = (name: string) => manifest.collectors.find(one => one.name === name);
	return {directory, bundle, files, manifest, said, of, file};
};

test.serial('with the daemon down a bundle is written, and the manifest names every collector', async t => {
	const {files, manifest, said, of, file} = await bundleIn(t, {});
	t.deepEqual(
		manifest.collectors.map(({name, status}) => [name, status]),
		[
			['system_info', 'ok'],
			['build_info', 'ok'],
			['config', 'ok'],
			['relay_status', 'failed'],
			['shape', 'failed'],
			['audit_recent', 'skipped'],
			['logs', 'ok'],
			['storage', 'ok'],
			['peers', 'ok'],
		],
	);
	t.true(said.includes('warning: relay_status failed: edged is not reachable: there is no socket'));
	t.is([...files.keys()][0], 'manifest.json');
	const system = JSON.parse(files.get('system_info.json')?.toString() ?? '') as object;
	for (const key of ['os', 'arch', 'node_version', 'hostname', 'collected_at']) {
		t.true(key in system, key);
	}
	t.regex(files.get('storage.json')?.toString() ?? '', /"verdict": "clean"/, 'fsck was asked');
	t.is((await stat(file)).mode & 0o777, 0o600);
	t.true(manifest.collectors.every(({duration_ms}) => duration_ms >= 0));
	t.deepEqual(
		manifest.files.map(({name}) => name),
		[...files.keys()].slice(1),
	);
	t.is(of('storage')?.error, undefined);
});

test.serial(
	'of what is planted in config, labels, errors, audit, log and environment nothing is in the archive',
	async t => {
		const all = PLANTED.map(({text}) => text).join('\n');
		const directory = await temporaryDirectory(t);
		const logFile = path.join(directory, 'planted.log');
		const json = PLANTED.map(({text}) =>
			JSON.stringify({level: 'error', msg: text, nested: {labels: {note: text}}}),
		);
		await writeFile(logFile, `${all}\n${json.join('\n')}\n`);
		const audit = path.join(directory, 'audit');
		await mkdir(audit);
		await writeFile(
			path.join(audit, 'audit-2026-11-24.jsonl'),
			PLANTED.map(
				({text}) => `${JSON.stringify({event_name: 'x', fields: {reason: text, password: text}})}\n`,
			).join(''),
		);
		const answer = {
			records: PLANTED.map(({text}) => ({
				labels: {note: text, api_key: 'hunter2plant', [`token ${text}`]: 'x'},
				attempts: [{error: `the peer said ${text}`}],
			})),
		};
		const {files, of} = await bundleIn(
			t,
			{
				logFile,
				auditDirectory: audit,
				ask: () => Promise.resolve(answer),
				env: {EDGED_TOKEN: 'hunter2plant', HTTPS_PROXY: 'http://u:hunter2plant@p:1', EDGED_SOCKET: '/run/x'},
			},
			`${CONFIG}\n[secrets]\nhub = "hunter2plant"\n${all}`,
		);
		t.is(of('config')?.status, 'failed', 'the configuration is none, and is there all the same');
		t.true(files.has('config_redacted.toml'));
		for (const name of ['audit_recent.json', 'edged.log', 'deadletters_recent.json', 'relay_status.json']) {
			t.true((files.get(name)?.length ?? 0) > 1000, name);
		}
		const secrets = [...new Set(PLANTED.flatMap(({mustGo}) => mustGo))].filter(secret => secret !== 'BEGIN');
		for (const [name, bytes] of files) {
			const text = bytes.toString('latin1');
			t.deepEqual(
				[...secrets, 'BEGIN PRIVATE', 'BEGIN RSA', 'BEGIN EC'].filter(secret => text.includes(secret)),
				[],
				name,
			);
		}
		t.regex(files.get('system_info.json')?.toString() ?? '', /"EDGED_SOCKET": "\/run\/x"/);
	},
);

test.serial('certificates are shown with subject and expiry, keys never', async t => {
	const {client, authority} = await certificates();
	const directory = await temporaryDirectory(t);
	const combined = path.join(directory, 'both.pem');
	await writeFile(combined, Buffer.concat([client.key, client.cert]));
	const {files, of} = await bundleIn(
		t,
		{},
		`[node]\nid = "edge"\nstate_dir = "state"\n[[peers]]\nid = "hub"\nurl = "https://hub:1"\nca_file = "${authority.caFile}"\ncert_file = "${combined}"\nkey_file = "${client.keyFile}"\n`,
	);
	const text = files.get('peers.json')?.toString() ?? '';
	t.regex(text, /"subject": "CN=edge-1"/);
	t.regex(text, /"days_left": 1/);
	t.true(of('peers')?.notes.some(note => /expires in 1 days/.test(note)));
	const body = client.key.toString().split('\n')[1] ?? '';
	t.true(body.length > 40);
	t.true([...files.values()].every(bytes => !bytes.includes(body) && !bytes.includes('PRIVATE KEY--')));
});

test.serial('a daemon that hangs costs a bundle seconds, not minutes', async t => {
	const start = performance.now();
	const {of} = await bundleIn(t, {ask: () => new Promise(() => {})});
	t.is(of('relay_status')?.status, 'failed');
	t.regex(of('relay_status')?.error ?? '', /did not answer within 2.5 s/);
	t.regex(of('storage')?.error ?? '', /does not answer: not checked/, 'its store is left alone');
	t.true(performance.now() - start < 28_000);
});

const logCases: ReadonlyArray<readonly [string, (directory: string) => Promise<string>, RegExp]> = [
	['a directory', async directory => directory, /is a directory, not a file/],
	[
		'a FIFO that nobody writes to',
		async directory => {
			await run('mkfifo', [path.join(directory, 'fifo')]);
			return path.join(directory, 'fifo');
		},
		/is a pipe \(FIFO\), not a file/,
	],
	['a file that is not there', async directory => path.join(directory, 'none'), /does not exist/],
	[
		'binary data',
		async directory => {
			await copyFile(process.execPath, path.join(directory, 'node'));
			return path.join(directory, 'node');
		},
		/is no text/,
	],
	[
		'a symbolic link in a circle',
		async directory => {
			await symlink(path.join(directory, 'loop'), path.join(directory, 'loop'));
			return path.join(directory, 'loop');
		},
		/too many symbolic links/,
	],
];
for (const [what, make, words] of logCases) {
	test.serial(`--log-file that is ${what} is told, and the rest is collected`, async t => {
		const logFile = await make(await temporaryDirectory(t));
		const {of, said} = await bundleIn(t, {logFile});
		t.is(of('logs')?.status, 'failed');
		t.regex(of('logs')?.error ?? '', words);
		t.true(said.some(line => line.startsWith('warning: logs failed: ')));
		t.is(of('peers')?.status, 'ok');
	});
}

test.serial('of a huge log the end is there, and lines without an end are cut', async t => {
	const logFile = path.join(await temporaryDirectory(t), 'huge.log');
	const line = `${'x'.repeat(99)}\n`;
	await writeFile(logFile, `first\n${line.repeat(130_000)}${'y'.repeat(500_000)}\nlast line\n`);
	const {files, of} = await bundleIn(t, {logFile});
	const text = files.get('edged.log')?.toString() ?? '';
	t.true(text.length < 10.5 * 1024 * 1024 && text.length > 9 * 1024 * 1024);
	t.false(text.startsWith('first'));
	t.true(text.endsWith('[cut]\nlast line\n'));
	t.true(of('logs')?.notes.some(note => /only the last 10 MiB/.test(note)));
});

for (const [what, make, words] of [
	[
		'a file that is there',
		async (directory: string) => {
			await writeFile(path.join(directory, 'old'), 'old');
			return path.join(directory, 'old');
		},
		/old is there already, and was left as it is/,
	],
	['a directory', async (directory: string) => directory, /is a directory: name a file in it/],
	[
		'in a directory that is not there',
		async (directory: string) => path.join(directory, 'no/b'),
		/there is no directory/,
	],
	['on a full disk', async () => '/dev/full/x', /no directory/],
	['in /proc', async () => '/proc/bundle.tar.gz', /there is no directory|no permission|could not be written/],
] as const) {
	test.serial(`an output that is ${what} is refused, and nothing half is left`, async t => {
		const directory = await temporaryDirectory(t);
		const file = await make(directory);
		const before = await readdir(directory);
		const error = await t.throwsAsync(bundleIn(t, {file}));
		t.regex(error?.message ?? '', words);
		t.deepEqual(await readdir(directory), before);
	});
}

test.serial('an interrupt leaves no half file', async t => {
	const directory = await temporaryDirectory(t);
	const abort = new AbortController();
	const ask = (): Promise<unknown> => {
		abort.abort(new Error('interrupted'));
		return new Promise(() => {});
	};
	await t.throwsAsync(bundleIn(t, {file: path.join(directory, 'b.tar.gz'), ask, signal: abort.signal}), {
		message: 'interrupted',
	});
	t.deepEqual(await readdir(directory), []);
});

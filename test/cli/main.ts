import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {DEFAULT_RPC_SOCKET} from '../../src/config/paths.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {SegmentId} from '../../src/outbound/names.js';
import type {Backend} from '../../src/rpc/backend.js';
import {startIngest} from '../helpers/ingest.js';
import {EDGECTL, runEdgectl} from '../helpers/process.js';
import {startRpcServer} from '../helpers/rpc-server.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';
import {lanes, peer, pong, record, status} from '../helpers/wire-samples.js';

/** Both doors of a daemon on real sockets, with nothing behind them but what the test gives. */
const startDoors = async (t: ExecutionContext, backend: Partial<Backend> = {}) => {
	const ingest = await startIngest(t);
	const {socketPath} = await startRpcServer(t, {
		ping: () => ({...pong, ingest_socket: ingest.socketPath}),
		...backend,
	});
	return {ingest, socketPath};
};

test.serial('the answer goes to stdout, and the exit code is 0', async t => {
	const {socketPath} = await startDoors(t, {status: () => status});
	const {code, stdout, stderr} = await runEdgectl(['relay', 'status', '--socket', socketPath]);
	t.deepEqual({code, stderr}, {code: 0, stderr: ''});
	t.regex(stdout, /^Relay Status\n {2}Enabled: +true\n/);
});

test.serial('EDGED_SOCKET names the socket, and json is the answer of the daemon unchanged', async t => {
	const {socketPath} = await startDoors(t, {status: () => status});
	const {code, stdout} = await runEdgectl(['relay', 'status', '--output', 'json'], {
		env: {EDGED_SOCKET: socketPath},
	});
	t.is(code, 0);
	t.deepEqual(JSON.parse(stdout), status);
});

const withoutInstalledDaemon = existsSync(DEFAULT_RPC_SOCKET) ? test.serial.skip : test.serial;
withoutInstalledDaemon('the socket of a quickstart in the working directory is found', async t => {
	const {socketPath} = await startDoors(t);
	const directory = await temporaryDirectory(t);
	await mkdir(path.join(directory, 'var'));
	await symlink(socketPath, path.join(directory, 'var', 'rpc.sock'));
	const {code, stdout} = await runEdgectl(['ping'], {cwd: directory, env: {EDGED_SOCKET: ''}});
	t.is(code, 0);
	t.regex(stdout, /^edged 0\.1\.0 is running/);
});

const ends = test.macro(
	async (t, words: readonly string[], backend: Partial<Backend>, expected: number, stderr: RegExp) => {
		const {socketPath} = await startDoors(t, backend);
		const ended = await runEdgectl([...words, '--socket', socketPath]);
		t.is(ended.code, expected);
		t.is(ended.stdout, '');
		t.regex(ended.stderr, stderr);
		t.is(ended.stderr.trimEnd().split('\n').length, 1);
	},
);
const refusing = (code: 'NOT_FOUND' | 'INVALID_STATE') => ({
	retry: () => {
		throw new EdgedError(code, 'seg-1 for hub is acked');
	},
});
test.serial(
	'a refusal ends with 1 and the words of the daemon',
	ends,
	['relay', 'deadletter', 'retry', 'seg-1', 'hub'],
	refusing('INVALID_STATE'),
	1,
	/^edgectl: INVALID_STATE: seg-1 for hub is acked\. /,
);
test.serial(
	'what is not there ends with 4',
	ends,
	['relay', 'deadletter', 'retry', 'seg-1', 'hub'],
	refusing('NOT_FOUND'),
	4,
	/^edgectl: NOT_FOUND: /,
);
test.serial(
	'a fault of the daemon ends with 1 and points to its log',
	ends,
	['relay', 'status'],
	{},
	1,
	/^edgectl: Internal error .*journalctl/,
);
test.serial(
	'nonsense ends with 2 and points to the help',
	ends,
	['relay', 'list', '--limit', 'x'],
	{},
	2,
	/^edgectl: .*See: edgectl relay list --help$/m,
);

test.serial(
	'with --output json a failure is a line of json on stderr, and the exit code the same',
	async t => {
		const {socketPath} = await startDoors(t, refusing('NOT_FOUND'));
		const errorOf = async (words: readonly string[]) => {
			const {code, stdout, stderr} = await runEdgectl([...words, '--output', 'json']);
			t.is(stdout, '');
			t.is(stderr.trimEnd().split('\n').length, 1);
			const {error} = JSON.parse(stderr) as {error: {exit_code: number}};
			t.is(error.exit_code, code ?? -1);
			return error;
		};
		const socket = ['--socket', socketPath];
		t.like(await errorOf(['relay', 'deadletter', 'retry', 'seg-1', 'hub', ...socket]), {
			code: 'NOT_FOUND',
			message: 'seg-1 for hub is acked.',
			advice: 'See what there is: edgectl relay list',
		});
		t.like(await errorOf(['relay', 'lits']), {code: 'USAGE', exit_code: 2});
		t.like(await errorOf(['ping', '--socket', `${socketPath}.none`]), {code: 'UNREACHABLE', exit_code: 3});
		t.like(await errorOf(['relay', 'status', ...socket]), {code: 'DAEMON_FAULT', exit_code: 1});
	},
);

test.serial('a daemon that is not there ends with 3, names the socket and how to start it', async t => {
	const socket = path.join(await temporaryDirectory(t), 'none.sock');
	const {code, stdout, stderr} = await runEdgectl(['relay', 'status', '--socket', socket]);
	t.deepEqual({code, stdout}, {code: 3, stdout: ''});
	t.true(
		stderr.startsWith(
			`edgectl: edged is not reachable: there is no socket ${socket}. Start it with "systemctl start edged"`,
		),
	);
});

test.serial('ping --wait returns when the daemon has come up', async t => {
	const directory = await temporaryDirectory(t);
	const socket = path.join(directory, 'late.sock');
	const waiting = runEdgectl(['ping', '--wait', '30s', '--socket', socket]);
	const {socketPath} = await startDoors(t);
	await symlink(socketPath, socket);
	t.like(await waiting, {code: 0, stderr: ''});
});

test.serial('a reader that has read enough ends nothing with noise', async t => {
	const records = Array.from({length: 1000}, () => record);
	const {socketPath} = await startDoors(t, {list: () => ({records, examined: 1000, total: 1000})});
	const line = `"$0" "$1" relay list --limit 1000 --socket "$2" | head -n 1; exit "\${PIPESTATUS[0]}"`;
	const shell = spawn('bash', ['-c', line, process.execPath, EDGECTL, socketPath]);
	const said = {out: '', errors: ''};
	shell.stdout.on('data', (text: Buffer) => {
		said.out += text.toString();
	});
	shell.stderr.on('data', (text: Buffer) => {
		said.errors += text.toString();
	});
	const [code] = await once(shell, 'close');
	t.is(code, 0);
	t.is(said.errors, '');
	t.regex(said.out, /^SEGMENT-ID .*\n$/);
});

test.serial('who does it comes from the flag, else AUTONOMY_OPERATOR, else the uid', async t => {
	const operators: unknown[] = [];
	const {socketPath} = await startDoors(t, {
		pause: ({operator}) => {
			operators.push(operator);
			return {...lanes, done: true};
		},
	});
	const pause = ['relay', 'pause', '--socket', socketPath];
	await runEdgectl(pause, {env: {AUTONOMY_OPERATOR: ''}});
	await runEdgectl(pause, {env: {AUTONOMY_OPERATOR: 'oncall@example.com'}});
	await runEdgectl([...pause, '--operator', 'ann'], {env: {AUTONOMY_OPERATOR: 'oncall@example.com'}});
	t.deepEqual(operators, [`uid:${process.getuid?.()}`, 'oncall@example.com', 'ann']);
});

test.serial('Ctrl-C ends a wait with 130 and no noise', async t => {
	const looked = {resolve() {}};
	const firstLook = new Promise<void>(resolve => {
		looked.resolve = resolve;
	});
	const {socketPath} = await startDoors(t, {
		drain: () => ({...lanes, draining: ['hub']}),
		status: () => {
			looked.resolve();
			return {...status, peers: [{...peer, draining: true}]};
		},
	});
	const child = spawn(process.execPath, [EDGECTL, 'relay', 'drain', '--wait', '--socket', socketPath]);
	const errors: Buffer[] = [];
	child.stderr.on('data', (text: Buffer) => errors.push(text));
	await firstLook;
	child.kill('SIGINT');
	const [code] = await once(child, 'close');
	t.is(code, 130);
	t.is(Buffer.concat(errors).toString(), '');
});

test.serial(
	'files arrive byte for byte; one that cannot be read and one that is too large do not stop the others',
	async t => {
		const {ingest, socketPath} = await startDoors(t);
		const directory = await temporaryDirectory(t);
		const contents = new Map([
			['empty', Buffer.alloc(0)],
			['small', Buffer.from('päyload')],
			['huge', Buffer.alloc(1_048_577, 'h')],
			['large', Buffer.alloc(900_000, 'l')],
			['last', Buffer.from([0, 255, 10])],
		]);
		for (const [name, content] of contents) {
			await writeFile(path.join(directory, name), content);
		}
		const words = ['relay', 'enqueue', 'empty', 'none', 'small', 'huge', 'large', 'last', '--id-from-name'];
		const {code, stdout, stderr} = await runEdgectl(
			[
				...words,
				'--label',
				'site=Zürich',
				'--peer-id',
				'peer-a',
				'--expires-in',
				'1h',
				'--socket',
				socketPath,
			],
			{cwd: directory},
		);
		t.is(code, 1);
		t.deepEqual(
			stdout
				.trimEnd()
				.split('\n')
				.map(line => line.split(/ +/)),
			['empty', 'small', 'large', 'last'].map(name => [name, 'accepted', name]),
		);
		t.regex(stderr, /^edgectl: none: no such file$/m);
		t.regex(stderr, /^edgectl: huge: TOO_LARGE: /m);
		t.regex(stderr, /^edgectl: 4 segments accepted, 2 failed$/m);
		for (const name of ['empty', 'small', 'large', 'last']) {
			const stored = ingest.store.segments.get(name as SegmentId);
			t.deepEqual(stored?.bytes, contents.get(name));
			t.like(stored?.draft, {
				labels: {site: 'Zürich'},
				expiresInMs: 3_600_000,
				contentType: 'application/octet-stream',
			});
		}
	},
);

test.serial('lines of the input become segments in their order, and json says so a line each', async t => {
	const {ingest, socketPath} = await startDoors(t);
	const lines = Array.from({length: 500}, (_, at) => `line ${at}`);
	const {code, stdout} = await runEdgectl(
		[
			'relay',
			'enqueue',
			'-',
			'--lines',
			'--output',
			'json',
			'--content-type',
			'text/plain',
			'--socket',
			socketPath,
		],
		{input: lines.join('\n')},
	);
	t.is(code, 0);
	t.deepEqual(
		ingest.store.drafts.map(({payload}) => Buffer.from(payload).toString()),
		lines,
	);
	const answers = stdout
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line) as {file: string; segment_id: string});
	t.like(answers[499], {status: 'accepted', durability: 'durable', file: '-:500'});
	t.deepEqual(
		answers.map(({segment_id}) => segment_id),
		[...ingest.store.segments.keys()],
	);
});

test.serial('a whole input of any length is one segment, and the same again is a duplicate', async t => {
	const {ingest, socketPath} = await startDoors(t);
	const input = Buffer.alloc(1_000_000, 'stdin');
	const words = [
		'relay',
		'enqueue',
		'-',
		'--segment-id',
		'in-1',
		'--priority',
		'urgent',
		'--socket',
		socketPath,
	];
	t.like(await runEdgectl(words, {input}), {code: 0});
	const {stdout} = await runEdgectl(words, {input});
	t.regex(stdout, /^in-1 +duplicate +-/);
	t.true(ingest.store.segments.get('in-1' as SegmentId)?.bytes.equals(input));
	const {code, stderr} = await runEdgectl(words, {input: 'other bytes'});
	t.is(code, 1);
	t.regex(stderr, /^edgectl: -: CONFLICT: /);
});

test.serial('a daemon that drains ends an endless input at once', async t => {
	const {ingest, socketPath} = await startDoors(t);
	ingest.state = 'draining';
	const child = spawn(process.execPath, [
		EDGECTL,
		'relay',
		'enqueue',
		'-',
		'--lines',
		'--socket',
		socketPath,
	]);
	const errors: Buffer[] = [];
	child.stderr.on('data', (text: Buffer) => errors.push(text));
	child.stdin.write('one line, and no end of the input\n');
	const [code] = await once(child, 'close');
	t.is(code, 1);
	t.regex(
		Buffer.concat(errors).toString(),
		/^edgectl: -:1: DRAINING: .*edgectl relay resume\nedgectl: stopped: 0 segments accepted, the rest was not tried\n$/,
	);
});

test.serial('Ctrl-C ends an endless input with 130', async t => {
	const {ingest, socketPath} = await startDoors(t);
	const arrived = {resolve() {}};
	const firstLine = new Promise<void>(resolve => {
		arrived.resolve = resolve;
	});
	ingest.store.beforeCommit = async () => {
		arrived.resolve();
	};
	const child = spawn(process.execPath, [
		EDGECTL,
		'relay',
		'enqueue',
		'-',
		'--lines',
		'--socket',
		socketPath,
	]);
	child.stdin.write('one line, and no end of the input\n');
	await firstLine;
	child.kill('SIGINT');
	const [code] = await once(child, 'close');
	t.is(code, 130);
});

test.serial('a payload comes back byte for byte, into a file and into a pipe', async t => {
	const digests = new Map<string, string>();
	const doors = await startDoors(t, {
		inspect: ({segment_id}) => ({records: [{...record, segment_id, sha256: digests.get(segment_id) ?? ''}]}),
	});
	const content = Buffer.alloc(700_000, 'payload\0');
	const socket = ['--socket', doors.socketPath];
	await runEdgectl(['relay', 'enqueue', '-', '--segment-id', 'p-1', ...socket], {input: content});
	digests.set('p-1', doors.ingest.store.segments.get('p-1' as SegmentId)?.sha256 ?? '');
	const directory = await temporaryDirectory(t);
	const saved = await runEdgectl(['relay', 'inspect', 'p-1', '--payload', 'out.bin', ...socket], {
		cwd: directory,
	});
	t.is(saved.code, 0);
	t.regex(saved.stdout, /payload written to out\.bin\n$/);
	t.deepEqual(await readFile(path.join(directory, 'out.bin')), content);
	const piped = await runEdgectl(['relay', 'inspect', 'p-1', '--payload', '-', ...socket]);
	t.is(piped.stdout, content.toString());
});

test.serial('a directory that cannot be written is told in one line', async t => {
	const {socketPath} = await startDoors(t, {inspect: () => ({records: [record]})});
	await runEdgectl(['relay', 'enqueue', '-', '--segment-id', 'p', '--socket', socketPath], {input: 'x'});
	const {code, stderr} = await runEdgectl([
		'relay',
		'inspect',
		'p',
		'--payload',
		'/nowhere/x',
		'--socket',
		socketPath,
	]);
	t.is(code, 1);
	t.regex(stderr, /^edgectl: .*\/nowhere\/x: there is no such directory/);
	t.is(stderr.trimEnd().split('\n').length, 1);
});

for (const words of [['--version'], ['-V'], ['--output', 'json', '--version']]) {
	test.serial(`the version is said by ${words.join(' ')}`, async t => {
		t.deepEqual(await runEdgectl(words), {code: 0, signal: null, stdout: '0.1.0\n', stderr: ''});
	});
}

/** Every file that `files` load before they run, and the packages. */
const loadedBy = async (...files: readonly string[]) => {
	const packages = new Set<string>();
	const seen = new Set<string>();
	const walk = async (file: string): Promise<void> => {
		if (seen.has(file)) {
			return;
		}
		seen.add(file);
		for (const [, specifier = ''] of (await readFile(file, 'utf8')).matchAll(
			/(?:from|^import) '([^']+)'/gm,
		)) {
			if (specifier.startsWith('.')) {
				await walk(path.resolve(path.dirname(file), specifier));
			} else if (!specifier.startsWith('node:')) {
				packages.add(specifier);
			}
		}
	};
	for (const file of files) {
		await walk(file);
	}
	return {packages: [...packages], files: [...seen]};
};

const COMMANDS = path.join(path.dirname(EDGECTL), 'cli', 'commands');
const isCommand = (file: string): boolean => path.dirname(file) === COMMANDS;

test('help waits for no heavy package', async t => {
	const commands = (await readdir(COMMANDS)).filter(name => name.endsWith('.js'));
	const {packages, files} = await loadedBy(EDGECTL, ...commands.map(name => path.join(COMMANDS, name)));
	t.deepEqual(packages, ['commander']);
	t.true(files.filter(isCommand).length > 30);
});

test('a command waits for no other', async t => {
	t.deepEqual((await loadedBy(EDGECTL)).files.filter(isCommand), []);
	for (const name of (await readdir(COMMANDS)).filter(file => file.endsWith('.js'))) {
		const {files} = await loadedBy(path.join(COMMANDS, name));
		t.deepEqual(files.filter(isCommand), [path.join(COMMANDS, name)]);
	}
});

import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {askSocket} from './json-rpc.js';
import {looks} from './looks.js';
import type {Teardown} from './temp-dir.js';

export const EDGED = fileURLToPath(new URL('../../src/edged.js', import.meta.url));
export const EDGECTL = fileURLToPath(new URL('../../src/edgectl.js', import.meta.url));

const READY_DEADLINE_MS = 30_000;

export type Exit = {readonly code: number | null; readonly signal: NodeJS.Signals | null};

export type DaemonOptions = {
	/** The configuration as TOML text; written to `<directory>/<name>.toml`, so relative paths lie in `directory`. */
	readonly config: string;
	readonly directory: string;
	/** The control socket that `config` names, for readiness and `call`. Relative to `directory`. */
	readonly socket: string;
	/** @default 'edge' */
	readonly name?: string;
	/** Words before `node`, e.g. `['strace', '-f', '-o', file]`. `pid` is the daemon's even so. */
	readonly prefix?: readonly string[];
	/** The node that runs it. @default this one */
	readonly node?: string;
	/** Arguments of node, before the script. */
	readonly nodeArguments?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
};

export type DaemonProcess = {
	/** Of the daemon itself, as its ping gave it. */
	readonly pid: number;
	readonly socket: string;
	/** From spawn to the first ping that did not answer `starting`. */
	readonly readyMs: number;
	readonly exited: Promise<Exit>;
	/** One JSON-RPC call on a connection of its own. */
	call(method: string, params?: unknown): Promise<unknown>;
	/** Sends SIGSTOP, SIGCONT, SIGHUP... and returns at once. */
	signal(name: NodeJS.Signals): void;
	/** Ends it by `name` (SIGTERM drains, SIGKILL does not) and waits until it is gone. */
	end(name: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<Exit>;
	/** Everything written so far, stdout and stderr in one. */
	output(): string;
};

/**
 * Starts the built daemon and resolves once it answers on its control socket that it has started; rejects with its output when it ends
 * before that. Killed in the teardown if it is still there.
 */
export const startDaemon = async (t: Teardown, options: DaemonOptions): Promise<DaemonProcess> => {
	const {child, output, exited} = await spawnDaemon(t, options);
	const startedAt = performance.now();
	const socket = path.resolve(options.directory, options.socket);
	const pid = await ready(socket, exited, output);
	const signal = (name: NodeJS.Signals): void => {
		if (child.exitCode === null && child.signalCode === null) {
			process.kill(pid, name);
		}
	};
	return {
		pid,
		socket,
		readyMs: performance.now() - startedAt,
		exited,
		output,
		signal,
		call: (method, params) => askSocket(socket, method, params),
		async end(name) {
			signal(name);
			return exited;
		},
	};
};

export type Started = {readonly child: ChildProcess; output(): string; readonly exited: Promise<Exit>};

/** Starts the daemon and waits for nothing: for configurations that it must refuse. */
const spawnDaemon = async (t: Teardown, options: DaemonOptions): Promise<Started> => {
	const {
		config,
		directory,
		name = 'edge',
		node = process.execPath,
		prefix = [],
		nodeArguments = [],
	} = options;
	const file = path.join(directory, `${name}.toml`);
	await writeFile(file, config);
	const [command = node, ...rest] = [...prefix, ...[node, ...nodeArguments, EDGED, '--config', file]];
	const child = spawn(command, rest, {
		cwd: directory,
		env: {...process.env, ...options.env},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const exited = once(child, 'close').then(([code, signal]): Exit => ({code, signal}));
	const pieces: Buffer[] = [];
	child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
	child.stderr.on('data', (piece: Buffer) => pieces.push(piece));
	t.teardown(async () => {
		child.kill('SIGKILL'); // Does nothing once it has ended.
		await exited;
	});
	return {child, exited, output: () => Buffer.concat(pieces).toString('utf8')};
};

/** Asks until the daemon has started: the socket file exists before anyone listens, so there is no event to wait for. */
const ready = async (socket: string, exited: Promise<Exit>, output: () => string): Promise<number> => {
	let ended: Exit | undefined;
	void exited.then(exit => {
		ended = exit;
	});
	for await (const _ of looks(READY_DEADLINE_MS)) {
		if (ended !== undefined) {
			break;
		}
		const pid = await runningPid(socket);
		if (pid !== undefined) {
			return pid;
		}
	}
	const fate = ended === undefined ? `did not answer on ${socket}` : `ended with ${JSON.stringify(ended)}`;
	throw new Error(`The daemon ${fate}. It said:\n${output()}`);
};

const runningPid = async (socket: string): Promise<number | undefined> => {
	try {
		const answer = (await askSocket(socket, 'daemon.ping')) as {state: string; pid: number};
		return answer.state === 'starting' ? undefined : answer.pid; // One that was drained says so after a restart too.
	} catch {
		return undefined; // Not listening yet.
	}
};

export type Finished = Exit & {readonly stdout: string; readonly stderr: string};

export type EdgectlOptions = {
	readonly input?: string | Buffer;
	readonly env?: Record<string, string>;
	readonly cwd?: string;
	/** The node that runs it. @default this one */
	readonly node?: string;
};

/** Runs the built edgectl to its end. */
export const runEdgectl = async (
	words: readonly string[],
	{input = '', env = {}, cwd, node = process.execPath}: EdgectlOptions = {},
): Promise<Finished> => {
	const child = spawn(node, [EDGECTL, ...words], {
		env: {...process.env, ...env},
		...(cwd === undefined ? {} : {cwd}),
	});
	const out: Buffer[] = [];
	const errors: Buffer[] = [];
	child.stdout.on('data', (piece: Buffer) => out.push(piece));
	child.stderr.on('data', (piece: Buffer) => errors.push(piece));
	child.stdin.on('error', () => {}); // It may end before it has read everything.
	child.stdin.end(input);
	const [code, signal] = (await once(child, 'close')) as [Exit['code'], Exit['signal']];
	return {code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(errors).toString()};
};

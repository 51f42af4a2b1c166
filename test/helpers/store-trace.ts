import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {parseTrace, type SystemCall} from './strace.js';
import {temporaryDirectory} from './temp-dir.js';
import {toolTest} from './tool-test.js';

export const straceTest = toolTest('strace', spawnSync('strace', ['-V']).error !== undefined);

export type Traced = {
	/** One line a system call, in the order in which they happened. */
	readonly log: string;
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
};

/** Runs a script of test/helpers under strace with the given options, to its end. */
export const traced = async (
	t: ExecutionContext,
	options: readonly string[],
	script: string,
	words: readonly string[],
): Promise<Traced> => {
	const log = path.join(await temporaryDirectory(t), 'strace.log');
	const file = fileURLToPath(new URL(script, import.meta.url));
	const child = spawn('strace', ['-f', '-y', '-o', log, ...options, process.execPath, file, ...words], {
		// One thread for lmdb's commits: strace counts calls by thread.
		env: {...process.env, UV_THREADPOOL_SIZE: '1'},
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	t.teardown(() => child.kill('SIGKILL'));
	let stdout = '';
	child.stdout.on('data', (piece: Buffer) => {
		stdout += piece.toString();
	});
	const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
	return {log: await readFile(log, 'latin1'), code, signal, stdout};
};

/**
 * Judges a trace of a process that writes `CALL name marker` before a write of the store and `ACK name` once that resolved. For each:
 * the marker's bytes were written to the data file, then a whole fdatasync of it succeeded, then the page that makes the commit valid
 * was written, and only then came the ACK. Returns what is not so. A marker `-` stands for a write without bytes of its own.
 */
export const unprovenAcks = (log: string): readonly string[] => {
	const calls = parseTrace(log);
	const after = (earlier: SystemCall | undefined, isWanted: (call: SystemCall) => boolean) =>
		earlier && calls.find(call => call.begin > earlier.end && isWanted(call));
	const found: string[] = [];
	for (const call of calls) {
		const [, name, marker = ''] = (call.name === 'write' && /"CALL (\S+) (\S+)\\n"/.exec(call.words)) || [];
		if (name !== undefined) {
			const ack = after(call, ({words}) => words.includes(`"ACK ${name}\\n"`));
			const written = marker === '-' ? call : after(call, other => isDataWrite(other, marker));
			const meta = after(after(written, isSync), isMetaWrite);
			if (ack === undefined) {
				found.push(`${name} was never acknowledged`);
			} else if (meta === undefined || meta.end > ack.begin) {
				found.push(`${name} was acknowledged before it was durable`);
			}
		}
	}
	return found;
};

const DATA_FILE = /^\d+<[^>]*data\.mdb>/;

const isDataWrite = ({name, words, result}: SystemCall, marker: string): boolean =>
	['writev', 'pwritev', 'pwrite64'].includes(name) &&
	DATA_FILE.test(words) &&
	words.includes(marker) &&
	/^\d+$/.test(result);

const isSync = ({name, words, result}: SystemCall): boolean =>
	name === 'fdatasync' && DATA_FILE.test(words) && /^0\b/.test(result);

/** The meta page is written with a descriptor that syncs by itself, 128 bytes of it. */
const isMetaWrite = ({name, words, result}: SystemCall): boolean =>
	name === 'pwrite64' && DATA_FILE.test(words) && /, 128, \d+$/.test(words) && result === '128';

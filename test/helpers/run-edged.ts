import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {EDGED, type Exit, type Finished} from './process.js';

/** Runs the built edged to its end: for what it refuses, and for what it only prints. */
export const runEdged = async (
	words: readonly string[],
	cwd?: string,
	user: {readonly uid?: number; readonly gid?: number} = {},
): Promise<Finished> => {
	const child = spawn(process.execPath, [EDGED, ...words], {...(cwd === undefined ? {} : {cwd}), ...user});
	const out: Buffer[] = [];
	const errors: Buffer[] = [];
	child.stdout.on('data', (piece: Buffer) => out.push(piece));
	child.stderr.on('data', (piece: Buffer) => errors.push(piece));
	const [code, signal] = (await once(child, 'close')) as [Exit['code'], Exit['signal']];
	return {code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(errors).toString()};
};

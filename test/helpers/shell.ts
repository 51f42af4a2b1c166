import {execFile} from 'node:child_process';

export type ShellEnded = {readonly code: number; readonly stdout: string; readonly stderr: string};

/** Runs a program to its end, at most half a minute; a failure is a value. */
export const runShell = (
	program: string,
	words: readonly string[],
	settings: {readonly env?: NodeJS.ProcessEnv; readonly cwd?: string} = {},
): Promise<ShellEnded> =>
	new Promise(resolve => {
		execFile(program, words, {...settings, timeout: 30_000}, (error, stdout, stderr) => {
			const code = error === null ? 0 : Number(error.code ?? 1);
			resolve({code, stdout, stderr});
		});
	});

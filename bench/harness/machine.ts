import {execFileSync} from 'node:child_process';
import {arch, availableParallelism, cpus, release, totalmem} from 'node:os';
import {deviceWrites} from './disk.js';

/** Figures mean nothing without it, so it is the first line of every report. */
export const machineLine = (directory: string): string =>
	[
		`${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown processor'} (${arch()})`,
		`${Math.round(totalmem() / 2 ** 30)} GiB`,
		`Linux ${release()}`,
		`${ask('df', ['--output=fstype', directory]).split('\n').at(-1)} on ${deviceWrites(directory)?.name ?? 'n/a'}`,
		`Node ${process.versions.node}`,
		`commit ${ask('git', ['describe', '--always', '--dirty'])}`,
	].join(', ');

const ask = (command: string, words: readonly string[]): string => {
	try {
		return execFileSync(command, words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
	} catch {
		return 'unknown';
	}
};

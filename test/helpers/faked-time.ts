import {spawnSync} from 'node:child_process';
import {renameSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {temporaryDirectory} from './temp-dir.js';
import {toolTest} from './tool-test.js';

/** The library that `faketime` preloads. */
const preload = spawnSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], {encoding: 'utf8'});

export const fakedTimeTest = toolTest('faketime', preload.error !== undefined);

/** The wall clock of processes that are started with `env`. Their monotonic clock is the machine's. */
export type FakedTime = {
	readonly env: Readonly<Record<string, string>>;
	/** From now on their wall clock is so far ahead of the machine's. */
	set(aheadMs: number): void;
};

export const fakedTime = async (t: ExecutionContext): Promise<FakedTime> => {
	const directory = await temporaryDirectory(t);
	const file = path.join(directory, 'time');
	const set = (aheadMs: number): void => {
		const seconds = Math.round(aheadMs / 1000);
		writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
		renameSync(`${file}.new`, file); // It is read at every look at the clock, and half a line is another time.
	};
	set(0);
	return {
		set,
		env: {
			LD_PRELOAD: (preload.stdout ?? '').trim(),
			FAKETIME_TIMESTAMP_FILE: file,
			FAKETIME_NO_CACHE: '1',
			// The names differ between versions of the library.
			FAKETIME_DONT_FAKE_MONOTONIC: '1',
			DONT_FAKE_MONOTONIC: '1',
			NO_FAKE_STAT: '1',
		},
	};
};

import {accessSync, constants, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {EdgedError} from '../outbound/errors.js';
import type {Config} from './config.js';
import {parseConfig} from './parse-config.js';

/** Reads and checks the whole file. Throws `INVALID_CONFIG` that lists everything that is wrong, one problem a line. */
export const loadConfig = (file: string): Config =>
	parseConfig(readText(file), {file, directory: path.dirname(path.resolve(file)), probe: whyUnreadable});

const readText = (file: string): string => {
	try {
		return readFileSync(file, 'utf8');
	} catch (cause) {
		const message = `${file}: the configuration ${wordsFor(cause)}`;
		throw new EdgedError('INVALID_CONFIG', message, {file}, {cause});
	}
};

const whyUnreadable = (file: string): string | undefined => {
	try {
		accessSync(file, constants.R_OK);
		return statSync(file).isFile() ? undefined : `${file} is no file`;
	} catch (cause) {
		return `${file} ${wordsFor(cause)}`;
	}
};

const wordsFor = (error: unknown): string => {
	const {code = 'unknown error'} = error as NodeJS.ErrnoException;
	return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
};

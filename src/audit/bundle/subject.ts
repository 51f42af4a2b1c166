import {readFileSync, readlinkSync} from 'node:fs';
import path from 'node:path';
import type {Config} from '../../config/config.js';
import {parseConfig} from '../../config/parse-config.js';
import {DEFAULT_CONFIG_FILE} from '../../config/paths.js';
import {openPlainFile, readEnd} from './plain-file.js';

/** What the daemon is asked for a bundle: what changes nothing, and what the read-only socket answers too. */
export type Question =
	| 'daemon.ping'
	| 'relay.status'
	| 'relay.shape'
	| 'relay.config.get'
	| 'relay.deadletter.list';

/** What a bundle is about, as far as the collectors need it. */
export type Subject = {
	readonly config: ConfigReading;
	/** Rejects with an Error whose message says why there is no answer. */
	ask(question: Question): Promise<unknown>;
	/** From `--audit-dir` and `--log-file`. */
	readonly auditDirectory: string | undefined;
	readonly logFile: string | undefined;
	/** Of the edgectl that collects. */
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly version: string;
};

export type ConfigReading = {
	readonly file: string;
	/** How that file was found. */
	readonly source: '--config-file' | 'the running daemon' | 'default';
	/** `undefined` when it cannot be read: `problem` says why. */
	readonly text: string | undefined;
	/** `undefined` when the text is no configuration: `problem` says why. */
	readonly config: Config | undefined;
	readonly problem: string | undefined;
};

const MAX_CONFIG_BYTES = 1024 * 1024;

/** Reads the configuration: the one that was named, else that of the running daemon, else the unit's. Never rejects. */
export const readSubjectConfig = async (
	given: string | undefined,
	daemonPid: number | undefined,
): Promise<ConfigReading> => {
	const found = given === undefined ? configOfProcess(daemonPid) : undefined;
	const file = path.resolve(given ?? found ?? DEFAULT_CONFIG_FILE);
	const source =
		given !== undefined ? '--config-file' : found !== undefined ? 'the running daemon' : 'default';
	const none = {file, source, text: undefined, config: undefined} as const;
	try {
		const opened = await openPlainFile(file);
		try {
			if (opened.size > MAX_CONFIG_BYTES) {
				return {...none, problem: `${file} is larger than 1 MiB: that is no configuration`};
			}
			const text = (await readEnd(opened, MAX_CONFIG_BYTES)).toString('utf8');
			return {...none, text, ...parsed(text, file)};
		} finally {
			await opened.handle.close();
		}
	} catch (error) {
		const hint = source === 'default' ? '; name the file with --config-file' : '';
		return {...none, problem: `${(error as Error).message}${hint}`};
	}
};

const parsed = (text: string, file: string): Pick<ConfigReading, 'config' | 'problem'> => {
	try {
		// Whether the files that it names can be read is the peers collector's matter, and depends on who asks.
		const config = parseConfig(text, {file, directory: path.dirname(file), probe: () => undefined});
		return {config, problem: undefined};
	} catch (error) {
		return {config: undefined, problem: (error as Error).message};
	}
};

/** `edged --config FILE` as the kernel remembers it; `undefined` where it does not say, or not to us. */
const configOfProcess = (pid: number | undefined): string | undefined => {
	if (pid === undefined) {
		return undefined;
	}
	try {
		const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
		const at = words.findIndex(word => word === '--config' || word.startsWith('--config='));
		const file = words[at]?.startsWith('--config=') ? words[at]?.slice('--config='.length) : words[at + 1];
		if (at === -1 || file === undefined || file === '') {
			return undefined;
		}
		return path.isAbsolute(file) ? file : path.join(readlinkSync(`/proc/${pid}/cwd`), file);
	} catch {
		return undefined;
	}
};

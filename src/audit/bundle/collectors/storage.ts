import {existsSync, rmSync, type Stats, statSync} from 'node:fs';
import {lstat, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {NoAnswer} from '../ask-once.js';
import type {Collected, Collector} from '../collector.js';
import {runProgram} from '../run-program.js';
import type {Subject} from '../subject.js';
import {disksOf} from './system-info.js';

/** A copy of a larger store would take longer than anybody waits for a bundle, and room that may be short. */
const LARGEST_CHECKED_BYTES = 512 * 1024 * 1024;
const EDGED = fileURLToPath(new URL('../../../edged.js', import.meta.url));

/** Sizes and free space, and how sound the store is: as the running daemon says, or as `edged fsck` finds while it is down. */
export const storage = ({config: {config, file}, ask}: Subject): Collector => ({
	name: 'storage',
	deadlineMs: 14_000,
	async collect(signal): Promise<Collected> {
		const daemon = await ask('relay.status').then(
			status => (status as {storage?: unknown}).storage,
			() => undefined,
		);
		if (config === undefined) {
			const why = 'without a configuration nobody knows where the store is; name the file with --config-file';
			if (daemon === undefined) {
				throw new Error(why);
			}
			return {files: [storageFile({daemon})], problem: why};
		}
		const {stateDir} = config.node;
		const common = {
			state_dir: stateDir,
			disk: (await disksOf([stateDir]))[0],
			disk_ceiling_bytes: config.storage.diskCeilingBytes,
			files: await filesIn(stateDir),
		};
		if (daemon !== undefined) {
			return {files: [storageFile({...common, daemon})]};
		}
		const hangs = await ask('daemon.ping').then(
			() => true,
			error => error instanceof NoAnswer,
		);
		if (hangs) {
			return {
				files: [storageFile(common)],
				problem: 'a daemon has the store and does not answer: not checked',
			};
		}
		const check = await checkStore(stateDir, file, signal);
		return 'report' in check
			? {files: [storageFile({...common, fsck: check.report})]}
			: {files: [storageFile(common)], problem: check.why};
	},
});

const storageFile = (value: object) => ({name: 'storage.json', kind: 'json', value}) as const;

type FileSize = {readonly name: string; readonly size_bytes: number; readonly mode: string};
const MOST_FILES = 200;

/** Names and sizes, two levels deep; nothing of it is read. */
const filesIn = async (directory: string): Promise<FileSize[] | string> => {
	try {
		const names = await readdir(directory, {recursive: false, withFileTypes: true});
		const deeper = await Promise.all(
			names.map(async entry =>
				entry.isDirectory()
					? (await readdir(path.join(directory, entry.name)).catch(() => [])).map(name =>
							path.join(entry.name, name),
						)
					: [entry.name],
			),
		);
		return await Promise.all(
			deeper
				.flat()
				.slice(0, MOST_FILES)
				.map(async name => sizeOf(name, await lstat(path.join(directory, name)))),
		);
	} catch (error) {
		return (error as Error).message;
	}
};

const sizeOf = (name: string, {size, mode}: Stats): FileSize => ({
	name,
	size_bytes: size,
	mode: `0${(mode & 0o777).toString(8)}`,
});

type Checked = {readonly report: unknown} | {readonly why: string};

const checkStore = async (stateDir: string, configFile: string, signal: AbortSignal): Promise<Checked> => {
	const owner = statSync(stateDir, {throwIfNoEntry: false});
	const bytes = statSync(path.join(stateDir, 'queue', 'data.mdb'), {throwIfNoEntry: false})?.size ?? 0;
	if (owner === undefined) {
		return {why: `there is no state directory ${stateDir}`};
	}
	const byHand = `run edged fsck --config ${configFile} by hand`;
	if (bytes > LARGEST_CHECKED_BYTES) {
		return {why: `the store is too large (${bytes} bytes) to be checked for a bundle: ${byHand}`};
	}
	if (await isStarting(signal)) {
		return {
			why: `systemd is starting edged, which needs the store: not checked; ${byHand} once it is stopped`,
		};
	}
	const copy = path.join(stateDir, 'queue-fsck');
	const isForeign = existsSync(copy);
	const end = await runProgram({
		words: [process.execPath, EDGED, 'fsck', '--config', configFile, '--output', 'json'],
		mostBytes: 1024 * 1024,
		signal,
		...(process.getuid?.() === 0 ? {uid: owner.uid, gid: owner.gid} : {}),
	});
	if (signal.aborted && !isForeign) {
		rmSync(copy, {recursive: true, force: true}); // It was ended in the middle of its work.
	}
	const report = summaryOf(end?.stdout.toString() ?? '');
	const {verdict, message} = (report ?? {}) as {readonly verdict?: string; readonly message?: string};
	if (verdict === 'unchecked') {
		return {why: `edged fsck: ${message ?? 'it could not be checked'}`};
	}
	return report === undefined
		? {why: `edged fsck: ${end?.stderr.trim() || `exit code ${String(end?.exitCode)}`}; ${byHand}`}
		: {report};
};

/** The check takes the store's lock: it must not come between systemd and a daemon that it restarts. */
const isStarting = async (signal: AbortSignal): Promise<boolean> => {
	const end = await runProgram({words: ['systemctl', 'is-active', 'edged'], mostBytes: 1024, signal});
	return /^(?:activating|reloading|active)/.test(end?.stdout.toString().trim() ?? '');
};

const MOST_FINDINGS = 50;

/** The report with the beginnings of its lists: a store with many damaged rows has a long one. */
const summaryOf = (json: string): unknown => {
	try {
		return shortened(JSON.parse(json));
	} catch {
		return undefined;
	}
};

const shortened = (value: unknown): unknown => {
	if (Array.isArray(value)) {
		const rest = value.length - MOST_FINDINGS;
		const kept = value.slice(0, MOST_FINDINGS).map(shortened);
		return rest > 0 ? [...kept, `and ${rest} more`] : kept;
	}
	return typeof value === 'object' && value !== null
		? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shortened(one)]))
		: value;
};

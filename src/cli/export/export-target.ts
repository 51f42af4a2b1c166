import {createReadStream} from 'node:fs';
import {mkdir, mkdtemp, open, readdir, rename, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {type Duplex, PassThrough} from 'node:stream';
import {createGzip} from 'node:zlib';
import {type Pack, pack} from 'tar-stream';
import {requireWritable, writeWholeFile} from '../../audit/bundle/whole-file.js';

/** Where an export goes. Everything is staged beside it, so that it is there whole and durable, or not at all. */
export type ExportTarget = {
	readonly format: 'directory' | 'tar' | 'tar.gz';
	/** Where files are made before they are added. */
	readonly staging: string;
	/** Takes over a durable file of the staging directory under `name`. */
	add(file: string, name: string): Promise<void>;
	/** Puts all of it in its place. */
	finish(): Promise<void>;
	/** Leaves nothing behind. Does nothing after `finish`. */
	abandon(): Promise<void>;
};

/** Throws an Error that says what is wrong with the place. A name that ends in .tar, .tar.gz or .tgz is an archive, any other a directory. */
export const openExportTarget = async (target: string, signal: AbortSignal): Promise<ExportTarget> => {
	const full = path.resolve(target);
	const isArchive = /\.(?:tar|tar\.gz|tgz)$/.test(full);
	await (isArchive ? requireNew(full) : requireEmpty(full));
	const staging = await mkdtemp(path.join(path.dirname(full), `.${path.basename(full).slice(0, 150)}.part-`));
	return isArchive ? archiveTarget(full, staging, signal) : directoryTarget(full, staging);
};

const requireNew = async (file: string): Promise<void> => {
	await requireWritable(file, 'replace');
	if ((await stat(file).catch(() => undefined)) !== undefined) {
		throw new Error(`${file} is there already, and was left as it is: choose another name`);
	}
};

const requireEmpty = async (directory: string): Promise<void> => {
	const there = await stat(directory).catch(() => undefined);
	if (there !== undefined && !there.isDirectory()) {
		throw new Error(`${directory} is there and is no directory: choose another name`);
	}
	if (there !== undefined && (await readdir(directory)).length > 0) {
		throw new Error(`${directory} is not empty, and nothing in it is replaced: choose another directory`);
	}
};

const directoryTarget = (directory: string, staging: string): ExportTarget => ({
	format: 'directory',
	staging,
	async add(file, name) {
		const place = path.join(staging, name);
		if (place !== file) {
			await mkdir(path.dirname(place), {recursive: true, mode: 0o700});
			await rename(file, place);
		}
	},
	async finish() {
		for (const entry of await readdir(staging, {withFileTypes: true})) {
			if (entry.isDirectory()) {
				await syncDirectory(path.join(staging, entry.name));
			}
		}
		await syncDirectory(staging);
		await rename(staging, directory); // Takes the place of an empty directory, and of no other.
		await syncDirectory(path.dirname(directory));
	},
	abandon: () => rm(staging, {recursive: true, force: true}),
});

const archiveTarget = (file: string, staging: string, signal: AbortSignal): ExportTarget => {
	const tar = pack();
	const isZipped = !file.endsWith('.tar');
	const content = piped(tar, isZipped ? createGzip() : new PassThrough());
	const stop = new AbortController();
	const written = writeWholeFile(file, content, {
		existing: 'refuse',
		signal: AbortSignal.any([signal, stop.signal]),
	});
	written.catch(() => {}); // Whoever adds or finishes is told.
	return {
		format: isZipped ? 'tar.gz' : 'tar',
		staging,
		async add(source, name) {
			await Promise.race([addEntry(tar, source, name), failureOf(written)]);
			await rm(source, {force: true});
		},
		async finish() {
			tar.finalize();
			await written;
			await rm(staging, {recursive: true, force: true});
		},
		async abandon() {
			stop.abort(new Error('The export was given up'));
			content.destroy();
			tar.destroy();
			await written.catch(() => {});
			await rm(staging, {recursive: true, force: true});
		},
	};
};

/** tar-stream's streams are none of Node's. */
const piped = (tar: Pack, end: Duplex): Duplex => {
	tar.on('error', error => end.destroy(error));
	tar.pipe(end);
	return end;
};

const addEntry = async (tar: Pack, source: string, name: string): Promise<void> => {
	const {size} = await stat(source);
	await new Promise<void>((resolve, reject) => {
		const entry = tar.entry({name, size, mode: 0o600}, error => (error ? reject(error) : resolve()));
		createReadStream(source).on('error', reject).pipe(entry);
	});
};

const failureOf = async (work: Promise<unknown>): Promise<never> => {
	await work;
	throw new Error('The archive ended before everything was in it');
};

const syncDirectory = async (directory: string): Promise<void> => {
	const handle = await open(directory, 'r');
	try {
		await handle.sync();
	} catch {
		// Some file systems cannot.
	} finally {
		await handle.close();
	}
};

import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {mkdir, open, rm, statfs} from 'node:fs/promises';
import path from 'node:path';
import {createGunzip} from 'node:zlib';
import {extract} from 'tar-stream';
import {humanBytes} from '../text/numbers.js';
import {MANIFEST, MANIFEST_MOST_BYTES} from './manifest.js';
import type {Problems} from './problems.js';
import {RECORDS} from './record-index.js';

export type UnpackOptions = {
	readonly isZipped: boolean;
	readonly problems: Problems;
	readonly signal: AbortSignal;
	progress(payloads: number): void;
};

/** No edged takes a larger segment. */
const LARGEST_PAYLOAD_BYTES = 64 * 2 ** 20;
/** Of files that are no part of an export. */
const MOST_FOREIGN_BYTES = 2 ** 30;
/** Left free on the disk that it is unpacked to. */
const RESERVE_BYTES = 64 * 2 ** 20;

/**
 * Unpacks what belongs to an export, and nothing else, into an empty directory; returns what is wrong with payloads that were not kept, by
 * their names. Rejects when the archive cannot be read to its end or the disk has no room for it.
 */
export const unpackExport = async (
	file: string,
	directory: string,
	options: UnpackOptions,
): Promise<ReadonlyMap<string, string>> => {
	const damaged = new Map<string, string>();
	await mkdir(path.join(directory, 'payloads'), {mode: 0o700});
	const tar = extract();
	const raw = createReadStream(file, {signal: options.signal});
	const bytes = options.isZipped ? raw.pipe(createGunzip()) : raw;
	raw.on('error', (error: Error) => tar.destroy(error));
	bytes.on('error', (error: Error) => tar.destroy(error));
	bytes.pipe(tar as unknown as NodeJS.WritableStream);
	let foreignBytes = 0;
	let payloads = 0;
	try {
		for await (const entry of tar) {
			const kind = kindOf(entry, options.problems, damaged);
			if (kind === 'payload' || kind === 'part') {
				await requireRoom(directory, entry);
				await keep(entry, directory, damaged);
				payloads += kind === 'payload' ? 1 : 0;
				options.progress(payloads);
				continue;
			}
			foreignBytes += sizeOf(entry);
			if (foreignBytes > MOST_FOREIGN_BYTES) {
				throw new Error('it holds more than 1 GiB of other files: it is no export of deadletters');
			}
			entry.resume();
		}
	} finally {
		raw.destroy();
		bytes.unpipe();
		tar.destroy();
	}
	return damaged;
};

type Entry = ReturnType<typeof extract> extends AsyncIterable<infer Element> ? Element : never;
type Kind = 'payload' | 'part' | 'other';

const PAYLOAD = /^payloads\/([0-9a-f]{64})$/;

const kindOf = ({header}: Entry, problems: Problems, damaged: Map<string, string>): Kind => {
	const name = nameOf(header.name);
	if (header.type === 'directory') {
		return 'other';
	}
	const sha256 = PAYLOAD.exec(name)?.[1];
	if (header.type !== 'file' && header.type !== 'contiguous-file') {
		if (sha256 === undefined) {
			problems.tell(`${name} in the archive is a ${header.type ?? 'thing'}, no file`);
		} else {
			damaged.set(sha256, `is a ${header.type ?? 'thing'} in the archive, no file`);
		}
		return 'other';
	}
	if (path.isAbsolute(name) || name.split(/[/\\]/).includes('..')) {
		problems.tell(`${name} in the archive would lie outside of it`);
		return 'other';
	}
	if (sha256 !== undefined) {
		if (sizeOf({header}) > LARGEST_PAYLOAD_BYTES) {
			damaged.set(sha256, `has ${humanBytes(sizeOf({header}))}, more than any segment may have`);
			return 'other';
		}
		return 'payload';
	}
	if (name === MANIFEST && sizeOf({header}) > MANIFEST_MOST_BYTES) {
		throw new Error(`${MANIFEST} in it has ${humanBytes(sizeOf({header}))}: it is no export of deadletters`);
	}
	return name === MANIFEST || name === RECORDS ? 'part' : 'other';
};

const nameOf = (name: string): string => name.replace(/^(?:\.\/)+/, '');
const sizeOf = ({header}: Pick<Entry, 'header'>): number => header.size ?? 0;

/** What is compressed may be small and hold much. */
const requireRoom = async (directory: string, entry: Entry): Promise<void> => {
	const {bavail, bsize} = await statfs(directory);
	if (sizeOf(entry) > bavail * bsize - RESERVE_BYTES) {
		const {name} = entry.header;
		throw new Error(
			`${name} has ${humanBytes(sizeOf(entry))}, and ${path.dirname(directory)} has no room to unpack it: name another place in TMPDIR, or unpack it yourself and import the directory`,
		);
	}
};

/** Bytes that are not what the name says are not kept: they only take room. */
const keep = async (entry: Entry, directory: string, damaged: Map<string, string>): Promise<void> => {
	const name = nameOf(entry.header.name);
	const place = path.join(directory, name);
	const hash = createHash('sha256');
	const handle = await open(place, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
		throw error.code === 'EEXIST' ? new Error(`${name} is in it twice`) : error;
	});
	try {
		for await (const chunk of entry as AsyncIterable<Buffer>) {
			hash.update(chunk);
			await handle.writeFile(chunk);
		}
	} finally {
		await handle.close();
	}
	const sha256 = PAYLOAD.exec(name)?.[1];
	if (sha256 !== undefined && hash.digest('hex') !== sha256) {
		damaged.set(sha256, 'has other bytes than its name says (SHA-256)');
		await rm(place);
	}
};

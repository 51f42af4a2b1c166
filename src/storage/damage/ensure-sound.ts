import {existsSync, renameSync, rmSync, statfsSync, statSync} from 'node:fs';
import path from 'node:path';
import {EdgedError} from '../../outbound/errors.js';
import type {Clock} from '../../runtime/clock.js';
import {formatTime} from '../../runtime/clock.js';
import {dataFileOf} from '../data-file.js';
import {PAGE_BYTES, PageFile} from '../pages/page-file.js';
import {type PageDamage, StoreFile} from '../pages/store-file.js';
import {rebuild} from './rebuild.js';

/** What a start looks at, 16 MiB: all of most stores (payloads have pages of their own), and not so much that it is felt. */
const PAGES_AT_START = 4096;

/** The environment of LMDB was damaged and was built anew from what could be read. */
export type Rebuilt = {
	readonly damage: readonly PageDamage[];
	readonly rows: number;
	readonly lost: number;
	/** Where the damaged one lies now. */
	readonly aside: string;
};

export type SoundnessOptions = {
	readonly clock: Pick<Clock, 'now'>;
	/** `all`: the last run ended in a way that damage may explain. */
	readonly look: 'at the start of it' | 'at all of it';
};

/**
 * Before LMDB opens the environment in `directory`: looks whether its pages are what LMDB takes for granted, and builds a new
 * environment from every row that can be read when they are not. Throws `STORAGE_FAILED` when there is no room for that, or nothing
 * to read. The caller holds the lock of the state directory.
 */
export const ensureSound = async (
	directory: string,
	{clock, look}: SoundnessOptions,
): Promise<Rebuilt | undefined> => {
	finishInterrupted(directory);
	const file = dataFileOf(directory);
	if ((statSync(file, {throwIfNoEntry: false})?.size ?? 0) === 0) {
		return undefined;
	}
	const pages = new PageFile(file);
	try {
		const audited = new StoreFile(pages);
		if (audited.isReadable) {
			audited.audit(look === 'at all of it' ? undefined : PAGES_AT_START);
		}
		if (audited.damage.length === 0) {
			return undefined;
		}
		refuseUnreadable(audited, file);
		refuseWithoutRoom(directory, pages.pageCount * PAGE_BYTES);
		const target = rebuildingOf(directory);
		rmSync(target, {recursive: true, force: true});
		const source = new StoreFile(pages);
		const copied = await rebuild(source, target);
		const aside = freeName(`${directory}-damaged-${formatTime(clock.now()).replaceAll(/[:.]/g, '')}`);
		renameSync(directory, aside);
		renameSync(target, directory);
		return {damage: source.damage, ...copied, aside};
	} finally {
		pages.close();
	}
};

const freeName = (name: string): string => {
	let free = name;
	for (let again = 2; existsSync(free); again++) {
		free = `${name}-${again}`;
	}
	return free;
};

// No dot: lmdb would take it for a file.
const rebuildingOf = (directory: string): string => `${directory}-rebuilding`;

/** The last start was ended between the two renames: what it had built is whole. Any other half-built one is worth nothing. */
const finishInterrupted = (directory: string): void => {
	const target = rebuildingOf(directory);
	if (existsSync(target) && !existsSync(directory)) {
		renameSync(target, directory);
	}
};

const refuseUnreadable = ({isReadable}: StoreFile, file: string): void => {
	if (!isReadable) {
		throw new EdgedError(
			'STORAGE_FAILED',
			`${file} is no store of edged, or its first pages are destroyed and nothing in it can be found: move ${path.dirname(file)} away and start edged, which then begins with an empty store, or put a copy in its place`,
		);
	}
};

const refuseWithoutRoom = (directory: string, needed: number): void => {
	const {bavail, bsize} = statfsSync(path.dirname(directory));
	if (bavail * bsize < needed) {
		throw new EdgedError(
			'STORAGE_FAILED',
			`the pages of the store in ${directory} are damaged; to build it anew ${needed} bytes are needed beside it, and ${bavail * bsize} are free: make room, or take out what is readable with edged fsck --export DIR on another disk`,
		);
	}
};

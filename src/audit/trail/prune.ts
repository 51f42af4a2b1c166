import {statSync, unlinkSync} from 'node:fs';
import path from 'node:path';
import type {EpochMs} from '../../outbound/units.js';
import {decodeLine, hashOf, type Link} from '../line.js';
import {syncDirectory} from './day-file.js';
import {dayOf, dayOfFile, listDayFiles} from './day-files.js';
import {linesBackward} from './raw-lines.js';

export type PrunePlan = {
	/** Oldest first. */
	readonly files: readonly string[];
	readonly bytes: number;
	/** The last line of what goes: the record of the prune names it, and so the rest of the chain still has its beginning. */
	readonly after: Link | undefined;
};

/** The files all of whose lines are older than `before` and that may go, up to the first that may not. The newest one always stays. */
export const planPrune = async (
	directory: string,
	before: EpochMs,
	mayGo: (name: string) => boolean = () => true,
): Promise<PrunePlan> => {
	const day = dayOf(before);
	const older = listDayFiles(directory)
		.slice(0, -1)
		.filter(name => (dayOfFile(name) ?? '') < day);
	const kept = older.findIndex(name => !mayGo(name));
	const files = kept === -1 ? older : older.slice(0, kept);
	const bytes = files.reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);
	return {files, bytes, after: await lastLink(directory, files)};
};

/** Off the disk when it resolves. */
export const removeFiles = async (directory: string, files: readonly string[]): Promise<void> => {
	for (const name of files) {
		unlinkSync(path.join(directory, name)); // The oldest first: what a crash leaves is a chain without its beginning.
	}
	await syncDirectory(directory);
};

const lastLink = async (directory: string, files: readonly string[]): Promise<Link | undefined> => {
	for (const name of files.toReversed()) {
		for await (const {bytes, end} of linesBackward(path.join(directory, name))) {
			const line = end === 'newline' ? decodeLine(bytes) : {why: 'unfinished'};
			if (!('why' in line)) {
				return {seq: line.seq, hash: hashOf(bytes)};
			}
		}
	}
	return undefined;
};

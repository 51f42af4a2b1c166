import type {Stats} from 'node:fs';
import {stat} from 'node:fs/promises';
import path from 'node:path';

/** What stands where a file should be, as the end of a sentence; `undefined` for a file. Who reads a pipe may wait for ever, and a device has no end. */
export const kindOtherThanFile = (found: Stats): string | undefined => {
	if (found.isFile()) {
		return undefined;
	}
	const kind = found.isFIFO()
		? 'pipe'
		: found.isSocket()
			? 'socket'
			: found.isDirectory()
				? 'directory'
				: 'device';
	return `is a ${kind}, no file`;
};

/** How large `name` of the export in `directory` is, `undefined` when it is not there. Throws for what is no file: that is never opened. */
export const sizeOfPart = async (
	directory: string,
	name: string,
	source: string,
): Promise<number | undefined> => {
	let found: Stats;
	try {
		found = await stat(path.join(directory, name));
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') {
			return undefined;
		}
		throw new Error(`${source}: ${message}; nothing was imported`);
	}
	const other = kindOtherThanFile(found);
	if (other !== undefined) {
		throw new Error(`${source} is no export of deadletters: ${name} in it ${other}; nothing was imported`);
	}
	return found.size;
};

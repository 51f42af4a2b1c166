import {existsSync, mkdirSync, statSync} from 'node:fs';
import {dirname} from 'node:path';

/**
 * Makes `directory` and what is missing above it, as `mkdir -p` does. Not by Node's recursive form: where the parent is there and
 * mkdir says ENOENT nevertheless, as below `/proc`, that tries again for ever.
 */
export const makeDirectory = (directory: string, mode: number): void => {
	try {
		mkdirSync(directory, {mode});
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'EEXIST' && statSync(directory).isDirectory()) {
			return;
		}
		const parent = dirname(directory);
		if (code !== 'ENOENT' || existsSync(parent)) {
			throw error;
		}
		makeDirectory(parent, mode);
		makeDirectory(directory, mode);
	}
};

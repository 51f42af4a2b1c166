import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {Cleanup} from './cleanup.js';

/** Runs a lab in a directory of its own; whatever it started is stopped at its end. */
export const runLab = async (run: (cleanup: Cleanup, directory: string) => Promise<void>): Promise<void> => {
	const cleanup = new Cleanup();
	try {
		const directory = await mkdtemp(path.join(tmpdir(), 'edged-lab-'));
		cleanup.teardown(() => rm(directory, {recursive: true, force: true}));
		await run(cleanup, directory);
	} finally {
		await cleanup.run();
	}
};

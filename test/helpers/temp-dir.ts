import {mkdtempSync, rmSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';

/** What a helper needs of a test: benches pass their own. */
export type Teardown = Pick<ExecutionContext, 'teardown'>;

/** A directory of the test's own, removed when it ends. The path is short enough for Unix sockets in it. */
export const temporaryDirectory = async (t: Teardown): Promise<string> => {
	const directory = await mkdtemp(path.join(tmpdir(), 'edged-'));
	t.teardown(() => rm(directory, {recursive: true, force: true}));
	return directory;
};

/** A directory that lives as long as this process; for what is made once and shared by its tests. */
export const processDirectory = (): string => {
	const directory = mkdtempSync(path.join(tmpdir(), 'edged-'));
	process.once('exit', () => {
		rmSync(directory, {recursive: true, force: true});
	});
	return directory;
};

import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import type {Bench} from '../bench.js';

/** A bench and the module that a worker has to import to get at it. */
export type FoundBench = {readonly bench: Bench; readonly module: string};

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Not benches: the harness itself, and long experiments that `npm run lab` runs. */
const OTHER_FOLDERS = new Set(['harness', 'labs']);
/** A module that is the entry point of a child process acts when it is imported. */
const ENTRY_POINT = /-process\.js$/;

/** Every bench of every module in a folder of `bench/`, in order of path. Throws when two have one name. */
export const findBenches = async (): Promise<readonly FoundBench[]> => {
	const found: FoundBench[] = [];
	const names = new Set<string>();
	for (const file of await benchModules()) {
		const module = pathToFileURL(path.join(ROOT, file)).href;
		const {benches = []} = (await import(module)) as {benches?: readonly Bench[]};
		for (const bench of benches) {
			if (names.has(bench.name)) {
				throw new Error(`Two benches are called "${bench.name}"; one is in ${file}`);
			}
			names.add(bench.name);
			found.push({bench, module});
		}
	}
	return found;
};

const benchModules = async (): Promise<readonly string[]> => {
	const entries = await readdir(ROOT, {recursive: true});
	return entries.filter(isBenchModule).sort();
};

const isBenchModule = (file: string): boolean => {
	const [folder, ...rest] = file.split(path.sep);
	return (
		folder !== undefined &&
		rest.length > 0 &&
		!OTHER_FOLDERS.has(folder) &&
		file.endsWith('.js') &&
		!ENTRY_POINT.test(file)
	);
};

import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Collector} from '../collector.js';
import {runProgram} from '../run-program.js';
import type {Subject} from '../subject.js';

/** Which edgectl and edged these are, with which packages. */
export const buildInfo = ({ask, version}: Subject): Collector => ({
	name: 'build_info',
	deadlineMs: 3000,
	async collect(signal) {
		const daemon = await ask('daemon.ping').then(
			ping => (ping as {version?: unknown}).version,
			() => undefined,
		);
		const value = {
			edgectl_version: version,
			edged_version: daemon ?? null,
			node_version: process.version,
			node_libraries: process.versions,
			packages: packagesOf(ROOT),
			git_revision: (await revisionOf(ROOT, signal)) ?? null,
			installed_in: ROOT,
		};
		return {
			files: [{name: 'build_info.json', kind: 'json', value}],
			...(daemon !== undefined && daemon !== version
				? {notes: [`edged is of version ${String(daemon)}, edgectl of ${version}`]}
				: {}),
		};
	},
});

/** Of the package that this file belongs to: build/src/audit/bundle/collectors lies five below. */
const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));

/** What is there, not what was asked for. */
const packagesOf = (root: string): Record<string, string> => {
	const {dependencies = {}, optionalDependencies = {}} = manifestOf(root);
	return Object.fromEntries(
		Object.keys({...dependencies, ...optionalDependencies}).map(name => [name, installed(root, name)]),
	);
};

const installed = (root: string, name: string): string => {
	for (let folder = root; ; folder = path.dirname(folder)) {
		const found = path.join(folder, 'node_modules', name);
		if (existsSync(path.join(found, 'package.json'))) {
			return manifestOf(found).version ?? 'unknown';
		}
		if (folder === path.dirname(folder)) {
			return 'not installed';
		}
	}
};

type Manifest = {
	readonly version?: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
};

const manifestOf = (folder: string): Manifest =>
	JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

/** Of a working copy; an installed package has none. */
const revisionOf = async (root: string, signal: AbortSignal): Promise<string | undefined> => {
	if (!existsSync(path.join(root, '.git'))) {
		return undefined;
	}
	const end = await runProgram({
		words: ['git', '-C', root, 'rev-parse', 'HEAD'],
		mostBytes: 1024,
		signal,
	}).catch(() => undefined);
	return end?.exitCode === 0 ? end.stdout.toString().trim() : undefined;
};

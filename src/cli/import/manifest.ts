import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {humanBytes} from '../text/numbers.js';
import {sizeOfPart} from './regular-file.js';

export type Manifest = {readonly node_id: string | undefined; readonly records: number | undefined};

export const MANIFEST = 'manifest.json';
export const MANIFEST_MOST_BYTES = 2 ** 20;

const FORMAT = 'edged-deadletters';
const VERSION = 1;

/** Throws an Error that says why this is no export that can be imported; `source` is how the operator calls it. */
export const readManifest = async (directory: string, source: string): Promise<Manifest> => {
	const size = await sizeOfPart(directory, MANIFEST, source);
	if (size === undefined) {
		throw new Error(
			`${source} has no ${MANIFEST}: it is no export of deadletters, or one that broke off; nothing was imported. Export again`,
		);
	}
	if (size > MANIFEST_MOST_BYTES) {
		throw new Error(
			`${source} is no export of deadletters: ${MANIFEST} in it has ${humanBytes(size)}; nothing was imported`,
		);
	}
	const text = await readFile(path.join(directory, MANIFEST), 'utf8').catch((error: Error) => {
		throw new Error(`${source}: ${error.message}; nothing was imported`);
	});
	const manifest = parse(text, source);
	if (manifest['format'] !== FORMAT) {
		throw new Error(`${source} is no export of deadletters: ${MANIFEST} says ${shown(manifest['format'])}`);
	}
	if (manifest['format_version'] !== VERSION) {
		const found = shown(manifest['format_version']);
		throw new Error(
			`${source} is of version ${found}; this edgectl reads version ${VERSION}: use the edgectl that goes with the daemon it comes from`,
		);
	}
	const {node_id: node, records} = manifest;
	return {
		node_id: typeof node === 'string' ? node : undefined,
		records: typeof records === 'number' ? records : undefined,
	};
};

const parse = (text: string, source: string): Readonly<Record<string, unknown>> => {
	try {
		const value = JSON.parse(text) as unknown;
		return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
	} catch {
		throw new Error(`${source}: ${MANIFEST} is no JSON: the export is damaged; nothing was imported`);
	}
};

const shown = (value: unknown): string =>
	value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);

import {mkdtemp, open, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {CommandContext} from '../context.js';
import {counted} from '../text/numbers.js';
import {type Manifest, readManifest} from './manifest.js';
import type {Problems} from './problems.js';
import {RECORDS} from './record-index.js';
import {sizeOfPart} from './regular-file.js';
import {unpackExport} from './unpack.js';

/** An export, as a directory that can be read. */
export type ImportSource = {
	readonly format: 'directory' | 'tar' | 'tar.gz';
	readonly directory: string;
	readonly manifest: Manifest;
	/** By their names; of a directory nothing is known before it is read. */
	readonly damaged: ReadonlyMap<string, string>;
	/** Leaves nothing behind that was made here. */
	close(): Promise<void>;
};

/** Throws an Error that says why the whole of it cannot be imported. What a file begins with says what it is, not its name. */
export const openImportSource = async (
	source: string,
	context: Pick<CommandContext, 'signal' | 'output' | 'env'>,
	problems: Problems,
): Promise<ImportSource> => {
	const full = path.resolve(source);
	const found = await stat(full).catch((error: NodeJS.ErrnoException) => {
		throw new Error(error.code === 'ENOENT' ? `there is no ${source}` : error.message);
	});
	if (found.isDirectory()) {
		const manifest = await readManifest(full, source);
		await requireRecords(full, source);
		return {format: 'directory', directory: full, manifest, damaged: new Map(), close: async () => {}};
	}
	if (!found.isFile()) {
		throw new Error(`${source} is neither a directory nor a file`);
	}
	const isZipped = await beginsAsGzip(full);
	const directory = await mkdtemp(path.join(context.env['TMPDIR'] ?? tmpdir(), 'edgectl-import-'));
	const close = (): Promise<void> => rm(directory, {recursive: true, force: true});
	try {
		const {signal, output} = context;
		const damaged = await unpackExport(full, directory, {
			isZipped,
			problems,
			signal,
			progress: payloads =>
				output.progress({
					done: payloads,
					total: undefined,
					text: `${counted(payloads, 'payload')} unpacked`,
				}),
		}).catch((error: unknown) => {
			signal.throwIfAborted();
			throw new Error(`${source} ${whyUnreadable(error as NodeJS.ErrnoException)}; nothing was imported`);
		});
		const manifest = await readManifest(directory, source);
		await requireRecords(directory, source);
		return {format: isZipped ? 'tar.gz' : 'tar', directory, manifest, damaged, close};
	} catch (error) {
		await close();
		throw error;
	}
};

const requireRecords = async (directory: string, source: string): Promise<void> => {
	if ((await sizeOfPart(directory, RECORDS, source)) === undefined) {
		throw new Error(`${source} has no ${RECORDS}: the export is damaged; nothing was imported. Export again`);
	}
};

const beginsAsGzip = async (file: string): Promise<boolean> => {
	const handle = await open(file, 'r');
	try {
		const {buffer, bytesRead} = await handle.read(Buffer.alloc(2), 0, 2, 0);
		return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
	} finally {
		await handle.close();
	}
};

const whyUnreadable = ({code, message}: NodeJS.ErrnoException): string => {
	if (code === 'Z_BUF_ERROR' || message === 'Unexpected end of data') {
		return 'is cut off: it was not copied or written to its end';
	}
	if (code?.startsWith('Z_')) {
		return `is damaged: ${message}`;
	}
	return /^(?:Invalid tar header|Unexpected)/.test(message)
		? 'is no tar and no tar.gz, or it is damaged'
		: `cannot be imported: ${message}`;
};

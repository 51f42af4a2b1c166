import {createHash} from 'node:crypto';
import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';
import {kindOtherThanFile} from './regular-file.js';

/** The payloads of an export, each proven by its SHA-256 before anything of it is used. */
export type Payloads = {
	/** What is wrong with it, or `undefined`. Each is read once, however many records share it. */
	prove(sha256: string, size: number): Promise<string | undefined>;
	/** Of one that was proven. */
	sizeOf(sha256: string): number;
	/** In pieces of at most so many bytes; none for an empty payload. Throws when the file has become another. */
	read(sha256: string, pieceBytes: number): AsyncGenerator<Buffer>;
};

export const openPayloads = (
	directory: string,
	/** What is known of payloads that were not even unpacked. */
	damaged: ReadonlyMap<string, string>,
	signal: AbortSignal,
): Payloads => {
	const sizes = new Map<string, number>();
	const verdicts = new Map<string, string | undefined>();
	const fileOf = (sha256: string): string => path.join(directory, 'payloads', sha256);
	return {
		async prove(sha256, size) {
			if (!verdicts.has(sha256)) {
				const known = damaged.get(sha256);
				sizes.set(sha256, size);
				verdicts.set(sha256, known ?? (await proof(fileOf(sha256), sha256, {size, signal})));
			}
			const verdict = verdicts.get(sha256);
			return verdict === undefined ? undefined : `payloads/${sha256} ${verdict}`;
		},
		sizeOf: sha256 => sizes.get(sha256) ?? 0,
		async *read(sha256, pieceBytes) {
			const handle = await openFile(fileOf(sha256));
			try {
				// No more memory than the payload needs: there may be very many small ones.
				yield* pieces(handle, Math.min(pieceBytes, (sizes.get(sha256) ?? pieceBytes) + 1), signal);
			} finally {
				await handle.close();
			}
		},
	};
};

type ProofOptions = {readonly size: number; readonly signal: AbortSignal};

const proof = async (
	file: string,
	sha256: string,
	{size, signal}: ProofOptions,
): Promise<string | undefined> => {
	try {
		const handle = await openFile(file);
		try {
			const found = await handle.stat();
			const other = kindOtherThanFile(found);
			if (other !== undefined) {
				return other;
			}
			if (found.size !== size) {
				return `has ${found.size} bytes, its record says ${size}`;
			}
			const hash = createHash('sha256');
			for await (const piece of pieces(handle, Math.min(2 ** 20, size + 1), signal)) {
				hash.update(piece);
			}
			return hash.digest('hex') === sha256 ? undefined : 'has other bytes than its name says (SHA-256)';
		} finally {
			await handle.close();
		}
	} catch (error) {
		signal.throwIfAborted();
		const {code = '', message} = error as NodeJS.ErrnoException;
		return WHY_NOT_OPENED[code] ?? `cannot be read: ${message}`;
	}
};

const WHY_NOT_OPENED: Readonly<Record<string, string>> = {
	ENOENT: 'is missing',
	ELOOP: 'is a link, which is not followed',
	ENXIO: 'is a socket or a device, no file',
};

/** Follows no link, waits for nobody behind a pipe. */
const openFile = (file: string): Promise<FileHandle> =>
	open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);

async function* pieces(handle: FileHandle, size: number, signal: AbortSignal): AsyncGenerator<Buffer> {
	for (;;) {
		signal.throwIfAborted();
		const buffer = Buffer.allocUnsafe(size);
		let filled = 0;
		while (filled < size) {
			const {bytesRead} = await handle.read(buffer, filled, size - filled);
			if (bytesRead === 0) {
				break;
			}
			filled += bytesRead;
		}
		if (filled > 0) {
			yield buffer.subarray(0, filled);
		}
		if (filled < size) {
			return;
		}
	}
}

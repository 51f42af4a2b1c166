import {createHash, randomUUID} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {rename, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Readable, Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {EdgedError} from '../../outbound/errors.js';

/**
 * Writes `payload` to `file` under another name first, so that `file` is whole or as it was. Bytes that do not have the digest
 * that the daemon gave are refused with `STORAGE_FAILED`.
 */
export const savePayload = async (
	payload: Readable,
	file: string,
	sha256: string,
	signal: AbortSignal,
): Promise<void> => {
	const unfinished = path.join(
		path.dirname(file),
		`.${path.basename(file)}.${randomUUID().slice(0, 8)}.part`,
	);
	try {
		await copyChecked(payload, createWriteStream(unfinished, {flags: 'wx', flush: true}), sha256, signal);
		await rename(unfinished, file);
	} catch (error) {
		await rm(unfinished, {force: true});
		throw error;
	}
};

/** Copies `payload` to `target`; throws at the end when the digest is another. */
export const copyChecked = async (
	payload: Readable,
	target: Writable,
	sha256: string,
	signal: AbortSignal,
): Promise<void> => {
	const hash = createHash('sha256');
	const hashed = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
		for await (const chunk of chunks) {
			hash.update(chunk);
			yield chunk;
		}
	};
	await pipeline(payload, hashed, target, {signal});
	if (hash.digest('hex') !== sha256) {
		throw new EdgedError('STORAGE_FAILED', 'The payload that arrived does not have the digest of the record');
	}
};

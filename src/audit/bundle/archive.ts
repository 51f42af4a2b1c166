import {createHash} from 'node:crypto';
import type {Readable} from 'node:stream';
import {createGzip} from 'node:zlib';
import {pack} from 'tar-stream';

export type ArchivedFile = {readonly name: string; readonly bytes: Buffer};

/** A tar.gz of `files`, in their order, readable by their owner only. */
export const archiveOf = (files: readonly ArchivedFile[]): Readable => {
	const tar = pack();
	for (const {name, bytes} of files) {
		tar.entry({name, size: bytes.length, mode: 0o600}, bytes);
	}
	tar.finalize();
	const gzip = createGzip();
	tar.on('error', error => gzip.destroy(error));
	tar.pipe(gzip);
	return gzip;
};

export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

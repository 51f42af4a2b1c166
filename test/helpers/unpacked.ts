import {readFile} from 'node:fs/promises';
import {gunzipSync} from 'node:zlib';
import {extract} from 'tar-stream';

/** The files of a tar.gz by their names, in their order. */
export const unpacked = async (file: string): Promise<Map<string, Buffer>> => {
	const found = new Map<string, Buffer>();
	const tar = extract();
	tar.end(gunzipSync(await readFile(file)));
	for await (const entry of tar) {
		const pieces: Buffer[] = [];
		for await (const piece of entry) {
			pieces.push(piece as Buffer);
		}
		found.set(entry.header.name, Buffer.concat(pieces));
	}
	return found;
};

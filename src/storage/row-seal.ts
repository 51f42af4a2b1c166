import {crc32} from 'node:zlib';
import type {Key} from 'lmdb';

export const SEAL_BYTES = 4;

/**
 * CRC-32 of the key (its parts as text, joined by spaces) and of the row behind it. The key is in it, so that a row which damage to
 * a page has moved under another key shows.
 */
export const sealOf = (key: Key, row: Buffer): number => crc32(row, keySeed(key));

/** The row with its seal behind it, u32. */
export const sealRow = (key: Key, row: Buffer): Buffer => {
	const sealed = Buffer.allocUnsafe(row.length + SEAL_BYTES);
	row.copy(sealed);
	sealed.writeUInt32LE(sealOf(key, row), row.length);
	return sealed;
};

/** Where the CRC-32 of a row begins. */
const keySeed = (key: Key): number => crc32(Array.isArray(key) ? key.join(' ') : String(key));

import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {readU64} from '../entry-record.js';

export const PAGE_BYTES = 4096;
/** MDB_page_header of lmdb's mdb.c: u64 number, u64 transaction, u16 pad, u16 flags, and u16 lower, u16 upper or u32 pages. */
export const HEADER_BYTES = 24;
export const PAGE_FLAG = {branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08} as const;

export type PageHeader = {
	readonly no: number;
	readonly transaction: number;
	readonly flags: number;
	/** Bytes of the array of node offsets. */
	readonly lower: number;
	/** Where the nodes begin, from the end of the header on. */
	readonly upper: number;
	/** Of an overflow page: how many it is. */
	readonly pages: number;
};

export const readHeader = (page: Buffer): PageHeader => ({
	no: readU64(page, 0),
	transaction: readU64(page, 8),
	flags: page.readUInt16LE(18),
	lower: page.readUInt16LE(20),
	upper: page.readUInt16LE(22),
	pages: page.readUInt32LE(20),
});

/** Reads LMDB's file page by page, without LMDB: for what must not crash on a damaged one. Nobody may write to it meanwhile. */
export class PageFile {
	readonly #descriptor: number;
	readonly pageCount: number;

	/** Throws what `open` throws. */
	constructor(file: string) {
		this.#descriptor = openSync(file, 'r');
		this.pageCount = Math.floor(fstatSync(this.#descriptor).size / PAGE_BYTES);
	}

	/** `undefined` beyond the end of the file. */
	page(no: number): Buffer | undefined {
		return this.bytes(no, 0, PAGE_BYTES);
	}

	/** `length` bytes from `offset` of page `no` on, over as many pages as it takes. */
	bytes(no: number, offset: number, length: number): Buffer | undefined {
		const start = no * PAGE_BYTES + offset;
		if (!Number.isSafeInteger(start) || start + length > this.pageCount * PAGE_BYTES) {
			return undefined;
		}
		const bytes = Buffer.allocUnsafe(length);
		return readSync(this.#descriptor, bytes, 0, length, start) === length ? bytes : undefined;
	}

	close(): void {
		closeSync(this.#descriptor);
	}
}

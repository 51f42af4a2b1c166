import {readU64} from '../entry-record.js';
import {HEADER_BYTES, PAGE_BYTES, PAGE_FLAG, type PageFile, readHeader} from './page-file.js';

/** MDB_db of lmdb's mdb.c: u32 pad, u16 flags, u16 depth, u64 branch, leaf, overflow pages, entries, root. */
export type TreeHead = {
	readonly depth: number;
	readonly branchPages: number;
	readonly leafPages: number;
	readonly overflowPages: number;
	readonly entries: number;
	readonly root: number;
};
export const TREE_HEAD_BYTES = 48;
/** The root of an empty tree: all ones. */
const NO_ROOT = 2 ** 64;

export const readTreeHead = (bytes: Buffer, at: number): TreeHead => ({
	depth: bytes.readUInt16LE(at + 6),
	branchPages: readU64(bytes, at + 8),
	leafPages: readU64(bytes, at + 16),
	overflowPages: readU64(bytes, at + 24),
	entries: readU64(bytes, at + 32),
	root: readU64(bytes, at + 40),
});

export const isEmptyTree = ({root}: TreeHead): boolean => root >= NO_ROOT - 2 ** 12;

/** MDB_meta: where a state of the environment begins. Pages 0 and 1 are two of them, written in turn. */
export type MetaPage = {
	readonly transaction: number;
	readonly free: TreeHead;
	readonly main: TreeHead;
	readonly lastPage: number;
};

/** MDB_MAGIC and MDB_DATA_VERSION. */
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const AT = {magic: 0, version: 4, free: 24, main: 72, lastPage: 120, transaction: 128} as const;

/** `undefined` for a page that is no meta page, or one that cannot be true. */
export const readMetaPage = (file: PageFile, no: 0 | 1): MetaPage | undefined => {
	const page = file.page(no);
	if (page === undefined) {
		return undefined;
	}
	const {flags} = readHeader(page);
	const bytes = page.subarray(HEADER_BYTES);
	const isMeta =
		flags === PAGE_FLAG.meta &&
		bytes.readUInt32LE(AT.magic) === MAGIC &&
		(bytes.readUInt32LE(AT.version) & 0xffff) === DATA_VERSION &&
		bytes.readUInt32LE(AT.free) === PAGE_BYTES;
	const meta = {
		transaction: readU64(bytes, AT.transaction),
		free: readTreeHead(bytes, AT.free),
		main: readTreeHead(bytes, AT.main),
		lastPage: readU64(bytes, AT.lastPage),
	};
	return isMeta && meta.lastPage >= 1 && meta.transaction < 2 ** 48 ? meta : undefined;
};

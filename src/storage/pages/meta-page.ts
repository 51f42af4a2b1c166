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
const AT = {
	magic: 0,
	version: 4,
	address: 8,
	mapSize: 16,
	free: 24,
	main: 72,
	lastPage: 120,
	transaction: 128,
} as const;
/** MDB_INTEGERKEY: the keys of the free list are transactions. */
const FREE_FLAGS = 0x08;
/** No store of ours comes near: 16 TiB. */
const MOST_BYTES = 2 ** 44;
/** The last pages need not have been written when they are free already. */
const MOST_UNWRITTEN = 65_536;

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
	const mapSize = readU64(bytes, AT.mapSize);
	// LMDB maps and uses all of it unseen.
	const isPlausible =
		meta.lastPage >= 1 &&
		meta.lastPage < file.pageCount + MOST_UNWRITTEN &&
		meta.transaction < 2 ** 48 &&
		mapSize < MOST_BYTES &&
		mapSize % PAGE_BYTES === 0 &&
		readU64(bytes, AT.address) === 0 &&
		bytes.readUInt8(AT.free + 4) === FREE_FLAGS &&
		hasPlainKeys(bytes, AT.main);
	return isMeta && isPlausible ? meta : undefined;
};

/** Does a head of a tree (MDB_db) say nothing special of its keys, as none of ours but the free list's does? */
export const hasPlainKeys = (bytes: Buffer, at: number): boolean =>
	bytes.readUInt32LE(at) === 0 && bytes.readUInt16LE(at + 4) === 0;

import {readU64} from '../entry-record.js';
import {isEmptyTree, type TreeHead} from './meta-page.js';
import {HEADER_BYTES, PAGE_BYTES, PAGE_FLAG, type PageFile, readHeader} from './page-file.js';

/** One row of a tree, as it lies in its leaf. */
export type TreeNode = {
	readonly key: Buffer;
	readonly flags: number;
	/** `undefined` when the pages that hold it cannot be read. */
	readonly value: () => Buffer | undefined;
	/** Bytes of the value. */
	readonly size: number;
};
export type Span = {readonly first: number; readonly count: number};

/** What a walk tells besides the nodes. */
export type WalkListener = {
	/** Something cannot be as it is: in words. */
	damaged(page: number, what: string): void;
	/** The state that is read: no page of it is of a later one. LMDB would take such a page for its own, and write to it. */
	readonly transaction: number;
	/** Pages that the tree uses. `false`: some of them belong to another tree, or lie outside: they are not followed. */
	use(span: Span): boolean;
};

const NODE_BYTES = 8;
const NODE_FLAG = {bigData: 0x01, subData: 0x02} as const;
const MAX_DEPTH = 32;
const MAX_KEY_BYTES = 1978;
/** MDB_ovpage: u64 page, u64 transaction, u64 pages. */
const OVERFLOW_BYTES = 24;

export const isNamedTree = (node: TreeNode): boolean => (node.flags & NODE_FLAG.subData) !== 0;

/**
 * Every node of a tree that can be reached, in order. Checks on its way all that LMDB takes for granted of its pages: a page that is
 * not what it should be is told and, as far as it goes, read all the same.
 */
export class TreeWalk {
	readonly #file: PageFile;
	readonly #listener: WalkListener;
	readonly #compare: (a: Buffer, b: Buffer) => number;
	#last: Buffer | undefined;
	#counts = {branch: 0, leaf: 0, overflow: 0, entries: 0};

	constructor(
		file: PageFile,
		listener: WalkListener,
		compare: (a: Buffer, b: Buffer) => number = Buffer.compare,
	) {
		this.#file = file;
		this.#listener = listener;
		this.#compare = compare;
	}

	*nodes(head: TreeHead): Generator<TreeNode> {
		if (isEmptyTree(head)) {
			return;
		}
		if (head.depth === 0 || head.depth > MAX_DEPTH) {
			this.#listener.damaged(head.root, `a tree of depth ${head.depth}`);
			return;
		}
		yield* this.#page(head.root, head.depth);
		const {branch, leaf, overflow, entries} = this.#counts;
		const found = `${branch} ${leaf} ${overflow} ${entries}`;
		const said = `${head.branchPages} ${head.leafPages} ${head.overflowPages} ${head.entries}`;
		if (found !== said) {
			this.#listener.damaged(head.root, `the tree should have ${said} pages and rows, and has ${found}`);
		}
	}

	/** Of one leaf that nothing leads to. */
	*leaf(no: number): Generator<TreeNode> {
		const page = this.#file.page(no);
		if (page !== undefined) {
			yield* this.#leafNodes(no, page, this.#offsets(no, page));
		}
	}

	*#page(no: number, depth: number): Generator<TreeNode> {
		if (!this.#listener.use({first: no, count: 1})) {
			this.#listener.damaged(no, 'a page is led to that is not of this tree');
			return;
		}
		const page = this.#file.page(no);
		if (page === undefined) {
			this.#listener.damaged(no, 'the page lies beyond the end of the file');
			return;
		}
		const header = readHeader(page);
		const expected = depth === 1 ? PAGE_FLAG.leaf : PAGE_FLAG.branch;
		if (header.no !== no || header.flags !== expected || header.transaction > this.#listener.transaction) {
			this.#listener.damaged(
				no,
				`the page says that it is ${header.no} of kind ${header.flags} and transaction ${header.transaction}`,
			);
		}
		const offsets = this.#offsets(no, page);
		this.#tiled(no, page, offsets, depth === 1);
		if (depth === 1) {
			this.#counts.leaf++;
			yield* this.#leafNodes(no, page, offsets);
			return;
		}
		this.#counts.branch++;
		for (const at of offsets) {
			const child =
				page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 2 ** 16 + page.readUInt16LE(at + 4) * 2 ** 32;
			yield* this.#page(child, depth - 1);
		}
	}

	/** Where the nodes of a page begin, but for those that cannot. */
	#offsets(no: number, page: Buffer): readonly number[] {
		const {lower, upper} = readHeader(page);
		const room = PAGE_BYTES - HEADER_BYTES;
		if (lower % 2 !== 0 || lower > upper || upper > room) {
			this.#listener.damaged(no, `the page has room from ${lower} to ${upper}`);
		}
		const offsets: number[] = [];
		const count = Math.min(lower, room) >>> 1;
		for (let index = 0; index < count; index++) {
			const offset = page.readUInt16LE(HEADER_BYTES + index * 2);
			if (offset < lower || offset + NODE_BYTES > room || offset % 2 !== 0) {
				this.#listener.damaged(no, `node ${index} at ${offset}`);
			} else {
				offsets.push(HEADER_BYTES + offset);
			}
		}
		return offsets;
	}

	/** LMDB keeps no gaps: the nodes fill the page from `upper` to its end, each where the one before ends. */
	#tiled(no: number, page: Buffer, offsets: readonly number[], isLeaf: boolean): void {
		let end = HEADER_BYTES + readHeader(page).upper;
		for (const at of offsets.toSorted((a, b) => a - b)) {
			if (at !== end) {
				this.#listener.damaged(no, `a node begins at ${at}, where ${end} was to be`);
				return;
			}
			const isBig = (page.readUInt16LE(at + 4) & NODE_FLAG.bigData) !== 0;
			const size = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 2 ** 16;
			const data = !isLeaf ? 0 : isBig ? OVERFLOW_BYTES : size;
			end = at + NODE_BYTES + page.readUInt16LE(at + 6) + data;
			end += end % 2;
		}
		if (end !== PAGE_BYTES) {
			this.#listener.damaged(no, `the nodes end at ${end}`);
		}
	}

	*#leafNodes(no: number, page: Buffer, offsets: readonly number[]): Generator<TreeNode> {
		for (const at of offsets) {
			const size = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 2 ** 16;
			const flags = page.readUInt16LE(at + 4);
			const keyEnd = at + NODE_BYTES + page.readUInt16LE(at + 6);
			const isBig = (flags & NODE_FLAG.bigData) !== 0;
			const end = keyEnd + (isBig ? OVERFLOW_BYTES : size);
			if (flags > 2 || keyEnd - at - NODE_BYTES > MAX_KEY_BYTES || end > PAGE_BYTES) {
				this.#listener.damaged(no, `the node at ${at} does not end in its page`);
				continue;
			}
			const key = page.subarray(at + NODE_BYTES, keyEnd);
			this.#inOrder(no, key);
			this.#counts.entries++;
			yield isBig
				? {key, flags, size, value: this.#overflow(no, page.subarray(keyEnd, end), size)}
				: {key, flags, size, value: () => page.subarray(keyEnd, end)};
		}
	}

	#inOrder(no: number, key: Buffer): void {
		if (this.#last !== undefined && this.#compare(this.#last, key) >= 0) {
			this.#listener.damaged(no, `the key ${key.toString('hex').slice(0, 64)} is out of order`);
		}
		this.#last = Buffer.from(key);
	}

	#overflow(no: number, place: Buffer, size: number): () => Buffer | undefined {
		const first = readU64(place, 0);
		const count = Math.floor((HEADER_BYTES - 1 + size) / PAGE_BYTES) + 1;
		const start = this.#file.bytes(first, 0, HEADER_BYTES);
		const header = start === undefined ? undefined : readHeader(start);
		const isRight =
			header?.no === first &&
			header.flags === PAGE_FLAG.overflow &&
			header.pages === count &&
			header.transaction <= this.#listener.transaction &&
			readU64(place, 8) <= this.#listener.transaction &&
			readU64(place, 16) === count;
		if (!this.#listener.use({first, count})) {
			this.#listener.damaged(no, `a value of ${size} bytes lies in pages of something else`);
			return () => undefined;
		}
		this.#counts.overflow += count;
		if (!isRight) {
			this.#listener.damaged(first, `not ${count} pages for a value, as page ${no} says`);
		}
		return () => this.#file.bytes(first, HEADER_BYTES, size);
	}
}

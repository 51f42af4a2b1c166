import {readFreeList} from './free-list.js';
import {isAsWritten} from './key-bytes.js';
import {
	hasPlainKeys,
	isEmptyTree,
	type MetaPage,
	readMetaPage,
	readTreeHead,
	TREE_HEAD_BYTES,
	type TreeHead,
} from './meta-page.js';
import {PAGE_FLAG, type PageFile, readHeader} from './page-file.js';
import {isNamedTree, type Span, type TreeNode, TreeWalk, type WalkListener} from './tree-walk.js';

export type PageDamage = {
	readonly page: number;
	/** The database, or what LMDB keeps for itself. */
	readonly tree: string;
	readonly what: string;
};
export type FileRow = {
	/** `undefined`: of a leaf that nothing leads to any more. */
	readonly database: string | undefined;
	readonly key: Buffer;
	readonly value: () => Buffer | undefined;
};
type Tree = {readonly name: string; readonly head: TreeHead};

const META = 'meta pages';
const MAIN = 'list of databases';
const FREE = 'free list';

/** Thrown by a walk that has seen as many pages as it was given. */
class BudgetSpent extends Error {}

/**
 * LMDB's file, read without LMDB: which of its own structures are damaged, and every row that can still be reached. LMDB itself has no
 * checksums: on a damaged page it may crash, loop, or write over what is in use.
 */
export class StoreFile {
	readonly damage: PageDamage[] = [];
	readonly #file: PageFile;
	readonly #meta: MetaPage | undefined;
	readonly #used = new Set<number>();
	#left = Number.POSITIVE_INFINITY;
	/** Free pages beyond the end of the file. */
	#unwritten = 0;

	/** `meta`: the state to read, in place of the newest. */
	constructor(file: PageFile, meta?: MetaPage) {
		this.#file = file;
		this.#meta = meta ?? this.#chooseMeta();
	}

	/** Pages that the newest state reaches to. */
	get lastPage(): number {
		return Math.min(this.#meta?.lastPage ?? this.#file.pageCount - 1, this.#file.pageCount - 1);
	}

	/** `false`: not even the list of databases is found. */
	get isReadable(): boolean {
		return this.#meta !== undefined;
	}

	/** Fills `damage`; stops at the first one, or after `maxPages`. Tells whether all was seen. */
	audit(maxPages = Number.POSITIVE_INFINITY): 'complete' | 'partial' {
		this.#left = maxPages;
		try {
			for (const _ of this.rows()) {
				// The walk is the check.
			}
			return 'complete';
		} catch (error) {
			if (error instanceof BudgetSpent) {
				return 'partial';
			}
			throw error;
		}
	}

	/** Every row that can be reached, the small databases first; then the free list is compared with what is in use. */
	*rows(): Generator<FileRow> {
		if (this.#meta === undefined) {
			return;
		}
		for (const {name, head} of this.#trees(this.#meta.main)) {
			for (const {key, value} of new TreeWalk(this.#file, this.#listener(name)).nodes(head)) {
				// Costs too much for a start in a hurry.
				if (this.#left === Number.POSITIVE_INFINITY && !isAsWritten(key)) {
					const what = `the key ${key.toString('hex').slice(0, 64)} is read as another than is written`;
					this.damage.push({page: head.root, tree: name, what});
				}
				yield {database: name, key, value};
			}
		}
		const isFreeKnown = this.#readFree(this.#meta.free);
		if (this.damage.length > 0 && isFreeKnown) {
			yield* this.#unclaimed(this.#meta.transaction);
		}
	}

	/** Transaction n writes page n % 2; whichever of the two is true and later holds. */
	#chooseMeta(): MetaPage | undefined {
		const metas = ([0, 1] as const).map(no => {
			const meta = readMetaPage(this.#file, no);
			const isTrue =
				meta !== undefined && (meta.transaction === 0 || meta.transaction % 2 === no) && this.#isRoot(meta);
			if (!isTrue) {
				this.damage.push({page: no, tree: META, what: 'it does not say where the databases begin'});
			}
			return isTrue ? meta : undefined;
		});
		const [a, b] = metas;
		if (a !== undefined && b !== undefined) {
			const later = a.transaction > b.transaction ? a : b;
			if (later.transaction > 1 && Math.abs(a.transaction - b.transaction) !== 1) {
				this.damage.push({
					page: later === a ? 1 : 0,
					tree: META,
					what: 'it is not of the state before the last',
				});
			}
			return later;
		}
		return this.#newerThan(a ?? b) ?? a ?? b;
	}

	/** The state that the damaged meta page led to, when all of it is there: it may be the newest. */
	#newerThan(other: MetaPage | undefined): MetaPage | undefined {
		const found = this.#findMain(other?.transaction ?? -1);
		if (found === undefined || other === undefined) {
			return found;
		}
		const newer = new StoreFile(this.#file, found);
		newer.audit();
		return newer.damage.length === 0 ? found : undefined;
	}

	#isRoot({main, transaction, lastPage}: MetaPage): boolean {
		if (isEmptyTree(main)) {
			return true;
		}
		const page = main.root <= lastPage && main.depth === 1 ? this.#file.page(main.root) : undefined;
		// Every commit writes the list of databases anew.
		return page !== undefined && readHeader(page).transaction === transaction && this.#namesIn(main.root) > 0;
	}

	/** The latest page that lists databases, if it is later than `after`. */
	#findMain(after: number): MetaPage | undefined {
		let found: MetaPage | undefined;
		for (let no = 2; no < this.#file.pageCount; no++) {
			const page = this.#file.page(no);
			const header = page === undefined ? undefined : readHeader(page);
			const isNewer = header !== undefined && header.transaction > (found?.transaction ?? after);
			if (header?.no === no && header.flags === PAGE_FLAG.leaf && isNewer && this.#namesIn(no) > 0) {
				const tree = {depth: 1, branchPages: 0, leafPages: 1, overflowPages: 0, entries: this.#namesIn(no)};
				found = {
					transaction: header.transaction,
					main: {...tree, root: no},
					free: {...tree, root: 2 ** 64},
					lastPage: this.#file.pageCount - 1,
				};
			}
		}
		return found;
	}

	#namesIn(page: number): number {
		const quiet = {transaction: Number.POSITIVE_INFINITY, damaged: () => {}, use: () => true};
		return [...new TreeWalk(this.#file, quiet).leaf(page)].filter(
			node => isNamedTree(node) && node.size === TREE_HEAD_BYTES,
		).length;
	}

	/** The small ones first: a partial audit is to see them. */
	#trees(main: TreeHead): readonly Tree[] {
		const trees: Tree[] = [];
		for (const node of new TreeWalk(this.#file, this.#listener(MAIN)).nodes(main)) {
			const name = nameOf(node);
			const value = node.value();
			if (isNamedTree(node) && value?.length === TREE_HEAD_BYTES) {
				if (!hasPlainKeys(value, 0)) {
					this.damage.push({page: main.root, tree: name, what: 'keys of a kind that edged does not use'});
				}
				trees.push({name, head: readTreeHead(value, 0)});
			} else {
				this.damage.push({page: main.root, tree: MAIN, what: `${JSON.stringify(name)} is no database`});
			}
		}
		return trees.sort(
			(a, b) => a.head.leafPages + a.head.branchPages - b.head.leafPages - b.head.branchPages,
		);
	}

	#listener(tree: string): WalkListener {
		return {
			transaction: this.#meta?.transaction ?? 0,
			damaged: (page, what) => {
				this.damage.push({page, tree, what});
			},
			use: span => this.#use(span),
		};
	}

	#use({first, count}: Span): boolean {
		this.#left -= 1;
		if (this.#left < 0) {
			throw new BudgetSpent();
		}
		if (first < 2 || count < 1 || first + count - 1 > this.lastPage) {
			return false;
		}
		for (let page = first; page < first + count; page++) {
			if (this.#used.has(page)) {
				return false;
			}
		}
		for (let page = first; page < first + count; page++) {
			this.#used.add(page);
		}
		return true;
	}

	/** `false` when it cannot be read. LMDB writes into these pages next: one that is in use is damage to come. */
	#readFree(head: TreeHead): boolean {
		const before = this.damage.length;
		const walk = new TreeWalk(this.#file, this.#listener(FREE), byNumber);
		for (const node of walk.nodes(head)) {
			const row = node.value();
			const spans = row === undefined || node.key.length !== 8 ? undefined : readFreeList(row);
			if (spans === undefined) {
				this.damage.push({page: head.root, tree: FREE, what: 'a row that is no list of pages'});
			}
			for (const span of spans ?? []) {
				const {first, count} = this.#written(span);
				if (count > 0 && !this.#use({first, count})) {
					this.damage.push({page: first, tree: FREE, what: `${count} pages are called free and are in use`});
				}
			}
		}
		const beyond = (this.#meta?.lastPage ?? 0) - this.lastPage;
		if (this.#unwritten !== beyond) {
			this.damage.push({page: 0, tree: META, what: `${beyond} pages are missing at the end of the file`});
		}
		return this.damage.length === before && !isEmptyTree(head);
	}

	/** What of free pages lies in the file: the last of them need never have been written. */
	#written({first, count}: Span): Span {
		const end = Math.min(first + count - 1, this.#meta?.lastPage ?? 0);
		const beyond = Math.max(0, end - Math.max(this.lastPage, first - 1));
		this.#unwritten += beyond;
		return {first, count: count - beyond};
	}

	/** In a sound file every page is in use or free. With damage, the others are what the damage has cut off. */
	*#unclaimed(transaction: number): Generator<FileRow> {
		for (let no = 2; no <= this.lastPage; no++) {
			const page = this.#used.has(no) ? undefined : this.#file.page(no);
			const header = page === undefined ? undefined : readHeader(page);
			if (header?.no === no && header.flags === PAGE_FLAG.leaf && header.transaction <= transaction) {
				for (const {key, value} of new TreeWalk(this.#file, this.#listener('cut off')).leaf(no)) {
					yield {database: undefined, key, value};
				}
			}
		}
	}
}

const nameOf = ({key}: TreeNode): string => key.toString('latin1').replace(/\0$/, '');

const byNumber = (a: Buffer, b: Buffer): number =>
	a.length === 8 && b.length === 8 ? Number(a.readBigUInt64LE() - b.readBigUInt64LE()) : a.length - b.length;

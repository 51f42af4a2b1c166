import type {Database, Key, RangeOptions} from 'lmdb';
import {SKIP} from 'lmdb';
import type {DatabaseName} from './layout.js';
import type {ReadWatch} from './read-watch.js';
import {SEAL_BYTES, sealOf, sealRow} from './row-seal.js';

export type Row = {readonly key: Key; readonly value: Buffer};
/** What a scan gives: rows in the order of their keys, read as they are asked for. */
export type Rows = Iterable<Row> & {map<Result>(change: (row: Row) => Result): Iterable<Result>};

/** Databases whose rows say by a checksum that they are what was written, and under which key (row-seal.ts). */
const SEALED: readonly DatabaseName[] = [
	'queue',
	'groups',
	'leases',
	'settled',
	'spans',
	'acks',
	'ids',
	'origins',
	'meta',
];

/**
 * One database of the environment. A row that is not what was written is never handed out: inside a body reading it throws
 * `DamagedRowError`; elsewhere it is as good as absent, and the watch is told.
 */
export class Table {
	readonly name: DatabaseName;
	readonly isSealed: boolean;
	/** The rows as they lie there, seals included: for what looks at damage. */
	readonly raw: Database<Buffer, Key>;
	readonly #watch: ReadWatch;

	constructor(name: DatabaseName, raw: Database<Buffer, Key>, watch: ReadWatch) {
		this.name = name;
		this.isSealed = SEALED.includes(name);
		this.raw = raw;
		this.#watch = watch;
	}

	get(key: Key): Buffer | undefined {
		return this.#opened(key, this.raw.get(key));
	}

	/** Valid until the next read of any table. */
	getBinaryFast(key: Key): Buffer | undefined {
		const lent = this.raw.getBinaryFast(key) as Buffer | undefined;
		return this.#opened(key, lent?.subarray(0, lent.length)); // lmdb lends a larger buffer that pretends to end there.
	}

	getRange(options: RangeOptions = {}): Rows {
		const rows = this.raw.getRange(options) as unknown as Rows;
		return this.isSealed ? (rows.map(row => this.#openedRow(row)) as unknown as Rows) : rows;
	}

	/** Keys are not checked: the rows are. */
	getKeys(options: RangeOptions = {}): Iterable<Key> {
		return this.raw.getKeys(options);
	}

	doesExist(key: Key): boolean {
		return this.raw.doesExist(key);
	}

	getCount(): number {
		return this.raw.getCount();
	}

	/** The promise is empty inside a body. */
	put(key: Key, value: Buffer): Promise<boolean> {
		return this.raw.put(key, this.isSealed ? sealRow(key, value) : value);
	}

	remove(key: Key): Promise<boolean> {
		return this.raw.remove(key);
	}

	/** The row without its seal; `undefined` when the seal is broken. */
	opened(key: Key, row: Buffer): Buffer | undefined {
		const end = row.length - SEAL_BYTES;
		if (!this.isSealed) {
			return row;
		}
		return end >= 0 && sealOf(key, row.subarray(0, end)) === row.readUInt32LE(end)
			? row.subarray(0, end)
			: undefined;
	}

	#opened(key: Key, row: Buffer | undefined): Buffer | undefined {
		if (row === undefined || !this.isSealed) {
			return row;
		}
		return this.opened(key, row) ?? this.#watch.damaged({database: this.name, key}, 'its checksum is wrong');
	}

	#openedRow({key, value}: Row): Row | typeof SKIP {
		const row = this.#opened(key, value);
		return row === undefined ? SKIP : {key, value: row};
	}
}

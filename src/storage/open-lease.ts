import type {SegmentAddress} from '../outbound/made-id.js';
import type {SegmentId} from '../outbound/names.js';
import {type ClassNo, priorityOf} from '../outbound/priorities.js';
import type {EpochMs, LeaseNo, PeerNo} from '../outbound/units.js';
import type {BlockTable} from './block-table.js';
import {enqueuedAtOf} from './enqueued-at.js';
import {expiryOf} from './expiry.js';
import type {GroupRow} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {LeasePart} from './lease-row.js';
import type {Lease, LeasedEntry} from './store.js';

export type OpenPart = {
	readonly part: LeasePart;
	readonly table: BlockTable;
	/** `undefined` on the happy path: never failed, no attempt yet. */
	readonly group:
		| (Pick<GroupRow, 'charged' | 'isExpiryWaived' | 'heldSince' | 'heldMs'> & {readonly attempts: number})
		| undefined;
};

type LeaseFacts = {
	readonly peer: PeerNo;
	readonly leaseNo: LeaseNo;
	readonly leasedAt: EpochMs;
	readonly quotaBytes: number;
	readonly parts: readonly OpenPart[];
};

/** A lease in memory: its parts in order of service, and which entry each index stands for. */
export class OpenLease implements Lease {
	readonly peer: PeerNo;
	readonly leaseNo: LeaseNo;
	readonly leasedAt: EpochMs;
	readonly chargedBytes: number;
	readonly parts: readonly OpenPart[];
	readonly entryCount: number;
	readonly byteLength: number;
	readonly classNo: ClassNo;
	/** `StoreHandles.moves` when it was taken. */
	readonly moves: number;
	/** Index of the first entry of each part. */
	readonly starts: readonly number[];
	readonly #handles: StoreHandles;
	#entries: readonly (readonly number[])[] | undefined;

	constructor(handles: StoreHandles, {peer, leaseNo, leasedAt, quotaBytes, parts}: LeaseFacts) {
		this.#handles = handles;
		this.moves = handles.moves;
		this.peer = peer;
		this.leaseNo = leaseNo;
		this.leasedAt = leasedAt;
		this.chargedBytes = quotaBytes;
		this.parts = parts;
		const starts: number[] = [];
		let count = 0;
		let bytes = 0;
		for (const {part, table} of parts) {
			starts.push(count);
			count += part.bits.count();
			bytes += table.sizeOf(part.bits);
		}
		this.starts = starts;
		this.entryCount = count;
		this.byteLength = bytes;
		this.classNo = parts[0]?.part.classNo ?? 2;
	}

	/** Which part, and which entry of its block, `index` stands for. */
	find(index: number): {readonly at: number; readonly entry: number} {
		if (!(Number.isInteger(index) && index >= 0 && index < this.entryCount)) {
			throw new RangeError(`entry ${index} of a lease of ${this.entryCount}`);
		}
		const at = this.partOf(index);
		const {part} = this.parts[at] as OpenPart;
		const offset = index - (this.starts[at] ?? 0);
		return {at, entry: part.bits.isFull() ? offset : (this.#entriesOf(at)[offset] ?? 0)};
	}

	/** The part that holds `index`, by bisection. */
	partOf(index: number): number {
		let low = 0;
		let high = this.starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >>> 1;
			if ((this.starts[middle] ?? 0) <= index) {
				low = middle;
			} else {
				high = middle - 1;
			}
		}
		return low;
	}

	entry(index: number): LeasedEntry {
		const {at, entry} = this.find(index);
		return new OpenEntry(this.#handles, index, this.parts[at] as OpenPart, entry);
	}

	#entriesOf(at: number): readonly number[] {
		this.#entries ??= this.parts.map(({part}) => (part.bits.isFull() ? [] : [...part.bits]));
		return this.#entries[at] ?? [];
	}
}

/** Decodes a field when it is asked for: a transport that frames whole records asks for few. */
class OpenEntry implements LeasedEntry {
	readonly index: number;
	readonly #handles: StoreHandles;
	readonly #open: OpenPart;
	readonly #entry: number;

	constructor(handles: StoreHandles, index: number, open: OpenPart, entry: number) {
		this.#handles = handles;
		this.index = index;
		this.#open = open;
		this.#entry = entry;
	}

	get segmentId(): SegmentId {
		return this.#open.table.segmentIdOf(this.#entry);
	}

	get address(): SegmentAddress | undefined {
		return this.#open.table.addressOf(this.#entry);
	}

	get sizeBytes(): number {
		return this.#open.table.payloadBytesOf(this.#entry);
	}

	get sha256(): Uint8Array {
		return this.#open.table.sha256Of(this.#entry);
	}

	get crc32(): number {
		return this.#open.table.crc32Of(this.#entry);
	}

	get contentType(): string | undefined {
		return this.#open.table.metadataOf(this.#entry).contentType;
	}

	get labels(): LeasedEntry['labels'] {
		return this.#open.table.metadataOf(this.#entry).labels;
	}

	get priority(): LeasedEntry['priority'] {
		return priorityOf(this.#open.part.classNo);
	}

	get enqueuedAt(): EpochMs {
		return enqueuedAtOf(this.#handles, this.#open.table);
	}

	get expiresInMs(): number | undefined {
		const expiry = expiryOf(this.#open.table, this.#entry, this.#open.group);
		return expiry === undefined ? undefined : Math.max(0, expiry - this.#handles.age.now());
	}

	get hops(): number {
		return this.#open.table.hopsOf(this.#entry);
	}

	get chargedFailures(): number {
		return this.#open.group?.charged ?? 0;
	}

	get attemptCount(): number {
		return this.#open.group?.attempts ?? 0;
	}
}

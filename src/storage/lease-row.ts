import type {ClassNo} from '../outbound/priorities.js';
import type {BlockNo, EpochMs, GroupNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import {MAX_BLOCK_ENTRIES, MAX_LEASE_PARTS} from './layout.js';
import {DamagedRowError, RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/**
 * A lease: which waiting records are being sent to one peer. u8 version, u48 leased (wall), u48 quota charged (bytes), u32 number
 * of parts, then parts in order of service:
 * u8 0 = queue: u8 class, u64 block, bitmap · u8 1 = group: u8 class, u64 block, u64 group, bitmap ·
 * u8 2 = a run of whole blocks from the queue: u8 class, u64 first block, u32 how many with consecutive numbers, u16 entries in each.
 */
export type LeasePart = {
	/** `undefined`: from the queue. */
	readonly group: GroupNo | undefined;
	readonly classNo: ClassNo;
	readonly block: BlockNo;
	readonly bits: Bits;
};
export type LeaseRow = {
	readonly leasedAt: EpochMs;
	readonly quotaBytes: number;
	readonly parts: readonly LeasePart[];
};

const VERSION = 1;
const QUEUE = 0;
const GROUP = 1;
const RUN = 2;

export const encodeLease = ({leasedAt, quotaBytes, parts}: LeaseRow): Buffer => {
	const body = new RowWriter(32 + parts.length * 16);
	let forms = 0;
	for (let at = 0; at < parts.length; forms++) {
		const part = parts[at] as LeasePart;
		const length = runLength(parts, at);
		if (length > 1) {
			body.u8(RUN).u8(part.classNo).u64(part.block).u32(length).u16(part.bits.size);
		} else if (part.group === undefined) {
			body.u8(QUEUE).u8(part.classNo).u64(part.block).bits(part.bits);
		} else {
			body.u8(GROUP).u8(part.classNo).u64(part.block).u64(part.group).bits(part.bits);
		}
		at += length;
	}
	return new RowWriter(20 + body.done().length)
		.u8(VERSION)
		.u48(leasedAt)
		.u48(quotaBytes)
		.u32(forms)
		.bytes(body.done())
		.done();
};

/** How many parts from `start` on are whole blocks of the queue with consecutive numbers, one class and one size; at least 1. */
const runLength = (parts: readonly LeasePart[], start: number): number => {
	const first = parts[start] as LeasePart;
	let length = 0;
	for (let at = start; at < parts.length; at++, length++) {
		const part = parts[at] as LeasePart;
		const fits =
			part.group === undefined &&
			part.block === first.block + length &&
			part.classNo === first.classNo &&
			part.bits.size === first.bits.size &&
			part.bits.isFull();
		if (!fits) {
			break;
		}
	}
	return Math.max(1, length);
};

/** Throws for a damaged row, and for one of a later version. */
export const decodeLease = (bytes: Buffer): LeaseRow => {
	const reader = new RowReader(bytes);
	reader.version(VERSION, 'lease');
	const leasedAt = reader.u48() as EpochMs;
	const quotaBytes = reader.u48();
	const forms = reader.u32();
	const parts: LeasePart[] = [];
	for (let index = 0; index < forms; index++) {
		readForm(reader, parts);
	}
	return {leasedAt, quotaBytes, parts};
};

const readForm = (reader: RowReader, parts: LeasePart[]): void => {
	const form = reader.u8();
	const classNo = (reader.u8() & 3) as ClassNo;
	const block = reader.u64() as BlockNo;
	if (form === QUEUE) {
		parts.push({group: undefined, classNo, block, bits: reader.bits()});
	} else if (form === GROUP) {
		const group = reader.u64() as GroupNo;
		parts.push({group, classNo, block, bits: reader.bits()});
	} else if (form === RUN) {
		const count = reader.u32();
		const size = reader.u16();
		if (count > MAX_LEASE_PARTS || size > MAX_BLOCK_ENTRIES) {
			throw new DamagedRowError(`lease over ${count} blocks of ${size}`);
		}
		for (let offset = 0; offset < count; offset++) {
			parts.push({group: undefined, classNo, block: (block + offset) as BlockNo, bits: Bits.full(size)});
		}
	} else {
		throw new DamagedRowError(`lease part of form ${form}`);
	}
};

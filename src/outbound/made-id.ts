import {EdgedError} from './errors.js';
import type {SegmentId} from './names.js';
import type {BlockNo, Brand, EntryNo} from './units.js';

/** A store's random 50-bit number, made once when the store is created. */
export type StoreId = Brand<number, 'StoreId'>;

/** Where a segment was first made durable. The text form of an address is a made id. */
export type SegmentAddress = {readonly store: StoreId; readonly block: BlockNo; readonly entry: EntryNo};

/** Lower-case base32hex (RFC 4648 section 7): its digits sort as their values do, so made ids sort by time. */
const DIGITS = '0123456789abcdefghijklmnopqrstuv';
const MADE_ID = /^seg-[0-9a-v]{22}$/;
const PREFIX_LENGTH = 4;
const NUMBER_DIGITS = 10;
const ENTRY_DIGITS = 2;
/** Exclusive bound of store ids and block numbers: ten base32 digits. */
export const ADDRESS_NUMBER_LIMIT = 32 ** NUMBER_DIGITS;

/** `seg-` + store (10 digits) + block (10) + entry (2): 26 characters, fixed width. */
export const formatMadeId = ({store, block, entry}: SegmentAddress): SegmentId =>
	`seg-${digits(store, NUMBER_DIGITS)}${digits(block, NUMBER_DIGITS)}${digits(entry, ENTRY_DIGITS)}` as SegmentId;

/** The address in a made id, or `undefined` when `id` is a producer's own. */
export const parseMadeId = (id: string): SegmentAddress | undefined => {
	if (!MADE_ID.test(id)) {
		return undefined;
	}
	const storeEnd = PREFIX_LENGTH + NUMBER_DIGITS;
	const blockEnd = storeEnd + NUMBER_DIGITS;
	return {
		store: value(id, PREFIX_LENGTH, storeEnd) as StoreId,
		block: value(id, storeEnd, blockEnd) as BlockNo,
		entry: value(id, blockEnd, blockEnd + ENTRY_DIGITS) as EntryNo,
	};
};

const digits = (number: number, width: number): string => {
	if (!Number.isSafeInteger(number) || number < 0 || number >= 32 ** width) {
		throw new EdgedError('INVALID_ARGUMENT', `${number} does not fit into ${width} base32 digits`);
	}
	return number.toString(32).padStart(width, '0');
};

const value = (text: string, start: number, end: number): number => {
	let sum = 0;
	for (let at = start; at < end; at++) {
		sum = sum * 32 + DIGITS.indexOf(text.charAt(at));
	}
	return sum;
};

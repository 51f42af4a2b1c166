import type {AgeMs, EpochMs} from '../outbound/units.js';
import {readAttempts, type StoredAttempt, writeAttempts} from './attempts-row.js';
import {Bits} from './bits.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

/**
 * Proof of what one peer has of one block. u8 version, u48 leased and u48 settled (wall, of the latest), u48 settled (age clock),
 * bitmaps acked, satisfied, purged, u16 number of histories, then per history a bitmap and attempts.
 */
export type SettledRow = {
	readonly leasedAt: EpochMs;
	readonly settledAt: EpochMs;
	readonly settledAge: AgeMs;
	readonly acked: Bits;
	readonly satisfied: Bits;
	readonly purged: Bits;
	/** Of records that came here by way of a group, or that were answered after they had been cut from their lease. */
	readonly histories: readonly History[];
};
export type History = {readonly bits: Bits; readonly attempts: readonly StoredAttempt[]};

/**
 * Proof for whole blocks that one lease settled at once, where the one attempt was good: the key's block number and up to 1,023
 * after it; or for whole blocks that other peers were enough for, while none of it was being sent. u8 version (1 acked,
 * 2 satisfied), u48 leased, u48 settled (wall), u48 settled (age clock), bitmap of block numbers from the key's on.
 */
export type SpanRow = {
	readonly fate: SpanFate;
	readonly leasedAt: EpochMs;
	readonly settledAt: EpochMs;
	readonly settledAge: AgeMs;
	readonly blocks: Bits;
};

/** The version of a span row is its place here, from 1 on. */
const SPAN_FATES = ['acked', 'satisfied'] as const;
export type SpanFate = (typeof SPAN_FATES)[number];

const VERSION = 1;

export const encodeSettled = (row: SettledRow): Buffer => {
	const writer = new RowWriter(96)
		.u8(VERSION)
		.u48(row.leasedAt)
		.u48(row.settledAt)
		.u48(row.settledAge)
		.bits(row.acked)
		.bits(row.satisfied)
		.bits(row.purged)
		.u16(row.histories.length);
	for (const {bits, attempts} of row.histories) {
		writer.bits(bits);
		writeAttempts(writer, attempts);
	}
	return writer.done();
};

/** Throws for a damaged row, and for one of a later version. */
export const decodeSettled = (bytes: Buffer): SettledRow => {
	const reader = new RowReader(bytes);
	reader.version(VERSION, 'settled row');
	const leasedAt = reader.u48() as EpochMs;
	const settledAt = reader.u48() as EpochMs;
	const settledAge = reader.u48() as AgeMs;
	const acked = reader.bits();
	const satisfied = reader.bits();
	const purged = reader.bits();
	const count = reader.u16();
	const histories: History[] = [];
	for (let index = 0; index < count; index++) {
		histories.push({bits: reader.bits(), attempts: readAttempts(reader)});
	}
	return {leasedAt, settledAt, settledAge, acked, satisfied, purged, histories};
};

export const emptySettled = (size: number): SettledRow => ({
	leasedAt: 0 as EpochMs,
	settledAt: 0 as EpochMs,
	settledAge: 0 as AgeMs,
	acked: Bits.empty(size),
	satisfied: Bits.empty(size),
	purged: Bits.empty(size),
	histories: [],
});

/** Everything of the block that is settled for the peer. */
export const settledBits = ({acked, satisfied, purged}: SettledRow): Bits => acked.or(satisfied).or(purged);

export const encodeSpan = ({fate, leasedAt, settledAt, settledAge, blocks}: SpanRow): Buffer =>
	new RowWriter(160)
		.u8(SPAN_FATES.indexOf(fate) + 1)
		.u48(leasedAt)
		.u48(settledAt)
		.u48(settledAge)
		.bits(blocks)
		.done();

/** Throws for a damaged row, and for one of a later version. */
export const decodeSpan = (bytes: Buffer): SpanRow => {
	const reader = new RowReader(bytes);
	const version = reader.version(SPAN_FATES.length, 'span row');
	return {
		fate: SPAN_FATES[version - 1] ?? 'acked',
		leasedAt: reader.u48() as EpochMs,
		settledAt: reader.u48() as EpochMs,
		settledAge: reader.u48() as AgeMs,
		blocks: reader.bits(),
	};
};

import fc from 'fast-check';
import {ATTEMPT_OUTCOMES, DEADLETTER_REASONS} from '../../src/outbound/attempts.js';
import type {ClassNo} from '../../src/outbound/priorities.js';
import type {AgeMs, BlockNo, EpochMs, GroupNo, PeerNo} from '../../src/outbound/units.js';
import type {AcksRow} from '../../src/storage/acks-row.js';
import type {StoredAttempt} from '../../src/storage/attempts-row.js';
import type {GroupRow} from '../../src/storage/group-row.js';
import type {LeasePart, LeaseRow} from '../../src/storage/lease-row.js';
import type {SettledRow, SpanRow} from '../../src/storage/settled-row.js';
import {bitsOf, u48, u50} from './rows.js';

const wall = u48 as fc.Arbitrary<EpochMs>;
const age = u48 as fc.Arbitrary<AgeMs>;
const classNo: fc.Arbitrary<ClassNo> = fc.constantFrom(0, 1, 2, 3);
const u16 = fc.nat({max: 0xffff});
const u32 = fc.nat({max: 0xffff_ffff});

const attempt: fc.Arbitrary<StoredAttempt> = fc
	.record({
		number: u32,
		startedAt: wall,
		completedAt: wall,
		outcome: fc.constantFrom(...ATTEMPT_OUTCOMES),
		bytesSent: fc.oneof(
			fc.constant('whole' as const),
			u48.map(bytes => Math.min(bytes, 2 ** 48 - 2)),
		),
		error: fc.string({unit: 'grapheme', maxLength: 40}),
	})
	.map(({error, ...rest}) => (error === '' ? rest : {...rest, error}));
export const attempts = fc.array(attempt, {maxLength: 12});

const common = {
	bits: bitsOf(),
	classNo,
	charged: u16,
	abandons: u16,
	changedAt: wall,
	putBackBy: u32,
	isExpiryWaived: fc.boolean(),
	heldSince: fc.oneof(fc.constant(0 as AgeMs), age),
	heldMs: fc.oneof(fc.constant(0), u48),
	attempts,
};
export const groupRows: fc.Arbitrary<GroupRow> = fc.oneof(
	fc.record({...common, state: fc.constantFrom('failed' as const, 'scheduled' as const), dueAt: age}),
	fc.record({
		...common,
		state: fc.constant('deadletter' as const),
		reason: fc.constantFrom(...DEADLETTER_REASONS),
		diedAt: wall,
	}),
);

const loosePart: fc.Arbitrary<LeasePart> = fc.record({
	group: fc.option(u50 as fc.Arbitrary<GroupNo>, {nil: undefined}),
	classNo,
	block: u50 as fc.Arbitrary<BlockNo>,
	bits: bitsOf(),
});
/** Blocks with consecutive numbers: what a lease of blocks of one looks like. */
const run: fc.Arbitrary<LeasePart[]> = fc
	.tuple(fc.nat({max: 1000}), fc.integer({min: 1, max: 30}), classNo, bitsOf(3))
	.map(([first, length, priority, bits]) =>
		Array.from({length}, (_, at) => ({
			group: undefined,
			classNo: priority,
			block: (first + at) as BlockNo,
			bits,
		})),
	);
export const leaseRows: fc.Arbitrary<LeaseRow> = fc.record({
	leasedAt: wall,
	quotaBytes: u48,
	parts: fc
		.array(
			fc.oneof(
				loosePart.map(part => [part]),
				run,
			),
			{maxLength: 12},
		)
		.map(parts => parts.flat()),
});

export const settledRows: fc.Arbitrary<SettledRow> = fc.record({
	leasedAt: wall,
	settledAt: wall,
	settledAge: age,
	acked: bitsOf(),
	satisfied: bitsOf(),
	purged: bitsOf(),
	histories: fc.array(fc.record({bits: bitsOf(), attempts}), {maxLength: 5}),
});
export const acksRows: fc.Arbitrary<AcksRow> = fc
	.uniqueArray(fc.nat(0xffff_ffff), {maxLength: 5})
	.chain(peers => fc.tuple(...peers.map(peer => bitsOf().map(bits => [peer as PeerNo, bits] as const))))
	.map(pairs => new Map(pairs));
export const spanRows: fc.Arbitrary<SpanRow> = fc.record({
	fate: fc.constantFrom('acked', 'satisfied'),
	leasedAt: wall,
	settledAt: wall,
	settledAge: age,
	blocks: bitsOf(),
});

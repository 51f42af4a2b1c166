import test from 'ava';
import fc from 'fast-check';
import type {AgeMs, EpochMs} from '../../src/outbound/units.js';
import {Bits} from '../../src/storage/bits.js';
import {
	decodeSettled,
	decodeSpan,
	emptySettled,
	encodeSettled,
	encodeSpan,
	type SettledRow,
	type SpanRow,
	settledBits,
} from '../../src/storage/settled-row.js';
import {holds} from '../helpers/holds.js';
import {settledRows, spanRows} from '../helpers/row-arbitraries.js';
import {golden, plain, survivesDamage} from '../helpers/rows.js';

const settled: SettledRow = {
	leasedAt: 1_750_000_000_000 as EpochMs,
	settledAt: 1_750_000_000_400 as EpochMs,
	settledAge: 90_000 as AgeMs,
	acked: Bits.of(20, 0, 1, 2, 19),
	satisfied: Bits.of(20, 5),
	purged: Bits.of(20, 9),
	histories: [
		{
			bits: Bits.of(20, 2),
			attempts: [
				{
					number: 1,
					startedAt: 1_749_999_000_000 as EpochMs,
					completedAt: 1_749_999_000_010 as EpochMs,
					outcome: 'FAILED',
					error: 'disk full',
					bytesSent: 1000,
				},
				{
					number: 2,
					startedAt: 1_750_000_000_000 as EpochMs,
					completedAt: 1_750_000_000_400 as EpochMs,
					outcome: 'ACKED',
					bytesSent: 'whole',
				},
			],
		},
	],
};
const span: SpanRow = {
	fate: 'acked',
	leasedAt: 1_750_000_000_000 as EpochMs,
	settledAt: 1_750_000_000_400 as EpochMs,
	settledAge: 90_000 as AgeMs,
	blocks: Bits.of(1024, 0, 3, 1023),
};

test('the bytes of a proof are those of version 1', async t => {
	const row = await golden(t, 'settled-v1.bin', encodeSettled(settled));
	t.deepEqual(plain(decodeSettled(row)), plain(settled));
});

test('the bytes of a span are those of version 1', async t => {
	t.deepEqual(plain(decodeSpan(await golden(t, 'span-v1.bin', encodeSpan(span)))), plain(span));
});

test('the bytes of a span of satisfied blocks are those of version 2', async t => {
	const satisfied: SpanRow = {...span, fate: 'satisfied', leasedAt: span.settledAt};
	t.deepEqual(
		plain(decodeSpan(await golden(t, 'span-v2-satisfied.bin', encodeSpan(satisfied)))),
		plain(satisfied),
	);
});

test('proofs and spans come back as they were', t => {
	holds(fc.property(settledRows, row => t.deepEqual(plain(decodeSettled(encodeSettled(row))), plain(row))));
	holds(fc.property(spanRows, row => t.deepEqual(plain(decodeSpan(encodeSpan(row))), plain(row))));
});

test('acked, satisfied and purged records are all settled', t => {
	t.deepEqual([...settledBits(settled)], [0, 1, 2, 5, 9, 19]);
	t.true(settledBits(emptySettled(20)).isEmpty());
});

test('a damaged proof is told, never anything else', t => {
	survivesDamage(t, encodeSettled(settled), decodeSettled);
	survivesDamage(t, encodeSpan(span), decodeSpan);
});

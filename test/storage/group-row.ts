import test from 'ava';
import fc from 'fast-check';
import type {AgeMs, EpochMs} from '../../src/outbound/units.js';
import {Bits} from '../../src/storage/bits.js';
import {decodeGroup, encodeGroup, type GroupRow, NEVER_HELD} from '../../src/storage/group-row.js';
import {DamagedRowError} from '../../src/storage/row-reader.js';
import {holds} from '../helpers/holds.js';
import {groupRows} from '../helpers/row-arbitraries.js';
import {golden, plain, survivesDamage} from '../helpers/rows.js';

const failed: GroupRow = {
	bits: Bits.of(300, 0, 7, 299),
	classNo: 2,
	charged: 3,
	abandons: 1,
	changedAt: 1_750_000_000_123 as EpochMs,
	putBackBy: 0,
	isExpiryWaived: true,
	...NEVER_HELD,
	attempts: [
		{
			number: 1,
			startedAt: 1_750_000_000_000 as EpochMs,
			completedAt: 1_750_000_000_050 as EpochMs,
			outcome: 'ABANDONED',
			error: 'the daemon ended while this was being sent',
			bytesSent: 0,
		},
		{
			number: 2,
			startedAt: 1_750_000_000_100 as EpochMs,
			completedAt: 1_750_000_000_123 as EpochMs,
			outcome: 'TIMEOUT',
			error: 'no answer in 30 s from the peer ±',
			bytesSent: 'whole',
		},
	],
	state: 'failed',
	dueAt: 4_000_000 as AgeMs,
};
const dead: GroupRow = {
	bits: Bits.full(1024),
	classNo: 0,
	charged: 8,
	abandons: 0,
	changedAt: 1_750_000_000_999 as EpochMs,
	putBackBy: 41,
	isExpiryWaived: false,
	...NEVER_HELD,
	attempts: [],
	state: 'deadletter',
	reason: 'REJECTED',
	diedAt: 1_750_000_000_999 as EpochMs,
};

test('the bytes of a group are those of version 1', async t => {
	t.deepEqual(plain(decodeGroup(await golden(t, 'group-v1-failed.bin', encodeGroup(failed)))), plain(failed));
	t.deepEqual(plain(decodeGroup(await golden(t, 'group-v1-dead.bin', encodeGroup(dead)))), plain(dead));
});

test('the bytes of a group that is held are those of version 2', async t => {
	const held: GroupRow = {...failed, heldSince: 4_100_000 as AgeMs, heldMs: 60_000};
	t.deepEqual(plain(decodeGroup(await golden(t, 'group-v2-held.bin', encodeGroup(held)))), plain(held));
});

test('a group comes back as it was', t => {
	holds(fc.property(groupRows, row => t.deepEqual(plain(decodeGroup(encodeGroup(row))), plain(row))));
});

test('counts beyond 16 bits stay at their largest', t => {
	t.like(decodeGroup(encodeGroup({...failed, charged: 70_000, abandons: 1e9})), {
		charged: 0xffff,
		abandons: 0xffff,
	});
});

test('a group of a later version is refused', t => {
	const row = encodeGroup(failed);
	row[0] = 3;
	t.throws(() => decodeGroup(row), {instanceOf: DamagedRowError, message: /version 3, this edged reads 2/});
});

test('a damaged group is told, never anything else', t => {
	survivesDamage(t, encodeGroup(failed), decodeGroup);
	survivesDamage(t, encodeGroup(dead), decodeGroup);
});

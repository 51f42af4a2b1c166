import test from 'ava';
import fc from 'fast-check';
import type {PeerNo} from '../../src/outbound/units.js';
import {
	addRow,
	COUNTERS,
	CounterChanges,
	counter,
	deadCounter,
	decodeCounters,
	depthOf,
	emptyRow,
	encodeCounters,
} from '../../src/storage/counters.js';
import {holds} from '../helpers/holds.js';

const rows = fc
	.array(fc.integer(), {minLength: COUNTERS.length, maxLength: COUNTERS.length})
	.map(values => Float64Array.from(values));
const peer = 3 as PeerNo;

test('counters come back as they were, also above 2^32', t => {
	holds(fc.property(rows, row => t.deepEqual(decodeCounters(encodeCounters(row)), row)));
	const row = emptyRow();
	row[0] = 2 ** 52;
	t.is(decodeCounters(encodeCounters(row))[0], 2 ** 52);
});

test('the stored places of the counters never move: a new one is appended', t => {
	t.deepEqual(COUNTERS, [
		'scheduled',
		'inflight',
		'failed',
		'acked',
		'satisfied',
		'deadletter',
		'held',
		'abandoned',
		'ackedExpired',
		'waitingBytes',
		'dead:MAX_RETRIES',
		'dead:REJECTED',
		'dead:SEGMENT_MISSING',
		'dead:CORRUPT',
		'dead:EXPIRED',
		'dead:EVICTED',
		'dead:QUOTA',
		'dead:CRASH_LOOP',
		'dead:FORCED',
		'liveBytes',
		'retainedBytes',
		'blocks',
		'ids',
		'satisfiedExpired',
		'quotaDefers',
		'quotaDrops',
	]);
});

test('a row from before a counter was appended reads as 0 there; a cut one does not throw', t => {
	const row = emptyRow().fill(5);
	const older = decodeCounters(encodeCounters(row).subarray(0, 8 * 3 + 4));
	t.deepEqual([...older.subarray(0, 4)], [5, 5, 5, 0]);
	t.deepEqual(decodeCounters(undefined), emptyRow());
});

test('changes add up by peer and are applied by adding', t => {
	const changes = new CounterChanges();
	changes.add(peer, 'scheduled', 5);
	changes.add(peer, 'scheduled', -2);
	changes.add(peer, deadCounter('FORCED'), 1);
	changes.add(4 as PeerNo, 'acked', 1);
	t.deepEqual([...changes.rows.keys()], [3, 4]);
	const row = changes.rows.get(peer) ?? emptyRow();
	t.is(counter(row, 'scheduled'), 3);
	t.is(counter(addRow(Float64Array.from(row), row), 'scheduled'), 6);
	t.is(counter(row, 'dead:FORCED'), 1);
	t.is(counter(undefined, 'scheduled'), 0);
});

test('held and abandoned are counted in scheduled, so the total leaves them out', t => {
	const changes = new CounterChanges();
	for (const [at, name] of (
		['scheduled', 'inflight', 'failed', 'acked', 'satisfied', 'deadletter', 'held', 'abandoned'] as const
	).entries()) {
		changes.add(peer, name, 10 ** at);
	}
	t.deepEqual(depthOf(changes.rows.get(peer) ?? emptyRow()), {
		scheduled: 1,
		inflight: 10,
		failed: 100,
		acked: 1000,
		satisfied: 10_000,
		deadletter: 100_000,
		held: 1_000_000,
		abandoned: 10_000_000,
		total: 111_111,
	});
});

import test from 'ava';
import fc from 'fast-check';
import {ATTEMPT_OUTCOMES} from '../../src/outbound/attempts.js';
import type {EpochMs} from '../../src/outbound/units.js';
import {
	MAX_KEPT_ATTEMPTS,
	nextAttemptNumber,
	readAttempts,
	type StoredAttempt,
	shownAttempt,
	writeAttempts,
} from '../../src/storage/attempts-row.js';
import {RowReader} from '../../src/storage/row-reader.js';
import {RowWriter} from '../../src/storage/row-writer.js';
import {holds} from '../helpers/holds.js';
import {attempts as anyAttempts} from '../helpers/row-arbitraries.js';
import {survivesDamage} from '../helpers/rows.js';

const encode = (attempts: readonly StoredAttempt[]): Buffer => {
	const writer = new RowWriter();
	writeAttempts(writer, attempts);
	return writer.done();
};
const decode = (bytes: Buffer): readonly StoredAttempt[] => readAttempts(new RowReader(bytes));

const attempt = (number: number, more: Partial<StoredAttempt> = {}): StoredAttempt => ({
	number,
	startedAt: 10 as EpochMs,
	completedAt: 20 as EpochMs,
	outcome: 'FAILED',
	bytesSent: 5,
	...more,
});

test('attempts come back as they were', t => {
	holds(fc.property(anyAttempts, attempts => t.deepEqual(decode(encode(attempts)), attempts)));
});

test('the stored numbers of the outcomes never move', t => {
	t.deepEqual(ATTEMPT_OUTCOMES, [
		'ACKED',
		'FAILED',
		'REJECTED',
		'TIMEOUT',
		'ABANDONED',
		'SEGMENT_MISSING',
		'CORRUPT',
	]);
});

test('the last hundred attempts are kept, with their numbers, and the next goes on from there', t => {
	const all = Array.from({length: MAX_KEPT_ATTEMPTS + 7}, (_, at) => attempt(at + 1));
	const kept = decode(encode(all));
	t.deepEqual(kept, all.slice(7));
	t.is(nextAttemptNumber(kept), MAX_KEPT_ATTEMPTS + 8);
	t.is(nextAttemptNumber([]), 1);
});

test('a peer that writes novels does not grow the row', t => {
	const [kept] = decode(encode([attempt(1, {error: 'x'.repeat(100_000)})]));
	t.is(kept?.error?.length, 1024);
});

test('an attempt that sent the whole segment shows the size of each', t => {
	const whole = attempt(1, {bytesSent: 'whole'});
	t.is(shownAttempt(whole, 700).bytesSent, 700);
	t.is(shownAttempt(whole, 0).bytesSent, 0);
	t.is(shownAttempt(attempt(1), 700).bytesSent, 5);
});

test('damaged attempts are told, never anything else', t => {
	survivesDamage(
		t,
		encode([attempt(1, {error: 'no route to host'}), attempt(2, {bytesSent: 'whole'})]),
		decode,
	);
});

import test from 'ava';
import type {AgeMs} from '../../src/outbound/units.js';
import {BUCKET_MS, bucketAt, endOf, QuotaBuckets} from '../../src/storage/quota-buckets.js';

const HOUR = 12 * BUCKET_MS;
const DAY = 24 * HOUR;
/** In the middle of a bucket, days after the beginning. */
const NOW = (10 * DAY + BUCKET_MS / 2) as AgeMs;
const after = (ms: number): AgeMs => (NOW + ms) as AgeMs;

const bucketsOf = (...entries: readonly (readonly [agoMs: number, bytes: number])[]): QuotaBuckets => {
	const buckets = new QuotaBuckets();
	for (const [ago, bytes] of entries) {
		buckets.add(bucketAt(after(-ago)), bytes);
	}
	return buckets;
};

test('what was sent counts for a day at least, and for five minutes more at most', t => {
	for (const offset of [0, 1, BUCKET_MS / 2, BUCKET_MS - 1]) {
		const sentAt = (10 * DAY + offset) as AgeMs;
		const ends = endOf(bucketAt(sentAt));
		t.true(ends - sentAt > DAY && ends - sentAt <= DAY + BUCKET_MS, `${offset}`);
		const buckets = new QuotaBuckets();
		buckets.add(bucketAt(sentAt), 5);
		t.is(buckets.sum((ends - 1) as AgeMs), 5);
		t.is(buckets.sum(ends), 0);
	}
});

test('a bucket that was forgotten stays so', t => {
	const buckets = bucketsOf([DAY, 7], [0, 1]);
	t.is(buckets.sum(NOW), 8);
	t.is(buckets.sum(after(BUCKET_MS)), 1);
	buckets.add(bucketAt(after(-DAY)), 7);
	t.is(buckets.sum(after(BUCKET_MS)), 1);
});

test('bytes return with the bucket that completes them', t => {
	const buckets = bucketsOf([0, 10], [HOUR, 20], [3 * HOUR, 30]);
	t.is(buckets.freeAt(1, NOW), endOf(bucketAt(after(-3 * HOUR))));
	t.is(buckets.freeAt(30, NOW), endOf(bucketAt(after(-3 * HOUR))));
	t.is(buckets.freeAt(31, NOW), endOf(bucketAt(after(-HOUR))));
	t.is(buckets.freeAt(60, NOW), endOf(bucketAt(NOW)));
	t.is(buckets.freeAt(61, NOW), undefined);
});

test('at the pace of the last hour a limit is reached when the rest is used up', t => {
	const buckets = bucketsOf([0, 500], [HOUR / 2, 500]);
	// 1,000 bytes in 32.5 minutes.
	const pace = 1000 / (HOUR / 2 + BUCKET_MS / 2);
	t.is(buckets.reaches(2000, 0, NOW), Math.round(NOW + 1000 / pace) as AgeMs);
	t.is(buckets.reaches(2000, 500, NOW), Math.round(NOW + 500 / pace) as AgeMs);
	t.is(buckets.reaches(900, 0, NOW), NOW, 'it is reached already');
});

test('what returns meanwhile puts the end off', t => {
	const pace = 1200 / (HOUR - BUCKET_MS / 2);
	const sent = Array.from({length: 12}, (_, at) => [at * BUCKET_MS, 100] as const);
	const reached = bucketsOf([DAY - BUCKET_MS, 500], ...sent).reaches(2000, 0, NOW) ?? 0;
	const without = NOW + 300 / pace;
	t.true(reached > without + 1, `${reached} ${without}`);
});

test('at a pace that the returning bytes outweigh, or at none, it is never reached', t => {
	t.is(bucketsOf([5 * HOUR, 1000]).reaches(1001, 0, NOW), undefined, 'nothing was sent in the last hour');
	const steady = Array.from({length: 288}, (_, at) => [at * BUCKET_MS, 10] as const);
	t.is(bucketsOf(...steady).reaches(4000, 0, NOW), undefined);
});

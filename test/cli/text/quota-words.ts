import test from 'ava';
import {quotaWords} from '../../../src/cli/text/limiter.js';

const NOW = '2026-03-01T15:00:00.000Z';
const GIB = 2 ** 30;
const quota = (used: number, more: object = {}) => ({
	daily_quota_bytes: 10 * GIB,
	daily_used_bytes: used,
	quota_exhausted_at: null,
	quota_returns_at: null,
	...more,
});

test('a quota says what is spent of it, and when it is exhausted at the present pace', t => {
	t.deepEqual(quotaWords(quota(3 * GIB, {quota_exhausted_at: '2026-03-01T17:40:12.345Z'}), NOW), [
		'spent 3 GiB of 10 GiB, resets progressively, exhausted at 17:40 UTC (in 2h 40m) at this rate',
		'warn',
	]);
	t.deepEqual(quotaWords(quota(3 * GIB), NOW), ['spent 3 GiB of 10 GiB, resets progressively', undefined]);
});

test('a quota that is spent says when some of it returns', t => {
	t.deepEqual(quotaWords(quota(10 * GIB, {quota_returns_at: '2026-03-02T02:05:59.000Z'}), NOW), [
		'spent 10 GiB of 10 GiB, some returns at 2026-03-02 02:05 UTC (in 11h 5m)',
		'warn',
	]);
});

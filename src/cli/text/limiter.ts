import type {WireBandwidth} from '../../rpc/contract/bandwidth.js';
import type {WirePeerStatus} from '../../rpc/contract/status.js';
import type {Field} from './fields.js';
import {byteRate, bytesWithSize, grouped, humanBytes, percent} from './numbers.js';
import {clockTime} from './time.js';

/** A limiter as `status` shows it: the limits, and what of them is spent. */
export const limitFields = (bandwidth: WireBandwidth, now: string): Field[] => [
	...limits(bandwidth),
	...(bandwidth.daily_quota_bytes === 0 ? [] : [['Daily Used', ...quotaWords(bandwidth, now)] as const]),
	...(bandwidth.source === 'override' ? [OVERRIDE] : []),
];

/** What is spent of a daily quota, and how it goes on. */
export const quotaWords = (
	quota: NonNullable<WirePeerStatus['daily_quota']>,
	now: string,
): readonly [words: string, tone: 'warn' | undefined] => {
	const {daily_quota_bytes: whole, daily_used_bytes: used} = quota;
	const {quota_exhausted_at: end, quota_returns_at: back} = quota;
	const spent = `spent ${humanBytes(used)} of ${humanBytes(whole)}`;
	if (used >= whole) {
		return [back === null ? spent : `${spent}, some returns at ${toTheMinute(back, now)}`, 'warn'];
	}
	const outlook = end === null ? [] : [`exhausted at ${toTheMinute(end, now)} at this rate`];
	return [[spent, 'resets progressively', ...outlook].join(', '), end === null ? undefined : 'warn'];
};

/** A foretold time is not known to the second. */
const toTheMinute = (then: string, now: string): string =>
	clockTime(`${then.slice(0, 'YYYY-MM-DDTHH:MM'.length)}:00.000Z`, now);

/** A limiter as `config get` and `set-bandwidth` show it. */
export const limiterFields = (bandwidth: WireBandwidth): Field[] => [
	...limits(bandwidth),
	['Available Tokens', availableTokens(bandwidth)],
	['Daily Used', dailyUsed(bandwidth)],
	...(bandwidth.unlimited ? [] : counters(bandwidth)),
	bandwidth.source === 'override' ? OVERRIDE : ['Source', SOURCES[bandwidth.source]],
];

const limits = ({bytes_per_second: rate, daily_quota_bytes: quota}: WireBandwidth): Field[] => [
	['Rate Limit', rate === 0 ? 'unlimited' : byteRate(rate)],
	['Daily Quota', quota === 0 ? 'unlimited' : bytesWithSize(quota)],
];

const OVERRIDE: Field = ['Source', 'override (set live; --reset returns to the file)'];

const SOURCES = {file: 'file', window: 'the window that is open now'} as const;

const counters = (bandwidth: WireBandwidth): Field[] => [
	['Throttle Count', grouped(bandwidth.throttle_count)],
	['Quota Drops', grouped(bandwidth.quota_drop_count)],
	['Quota Defers', grouped(bandwidth.quota_defer_count)],
];

const NOT_APPLICABLE = '(n/a — unlimited)';

const availableTokens = ({available_tokens: tokens, burst_bytes: burst}: WireBandwidth): string =>
	tokens === null || burst === null
		? NOT_APPLICABLE
		: `${grouped(tokens)} (${percent(Math.max(0, tokens), burst)} of burst)`;

const dailyUsed = ({daily_used_bytes: used, daily_quota_bytes: quota}: WireBandwidth): string =>
	quota === 0 ? NOT_APPLICABLE : `${grouped(used)} (${percent(used, quota)} consumed)`;

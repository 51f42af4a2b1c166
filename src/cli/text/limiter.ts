import type {WireBandwidth} from '../../rpc/contract/bandwidth.js';
import type {Field} from './fields.js';
import {byteRate, bytesWithSize, grouped, percent} from './numbers.js';

/** A limiter as `status` shows it: the limits, and what of them is spent. */
export const limitFields = (bandwidth: WireBandwidth): Field[] => [
	...limits(bandwidth),
	...(bandwidth.daily_quota_bytes === 0 ? [] : [['Daily Used', dailyUsed(bandwidth)] as const]),
	...(bandwidth.source === 'override' ? [OVERRIDE] : []),
];

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

import type {WireBandwidth} from '../../rpc/contract/bandwidth.js';
import type {Result} from '../../rpc/contract/methods.js';
import {type Field, fields} from './fields.js';
import {byteRate, bytesWithSize, grouped, percent} from './numbers.js';
import {printable} from './printable.js';
import type {Style} from './style.js';
import {humanSeconds} from './time.js';

type Config = Result<'relay.config.get'>;

/** The two blocks that operators of the reference system know, then limits of single peers and the configuration in effect. */
export const configText = (config: Config, style: Style): string[] => [
	...fields(
		'Relay Configuration',
		[
			['Enabled', String(config.enabled)],
			['Workers', grouped(config.workers)],
			['Success Condition', config.success_condition],
			['Dial Timeout', seconds(config.dial_timeout_seconds)],
			['Ack Timeout', seconds(config.ack_timeout_seconds)],
		],
		style,
	),
	...fields('Bandwidth', limiterFields(config.bandwidth), style),
	...config.peers.flatMap(({peer_id, bandwidth}) =>
		fields(`Bandwidth of ${printable(peer_id)}`, limiterFields(bandwidth), style),
	),
	...effectiveLines(config.effective, style),
];

/** A limiter as `config get` and `set-bandwidth` show it. */
export const limiterFields = (bandwidth: WireBandwidth): Field[] => [
	['Rate Limit', bandwidth.bytes_per_second === 0 ? 'unlimited' : byteRate(bandwidth.bytes_per_second)],
	[
		'Daily Quota',
		bandwidth.daily_quota_bytes === 0 ? 'unlimited' : bytesWithSize(bandwidth.daily_quota_bytes),
	],
	['Available Tokens', availableTokens(bandwidth)],
	['Daily Used', dailyUsed(bandwidth)],
	...(bandwidth.unlimited ? [] : counters(bandwidth)),
	...(bandwidth.source === 'override'
		? ([['Source', 'override (set live; --reset returns to the file)']] as const)
		: ([['Source', 'file']] as const)),
];

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

const seconds = (value: number): string => (Number.isInteger(value) ? humanSeconds(value) : `${value}s`);

const effectiveLines = (effective: Readonly<Record<string, unknown>>, style: Style): string[] => {
	const lines = flattened(effective, '');
	return lines.length === 0
		? []
		: [style('strong', 'Effective Configuration'), ...lines.map(line => `  ${line}`)];
};

const flattened = (value: unknown, name: string): string[] => {
	if (Array.isArray(value) && value.some(item => typeof item === 'object')) {
		return value.flatMap((item, at) => flattened(item, `${name}[${at}]`));
	}
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
		return Object.entries(value).flatMap(([key, inner]) =>
			flattened(inner, name === '' ? key : `${name}.${key}`),
		);
	}
	return [printable(`${name} = ${JSON.stringify(value)}`)];
};

import type {Result} from '../../rpc/contract/methods.js';
import {fields} from './fields.js';
import {limiterFields} from './limiter.js';
import {grouped} from './numbers.js';
import {printable} from './printable.js';
import type {Style} from './style.js';
import {humanSeconds} from './time.js';
import {windowsText} from './windows.js';

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
	...config.windows.flatMap(windows => windowsText(windows, config.queried_at, style)),
	...effectiveLines(config.effective, style),
];

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

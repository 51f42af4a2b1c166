import {command} from '../command.js';
import {UsageError} from '../failure.js';
import {given} from '../given.js';
import {flag, option} from '../parameters.js';
import {readBytes} from '../read/bytes.js';
import {readPeerId} from '../read/ids.js';
import {fields} from '../text/fields.js';
import {limiterFields} from '../text/limiter.js';

/** Below it the daemon begins no send (docs/operations.md, Bandwidth). */
const SUSPENDED_BELOW = 64;

export const setBandwidth = command({
	name: 'relay config set-bandwidth',
	help: 'Change a rate or a daily quota at once',
	details:
		'Takes effect at once, also for requests that wait for their turn, and is kept over restarts until --reset. 0 is unlimited; 1 byte a second suspends delivery. A daily quota counts what goes over the wire in any 24 hours.',
	examples: [
		'edgectl relay config set-bandwidth --bytes-per-second "64 KiB"',
		'edgectl relay config set-bandwidth --bytes-per-second 1 --reason "INC-42: link flooded"',
		'edgectl relay config set-bandwidth --reset --peer-id hub',
	],
	options: {
		rate: option('--bytes-per-second <N>', 'bytes, or a size such as "64 KiB"; 0 = unlimited', readBytes),
		quota: option('--daily-quota-bytes <N>', 'bytes in any 24 hours, or a size; 0 = unlimited', readBytes),
		peer: option('--peer-id <P>', 'for this peer alone; else for all together', readPeerId),
		reset: flag('--reset', 'return to the values of the configuration file'),
	},
	async run({call, output, accountable}, {rate, quota, peer, reset}) {
		const anyFigure = rate !== undefined || quota !== undefined;
		if (anyFigure === reset) {
			throw new UsageError(
				reset
					? '--reset stands alone, without figures'
					: 'Give --bytes-per-second, --daily-quota-bytes or both; or --reset',
				setBandwidth.name,
			);
		}
		const answer = await call('relay.config.set_bandwidth', {
			...given({bytes_per_second: rate, daily_quota_bytes: quota, peer_id: peer}),
			...(reset ? {reset} : {}),
			...accountable,
		});
		const {bytes_per_second: inEffect} = answer.bandwidth;
		output.answer(answer, style => [
			`applied=${answer.applied}`,
			...fields(
				peer === undefined ? 'Bandwidth' : `Bandwidth of ${peer}`,
				limiterFields(answer.bandwidth),
				style,
			),
			...(inEffect > 0 && inEffect < SUSPENDED_BELOW
				? [
						style('warn', `Delivery is suspended: below ${SUSPENDED_BELOW} bytes/sec no send begins.`),
						'Restore with: edgectl relay config set-bandwidth --bytes-per-second 0',
					]
				: []),
			...((quota ?? 0) > 0
				? ['What is too large for a quota is buried: edgectl relay deadletter list --reason QUOTA']
				: []),
		]);
		return undefined;
	},
});

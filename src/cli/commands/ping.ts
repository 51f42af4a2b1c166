import {CallTimedOut, DaemonUnreachable} from '../../rpc/client-errors.js';
import type {Result} from '../../rpc/contract/methods.js';
import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {option} from '../parameters.js';
import {readDurationMs} from '../read/duration.js';
import {humanSeconds} from '../text/time.js';

const ASK_AGAIN_MS = 100;

export const ping = command({
	name: 'ping',
	help: 'Ask whether the daemon is there',
	details:
		'With --wait it asks again until the daemon has started, for at most that long: for scripts, and for units that start after edged.',
	examples: ['edgectl ping', 'edgectl ping --wait 10s'],
	options: {wait: option('--wait <TIME>', 'wait for the daemon at most so long, e.g. 10s', readDurationMs)},
	async run(context, {wait}) {
		const answer = wait === undefined ? await context.call('daemon.ping', {}) : await waitFor(context, wait);
		context.output.answer(answer, style => {
			const {version, state, node_id, pid, uptime_seconds} = answer;
			const tone = state === 'running' ? 'good' : 'warn';
			return [
				`edged ${version} is ${style(tone, state)}: node ${node_id}, pid ${pid}, up ${humanSeconds(uptime_seconds)}`,
			];
		});
		return undefined;
	},
});

/** The first answer of a daemon that has started. Throws what the last try threw when the time is over. */
const waitFor = async (context: CommandContext, waitMs: number): Promise<Result<'daemon.ping'>> => {
	const {time, signal} = context;
	const deadline = time.elapsed() + waitMs;
	for (;;) {
		const answer = await context.call('daemon.ping', {}).catch((error: unknown) => {
			if (isFinal(error) || time.elapsed() + ASK_AGAIN_MS >= deadline) {
				throw error;
			}
			return undefined;
		});
		if (answer !== undefined && (answer.state !== 'starting' || time.elapsed() >= deadline)) {
			return answer;
		}
		await time.sleep(ASK_AGAIN_MS, signal);
	}
};

const isFinal = (error: unknown): boolean =>
	!(error instanceof DaemonUnreachable || error instanceof CallTimedOut);

import {loadConfig} from '../config/load.js';
import {EdgedError} from '../outbound/errors.js';
import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {Daemon} from './daemon.js';
import {EXIT} from './exit-codes.js';

export type SignalOptions = {
	/** A signal that comes before the start is done waits for it. */
	readonly starting: Promise<Daemon>;
	readonly configFile: string;
	readonly logger: Logger;
	readonly clock: Clock;
	/** What SIGHUP means: a terminal that was closed has nobody left to read, a service is to read its file again. */
	readonly onHangUp: 'stop' | 'reload';
	onBug(error: unknown): void;
};

/** `npm start` passes on the Ctrl-C that the terminal has sent to everybody anyway: that is one signal, not two. */
const ECHO_MS = 250;

/** SIGTERM and SIGINT drain and end; the second of them ends at once, by the signal itself. SIGHUP: see `onHangUp`. */
export const handleSignals = (options: SignalOptions): void => {
	const {logger, clock, onBug, onHangUp} = options;
	let stoppingSince: number | undefined;
	const stopSignals: readonly NodeJS.Signals[] =
		onHangUp === 'stop' ? ['SIGTERM', 'SIGINT', 'SIGHUP'] : ['SIGTERM', 'SIGINT'];
	for (const signal of stopSignals) {
		process.on(signal, () => {
			if (stoppingSince !== undefined) {
				if (clock.elapsed() - stoppingSince < ECHO_MS) {
					return;
				}
				logger.warn({signal}, 'a second signal: ending at once; what was inflight is sent again');
				process.removeAllListeners(signal);
				process.kill(process.pid, signal); // Without a handler; the shell reports 128 and its number.
				return;
			}
			stoppingSince = clock.elapsed();
			logger.info({signal}, 'stopping: new work is refused, what is being sent may finish');
			void stop(options).catch(onBug);
		});
	}
	if (onHangUp === 'reload') {
		let reloads = Promise.resolve();
		process.on('SIGHUP', () => {
			reloads = reloads.then(() => reloadFile(options)).catch(onBug);
		});
	}
};

const stop = async ({starting, logger}: SignalOptions): Promise<void> => {
	const daemon = await starting.catch(() => undefined);
	if (daemon === undefined) {
		return; // Told, and ended, by whoever began the start.
	}
	await daemon.stop();
	logger.info('stopped');
	process.exit(EXIT.done);
};

/** A file that is refused changes nothing. */
const reloadFile = async ({starting, configFile, logger}: SignalOptions): Promise<void> => {
	const daemon = await starting.catch(() => undefined);
	try {
		await daemon?.reload(() => loadConfig(configFile));
	} catch (error) {
		if (!(error instanceof EdgedError)) {
			throw error;
		}
		const why = error.message.replaceAll('\n', '; ');
		logger.error(
			{code: error.code, ...error.details},
			`the configuration was refused: edged goes on with the one it has: ${why}`,
		);
	}
};

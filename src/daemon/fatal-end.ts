import type {Clock} from '../runtime/clock.js';
import type {Logger} from '../runtime/logger.js';
import type {FailStop} from '../storage/handles.js';
import {leaveCrashMarker} from './crash-marker.js';
import {EXIT} from './exit-codes.js';

export type FatalOptions = {
	readonly stateDirectory: string;
	readonly clock: Clock;
	/** Writes synchronously: a line is out when the call returns. */
	readonly logger: Logger;
};

/** What can still be closed is given this long. */
const CLOSE_LIMIT_MS = 2000;

/** How the daemon ends when it must not go on. */
export class FatalEnd {
	readonly #options: FatalOptions;
	#close: () => Promise<void> = async () => {};
	#ending = false;

	/** From now on nothing that is thrown goes unseen. */
	constructor(options: FatalOptions) {
		this.#options = options;
		process.on('uncaughtException', this.onBug);
		process.on('unhandledRejection', this.onBug);
	}

	/** What to close before a crash ends the process. */
	watch(daemon: {abandon(): Promise<void>}): void {
		this.#close = () => daemon.abandon();
	}

	/** A bug: logged, marked for the next start, and the end. What was inflight stays leased on disk and is abandoned then. */
	readonly onBug = (error: unknown): void => {
		const {logger, stateDirectory, clock} = this.#options;
		logger.fatal({err: error}, 'an error that nobody foresaw: ending');
		if (this.#ending) {
			return;
		}
		this.#ending = true;
		leaveCrashMarker(stateDirectory, clock.now(), error);
		clock.after(CLOSE_LIMIT_MS, killSelf);
		void this.#close().then(
			() => process.exit(EXIT.failed),
			(cause: unknown) => {
				logger.fatal({err: cause}, 'the store could not be closed: ending by SIGKILL');
				killSelf();
			},
		);
	};

	/** The store cannot be trusted any more: `process.exit` and `close` of lmdb are known to hang then. */
	readonly failStop: FailStop = (why, error) => {
		this.#options.logger.fatal({err: error}, `the store can no longer be trusted: ${why}; ending by SIGKILL`);
		killSelf();
	};
}

const killSelf = (): void => {
	process.kill(process.pid, 'SIGKILL');
};

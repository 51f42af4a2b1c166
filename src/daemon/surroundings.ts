import type {Clock} from '../runtime/clock.js';
import type {FailStop} from '../storage/handles.js';
import type {Logs} from './logs.js';

/** What the daemon gets from its process. */
export type Surroundings = {
	readonly clock: Clock;
	readonly logs: Logs;
	readonly version: string;
	readonly pid: number;
	readonly failStop: FailStop;
	/** Ends the daemon: what is thrown and is no refusal is a bug, and nobody knows what is still true after it. */
	onBug(error: unknown): void;
};

import type {Boot} from '../runtime/boot.js';
import type {Clock} from '../runtime/clock.js';
import type {FailStop} from '../storage/handles.js';
import type {Logs} from './logs.js';

/** What the daemon gets from its process. */
export type Surroundings = {
	readonly clock: Clock;
	/** `undefined` where the kernel does not tell. */
	readonly boot: Boot | undefined;
	readonly logs: Logs;
	readonly version: string;
	readonly pid: number;
	readonly failStop: FailStop;
	/** Ends the daemon: what is thrown and is no refusal is a bug, and nobody knows what is still true after it. */
	onBug(error: unknown): void;
};

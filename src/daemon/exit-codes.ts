import {EdgedError} from '../outbound/errors.js';

/** What the daemon ends with. A second signal ends it by that signal instead, and a store that cannot be trusted by SIGKILL. */
export const EXIT = {
	done: 0,
	/** It could not start, or crashed: trying again may help. */
	failed: 1,
	usage: 2,
	/** EX_CONFIG (sysexits.h): the file, or what it names, was refused and will be again. systemd/edged.service does not retry it. */
	config: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Of a start that failed. An address in use is no matter of the configuration: who holds it may go. */
export const exitCodeOf = (error: unknown): ExitCode =>
	error instanceof EdgedError && error.code === 'INVALID_CONFIG' ? EXIT.config : EXIT.failed;

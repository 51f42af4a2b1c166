import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {EpochMs} from '../outbound/units.js';
import {formatTime} from '../runtime/clock.js';

/** In the state directory: the last run ended by its own crash, not by a signal from outside or a loss of power. */
const FILE = 'crashed';

export type Crash = {readonly at: string; readonly message: string};

/** Never throws: who crashes has nobody to tell. */
export const leaveCrashMarker = (stateDirectory: string, now: EpochMs, error: unknown): void => {
	const crash: Crash = {at: formatTime(now), message: error instanceof Error ? error.message : String(error)};
	try {
		writeFileSync(path.join(stateDirectory, FILE), `${JSON.stringify(crash)}\n`, {mode: 0o600});
	} catch {
		// The log has the error itself.
	}
};

export const hasCrashMarker = (stateDirectory: string): boolean =>
	existsSync(path.join(stateDirectory, FILE));

/** The marker that the last run left, removed; `undefined` when it left none. One that cannot be read still tells of a crash. */
export const takeCrashMarker = (stateDirectory: string): Crash | undefined => {
	const file = path.join(stateDirectory, FILE);
	try {
		const text = readFileSync(file, 'utf8');
		rmSync(file);
		return readCrash(text);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : UNREADABLE;
	}
};

/** Signals by which a process is ended for what it did itself; any other comes from outside. */
const OWN_SIGNALS = ['SEGV', 'BUS', 'ABRT', 'ILL', 'FPE', 'TRAP', 'SYS'];

/** Of systemd's `SERVICE_RESULT` and `EXIT_STATUS`: did the daemon end by its own fault, and without leaving a marker itself? */
export const isOwnCrash = (result: string, status: string): boolean =>
	['core-dump', 'oom-kill', 'watchdog'].includes(result) ||
	(result === 'signal' && OWN_SIGNALS.includes(status));

const UNREADABLE: Crash = {at: 'unknown', message: 'the crash marker cannot be read'};

const readCrash = (text: string): Crash => {
	try {
		const {at, message} = JSON.parse(text) as Crash;
		return {at: String(at), message: String(message)};
	} catch {
		return UNREADABLE;
	}
};

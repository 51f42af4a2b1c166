import {EdgedError, type EdgedErrorCode} from '../outbound/errors.js';
import {CallTimedOut, DaemonUnreachable, RpcError, UnexpectedAnswer} from '../rpc/client-errors.js';
import {EXIT, type ExitCode} from './exit-codes.js';

/** The line that was typed makes no sense; `command` is whose help would tell. */
export class UsageError extends Error {
	readonly command: string;
	/** A line that would make sense, whole: what was probably meant, or an example. */
	readonly tryLine: string | undefined;

	constructor(message: string, command = '', tryLine?: string) {
		super(message);
		this.name = 'UsageError';
		this.command = command;
		this.tryLine = tryLine;
	}
}

/** What scripts tell failures by: the daemon's codes, and those for what comes before and behind it (docs/cli-json.md). */
export type FailureCode =
	| EdgedErrorCode
	| 'USAGE'
	| 'UNREACHABLE'
	| 'NO_ANSWER'
	| 'DAEMON_FAULT'
	| 'UNKNOWN_ANSWER'
	| 'SYSTEM'
	| 'UNEXPECTED'
	| 'INCOMPLETE';

export type Failure = {
	readonly code: FailureCode;
	/** What is wrong, and why. */
	readonly problem: string;
	/** What to do about it. */
	readonly advice: string | undefined;
	/** One line: what, why, what to do. */
	readonly message: string;
	readonly exitCode: ExitCode;
};

/** What to tell the operator of `error`, and the shell. `undefined` for what edgectl does not know. */
export const toFailure = (error: unknown): Failure | undefined => {
	if (error instanceof UsageError) {
		const help = ['edgectl', error.command, '--help'].filter(word => word !== '').join(' ');
		const lines = [...(error.tryLine === undefined ? [] : [`Try: ${error.tryLine}`]), `See: ${help}`];
		return failure('USAGE', error.message, lines.join('  '), EXIT.usage);
	}
	if (error instanceof DaemonUnreachable) {
		return failure('UNREACHABLE', whyUnreachable(error), howToReach(error), EXIT.unreachable);
	}
	if (error instanceof CallTimedOut) {
		const todo = onlyAsks(error.method) ? ASKED_IN_VAIN : MAY_STILL_BE_DONE;
		return failure('NO_ANSWER', error.message, todo, EXIT.unreachable);
	}
	if (error instanceof EdgedError) {
		const exitCode = error.code === 'NOT_FOUND' ? EXIT.notFound : EXIT.refused;
		// Of a rollback the daemon's own words say what to do.
		const advice = error.details?.['rollback_id'] === undefined ? ADVICE[error.code] : undefined;
		const found = failure(error.code, error.message, advice, exitCode);
		return {...found, message: `${error.code}: ${found.message}`};
	}
	if (error instanceof RpcError) {
		return failure('DAEMON_FAULT', error.message, LOG_HINT, EXIT.refused);
	}
	if (error instanceof UnexpectedAnswer) {
		return failure('UNKNOWN_ANSWER', error.message, VERSION_HINT, EXIT.refused);
	}
	return undefined;
};

const failure = (
	code: FailureCode,
	message: string,
	advice: string | undefined,
	exitCode: ExitCode,
): Failure => {
	const problem = sentence(message);
	return {
		code,
		problem,
		advice,
		message: [problem, ...(advice === undefined ? [] : [advice])].join(' '),
		exitCode,
	};
};

/** Of what {@link toFailure} does not know: what the system refused says it itself, the rest is a bug of edgectl. */
export const unforeseen = (error: unknown): Failure => {
	const {code, message, stack} = error as NodeJS.ErrnoException;
	return code === undefined
		? failure('UNEXPECTED', `unexpected: ${stack ?? String(error)}`, undefined, EXIT.refused)
		: {...failure('SYSTEM', message, undefined, EXIT.refused), message};
};

/** What only asks; when nobody answers, nothing can have been done. */
const ASKS: ReadonlySet<string> = new Set([
	'daemon.ping',
	'relay.status',
	'relay.list',
	'relay.inspect',
	'relay.why',
	'relay.shape',
	'relay.config.get',
	'relay.deadletter.list',
	'relay.deadletter.inspect',
	'relay.deadletter.jobs',
	'rollback.preview',
	'audit.query',
	'audit.head',
]);

/** Whether the method only asks; a test compares it with the contract, which is too heavy to be loaded for a message. */
export const onlyAsks = (method: string): boolean => ASKS.has(method);

const ASKED_IN_VAIN =
	'Something holds its socket and is stopped, hangs or is busy: look into its log, or give more --timeout.';
const MAY_STILL_BE_DONE = 'It may still be done; look with edgectl relay status, or give more --timeout.';

/** Ends `message` as a sentence, so that what follows stands apart. */
export const sentence = (message: string): string => {
	const line = message.trim();
	return /[.!?]$/.test(line) ? line : `${line}.`;
};

const LOG_HINT = "Look into the daemon's log: journalctl -u edged";

const VERSION_HINT = 'Is the daemon of another version? Compare edgectl --version with edgectl ping.';

const whyUnreachable = ({reason, socketPath, message}: DaemonUnreachable): string => {
	switch (reason) {
		case 'ENOENT':
			return `edged is not reachable: there is no socket ${socketPath}.`;
		case 'ECONNREFUSED':
			return `edged is not reachable: nobody listens on ${socketPath}.`;
		case 'EACCES':
			return `edged is not reachable: no permission for ${socketPath}.`;
		default:
			return sentence(message);
	}
};

const howToReach = ({reason}: DaemonUnreachable): string =>
	reason === 'EACCES'
		? 'Its socket is for root and the group of the daemon: use sudo, or join that group (edged, as packaged).'
		: 'Start it with "systemctl start edged" or "edged --config FILE", or name its socket with --socket or EDGED_SOCKET.';

/** What an operator can do about a refusal; `undefined` where the daemon's own words say it. */
const ADVICE: Readonly<Record<EdgedErrorCode, string | undefined>> = {
	INVALID_ARGUMENT: undefined,
	NOT_FOUND: 'See what there is: edgectl relay list',
	INVALID_STATE: 'See its state: edgectl relay inspect SEGMENT-ID',
	SEGMENT_MISSING:
		'If it is needed, enqueue it again. A deadletter without payload can only be purged: edgectl relay deadletter purge',
	CONFLICT: 'Choose another --segment-id, or none.',
	QUEUE_FULL: undefined,
	STORAGE_FULL: undefined,
	STORAGE_FAILED: LOG_HINT,
	TOO_LARGE: undefined,
	UNKNOWN_PEER: 'See which peers there are: edgectl relay status',
	DRAINING: 'End the drain with: edgectl relay resume',
	SHUTTING_DOWN: 'Try again when it is up: edgectl ping --wait 30s',
	BUSY: 'Try again in a moment.',
	FORBIDDEN: undefined,
	INVALID_CONFIG: 'Check the file with: edged --config FILE --check',
};

import {type LevelWithSilent, type Logger, pino} from 'pino';
import {isSecretName, REDACTED, withoutUrlCredentials} from '../outbound/secrets.js';

export type {Logger} from 'pino';

export type LoggerOptions = {
	readonly level: LevelWithSilent;
	/** On every line; `undefined` leaves it out. */
	readonly nodeId?: string;
	/** Takes each finished line; stdout when absent. */
	readonly destination?: {write(line: string): void};
};

/**
 * The root logger: one JSON object a line. To stdout it writes synchronously, because a worker or a buffer loses the last lines
 * before a crash. Values under the name of a secret, and credentials in URLs, are taken out of every line.
 */
export const createLogger = ({level, nodeId, destination}: LoggerOptions): Logger =>
	pino(
		{
			level,
			base: nodeId === undefined ? null : {node_id: nodeId},
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: {
				level: label => ({level: label}),
				log: withoutSecrets,
			},
			serializers: {err: error => redactValue(pino.stdSerializers.err(error), 0)},
			hooks: {streamWrite: withoutUrlCredentials},
		},
		destination ?? openStdout(),
	);

/** What is not written yet while nobody takes it; beyond it lines are dropped. */
const MAX_UNWRITTEN_BYTES = 1024 * 1024;

const openStdout = () => {
	const stdout = pino.destination({dest: 1, sync: true, maxLength: MAX_UNWRITTEN_BYTES});
	// A closed terminal, a full disk: a log that cannot be written is no reason to end what it is about.
	stdout.on('error', () => {});
	return stdout;
};

/** A child whose lines carry `component`, e.g. `lane`, and `fields`. Use it, not `child`: pino does not redact what that is given. */
export const componentLogger = (
	logger: Logger,
	component: string,
	fields: Readonly<Record<string, unknown>> = {},
): Logger => logger.child({component, ...withoutSecrets(fields)});

/** Deeper than this nothing is logged: a value that refers to itself would not end. */
const MAX_DEPTH = 6;

const withoutSecrets = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
	redactObject(fields, 0);

const redactObject = (fields: object, depth: number): Record<string, unknown> =>
	Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [
			name,
			isSecretName(name) ? REDACTED : redactValue(value, depth + 1),
		]),
	);

/** Only plain objects and arrays are copied: errors, dates and buffers are left to the serializers that know them. */
const redactValue = (value: unknown, depth: number): unknown => {
	if (typeof value !== 'object' || value === null) {
		return value;
	}
	if (depth > MAX_DEPTH) {
		return '[too deep]';
	}
	if (Array.isArray(value)) {
		return value.map(item => redactValue(item, depth + 1));
	}
	return isPlain(value) ? redactObject(value, depth) : value;
};

/** Also true for what pino's error serializer returns, which inherits `raw`. */
const isPlain = (value: object): boolean => {
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || prototype === Object.prototype || 'raw' in value;
};

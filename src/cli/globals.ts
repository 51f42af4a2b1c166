import type {OutputFormat} from './output.js';
import {option, type Values} from './parameters.js';
import {readChoice} from './read/choice.js';
import {readDurationMs} from './read/duration.js';
import {readLine} from './read/line.js';

const OUTPUT_FORMATS = ['text', 'json'] as const satisfies readonly OutputFormat[];

/** Options that every command takes, before its name or after it; the last one counts. */
export const GLOBAL_OPTIONS = {
	socket: option('--socket <PATH>', "the daemon's control socket (env: EDGED_SOCKET)", readLine),
	output: option(
		'--output <FORMAT>',
		'text or json; json is the answer of the daemon',
		readChoice(OUTPUT_FORMATS),
	),
	timeout: option('--timeout <TIME>', 'longest wait for an answer (default: 10s)', readDurationMs),
	operator: option(
		'--operator <NAME>',
		'who does it, for the audit trail (env: AUTONOMY_OPERATOR; default: uid:N)',
		readLine,
	),
	reason: option('--reason <TEXT>', 'why, for the audit trail', readLine),
};
export type Globals = Values<typeof GLOBAL_OPTIONS>;

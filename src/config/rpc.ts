import {z} from 'zod';
import {field, type Kind, optional, text} from './field.js';
import {DEFAULT_RPC_SOCKET} from './paths.js';
import type {Section, SectionOf} from './section.js';
import {socketPath, socketPathProblem} from './socket-path.js';

/** Octal text in the file, as chmod(1) takes it; the number that chmod(2) takes in the configuration. */
const fileMode: Kind<number> = {
	allowed: 'octal permissions as text, such as "0660"',
	schema: z
		.string()
		.regex(/^0?[0-7]{3}$/)
		.transform(octal => Number.parseInt(octal, 8)),
	toPlain: mode => mode.toString(8).padStart(4, '0'),
};

const fields = {
	socket: field('socket', socketPath, DEFAULT_RPC_SOCKET),
	socketMode: field('socket_mode', fileMode, '0660'),
	/** The group that may operate edged; `undefined` leaves the daemon's own. */
	socketGroup: optional('socket_group', text),
} as const;

export type RpcConfig = SectionOf<typeof fields>;

export const rpcSection: Section<typeof fields> = {
	fields,
	check({socket}) {
		const message = socketPathProblem(socket);
		return message === undefined ? [] : [{name: 'socket', message}];
	},
};

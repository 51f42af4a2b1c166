import {z} from 'zod';
import {field, flag, type Kind, optional, text} from './field.js';
import {DEFAULT_RPC_SOCKET} from './paths.js';
import type {Section, SectionOf, SectionProblem} from './section.js';
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
	/** For those who only look; `undefined`: there is none. */
	statusSocket: optional('status_socket', socketPath),
	statusSocketMode: field('status_socket_mode', fileMode, '0660'),
	/** The group that may look; `undefined` leaves the daemon's own. */
	statusSocketGroup: optional('status_socket_group', text),
	/** Who changes something has to give a name. */
	requireOperator: field('require_operator', flag, false),
} as const;

export type RpcConfig = SectionOf<typeof fields>;

export const rpcSection: Section<typeof fields> = {
	fields,
	check({socket, statusSocket, statusSocketGroup}) {
		const problems: Array<SectionProblem<'socket' | 'statusSocket' | 'statusSocketGroup'>> = [];
		for (const [name, path] of [
			['socket', socket],
			['statusSocket', statusSocket],
		] as const) {
			const message = path === undefined ? undefined : socketPathProblem(path);
			if (message !== undefined) {
				problems.push({name, message});
			}
		}
		if (statusSocket === socket) {
			problems.push({name: 'statusSocket', message: `must not be rpc.socket: ${socket}`});
		}
		if (statusSocket === undefined && statusSocketGroup !== undefined) {
			problems.push({name: 'statusSocketGroup', message: 'is of no use without rpc.status_socket'});
		}
		return problems;
	},
};

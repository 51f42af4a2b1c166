import {RpcServer} from '../rpc/server.js';
import type {PeerCredentials} from '../runtime/peer-credentials.js';
import type {Service} from '../runtime/service.js';
import {closedToGroup} from '../runtime/socket-reach.js';
import {createAccessGate} from './access/access-gate.js';
import {logAccess} from './access/access-log.js';
import {auditedAccess} from './audit/access-records.js';
import {auditedBackend} from './audit/audited-backend.js';
import {auditedWrongCalls} from './audit/wrong-calls.js';
import {createBackend} from './backend.js';
import type {Core} from './core.js';
import {socketAccess} from './ingest-options.js';
import {SparingLines} from './sparing-lines.js';
import type {Surroundings} from './surroundings.js';

/** Where operators come in, and those who only look. Nothing listens yet. */
export type ControlDoors = {
	readonly rpc: RpcServer;
	/** `undefined` when the configuration names none. */
	readonly status: RpcServer | undefined;
	/** In the order of their start. */
	readonly services: readonly Service[];
};

export const createControlDoors = (
	core: Core,
	{logs}: Surroundings,
	{missing, of: whoIs}: PeerCredentials,
): ControlDoors => {
	const {config, clock, events} = core;
	const logger = logs.part('rpc');
	if (missing !== undefined) {
		logger.warn(
			{why: missing},
			'the kernel cannot be asked whose process calls: of who changes something, only what the caller says is known',
		);
	}
	const lines = new SparingLines(clock);
	const rules = () => ({requireOperator: core.config.rpc.requireOperator, rpcSocket: config.rpc.socket});
	const gate = createAccessGate(rules, auditedAccess(core, logAccess(logger, lines)));
	const common = {
		backend: auditedBackend(createBackend(core), core),
		gate,
		onWrongCall: auditedWrongCalls(core),
		events,
		whoIs,
		clock,
		logger,
	};
	const {statusSocket, statusSocketMode: mode, statusSocketGroup: group} = config.rpc;
	const rpc = new RpcServer({
		...common,
		door: 'rpc',
		socket: {path: config.rpc.socket, ...socketAccess(config.rpc)},
	});
	const status =
		statusSocket &&
		new RpcServer({
			...common,
			door: 'status',
			socket: {path: statusSocket, mode, ...(group !== undefined && {group})},
		});
	return {
		rpc,
		status: status || undefined,
		services: [
			{name: 'access log', start: async () => {}, stop: async () => lines.stop()},
			...(status ? [withReach(status, statusSocket as string, logger)] : []),
			rpc, // Last: whoever gets an answer on it finds everything else running.
		],
	};
};

/** Says in the log when those whom the mode lets in cannot get to it. */
const withReach = (
	status: RpcServer,
	socket: string,
	logger: {warn(facts: object, message: string): void},
): Service => ({
	name: status.name,
	async start() {
		await status.start();
		const directory = await closedToGroup(socket);
		if (directory !== undefined) {
			logger.warn(
				{socket, directory},
				`rpc.status_socket is out of reach for those it is for: ${directory} does not let them in (chmod o+x, or another place)`,
			);
		}
	},
	stop: () => status.stop(),
});

import {type FoundSocket, findRpcSocket, type Surroundings as Place} from '../config/paths.js';
import type {PeerConfig} from '../config/peers.js';
import {withoutUrlCredentials} from '../outbound/secrets.js';
import type {Logger} from '../runtime/logger.js';
import type {StartReport} from './daemon.js';

/** Says in the log what runs, what the last run left, and what deserves a look. */
export const logStart = (report: StartReport, logger: Logger, next: string): void => {
	const {config, crash, abandoned, waiting, deadletters} = report;
	for (const notice of config.notices) {
		logger.warn(notice);
	}
	if (crash !== undefined) {
		logger.warn({crashed_at: crash.at, error: crash.message}, 'the last run ended by its own crash');
	}
	if (abandoned > 0) {
		logger.warn({abandoned}, 'records were inflight when the last run ended: they are scheduled again');
	}
	for (const id of report.orphaned) {
		logger.warn(
			{peer_id: id},
			`peer ${id} has records and is not configured any more: nothing is sent to it`,
		);
	}
	for (const peer of config.peers) {
		logger.info({peer_id: peer.id, transport: peer.transport, destination: destinationOf(peer)}, 'peer');
	}
	logger.info(
		{version: report.version, waiting, deadletters, ...listeningOn(report), next},
		'edged is running',
	);
};

/** The same for who looks at a terminal, in a few lines. */
export const banner = (report: StartReport, next: readonly string[]): string => {
	const {config, abandoned, waiting, deadletters, orphaned, crash} = report;
	const lines: Array<readonly [string, string]> = [
		...Object.entries(listeningOn(report)).map(([name, where]) => [name, where] as const),
		...config.peers.map(peer => ['peer', `${peer.id} -> ${destinationOf(peer)}`] as const),
		['waiting', `${waiting} records, ${deadletters} deadletters`],
		...(abandoned > 0
			? [['put back', `${abandoned} records that were inflight when the last run ended`] as const]
			: []),
		...(crash === undefined
			? []
			: [['crash', `the last run crashed at ${crash.at}: ${crash.message}`] as const]),
		...orphaned.map(id => ['orphaned', `${id} has records and is not configured any more`] as const),
		...config.notices.map(notice => ['notice', notice] as const),
	];
	return [
		`edged ${report.version}, node ${config.node.id}`,
		...lines.map(([name, text]) => `  ${name.padEnd(NAME_WIDTH)} ${text}`),
		'',
		'Now, in another terminal:',
		...next.map(command => `  ${command}`),
		'',
	].join('\n');
};

const NAME_WIDTH = 10;

/** What to type next; names the socket where edgectl would not find it by itself. */
export const nextCommands = (socket: string, place: Place): readonly string[] => {
	const found: FoundSocket = findRpcSocket(undefined, place);
	const isFound = found.path === socket;
	const edgectl = found.source === 'quickstart' && isFound ? 'npx edgectl' : 'edgectl';
	const flag = isFound ? '' : ` --socket ${socket}`;
	return [`${edgectl}${flag} relay enqueue README.md`, `${edgectl}${flag} relay status`];
};

const listeningOn = ({config, tlsAddress, adminAddress}: StartReport): Record<string, string> => ({
	rpc: config.rpc.socket,
	...(config.rpc.statusSocket !== undefined && {status: config.rpc.statusSocket}),
	ingest: config.ingest.socket,
	...(tlsAddress !== undefined && {tls: tlsAddress}),
	...(adminAddress !== undefined && {admin: `http://${adminAddress}`}),
});

const destinationOf = (peer: PeerConfig): string =>
	peer.transport === 'directory' ? peer.path : withoutUrlCredentials(peer.url);

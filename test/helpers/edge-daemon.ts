import path from 'node:path';
import type {Result} from '../../src/rpc/contract/methods.js';
import {looks} from './looks.js';
import {type DaemonProcess, startDaemon} from './process.js';
import {type Teardown, temporaryDirectory} from './temp-dir.js';

export type Status = Result<'relay.status'>;
export type InspectedRecord = Result<'relay.inspect'>['records'][number];

/** A directory of its own for one daemon, and what its configuration always says. */
export const edgeConfig = (tables: string, node = ''): string => `
[node]
id = "edge"
state_dir = "state"
${node}

[rpc]
socket = "rpc.sock"

${tables.includes('[ingest]') ? '' : '[ingest]\nsocket = "ingest.sock"'}

${tables.includes('[admin]') ? '' : '[admin]\nlisten = ""'}

${tables}
`;

/** A peer whose segments appear as files in `<id>/`. */
export const directoryPeer = (id = 'outbox', more = ''): string => `
[[peers]]
id = "${id}"
transport = "directory"
path = "${id}"
${more}
`;

/** Another edged behind a Unix socket. */
export const edgedPeer = (id: string, socket: string, more = ''): string => `
[[peers]]
id = "${id}"
url = "unix:${socket}"
${more}
`;

export type Edge = {
	readonly directory: string;
	/** Starts the daemon there with this configuration; again after it has ended. */
	start(config: string): Promise<DaemonProcess>;
};

export const edgeIn = async (t: Teardown, node: string = process.execPath): Promise<Edge> => {
	const directory = await temporaryDirectory(t);
	return {directory, start: config => startDaemon(t, {config, directory, node, socket: 'rpc.sock'})};
};

export const statusOf = async (daemon: DaemonProcess): Promise<Status> =>
	(await daemon.call('relay.status')) as Status;

export const recordsOf = async (daemon: DaemonProcess, segment: string): Promise<InspectedRecord[]> =>
	((await daemon.call('relay.inspect', {segment_id: segment})) as Result<'relay.inspect'>).records;

/** Hands over one text segment and returns its id. */
export const enqueueText = async (
	daemon: DaemonProcess,
	text: string,
	more: object = {},
): Promise<string> => {
	const {results} = (await daemon.call('relay.enqueue', {
		segments: [{payload_text: text, ...more}],
	})) as Result<'relay.enqueue'>;
	return results[0]?.segment_id ?? '';
};

/** What never comes about is told of after this; a machine with much else to do needs seconds for what takes it milliseconds. */
const DEADLINE_MS = 60_000;

/** The first value of `ask` that `isIt` likes: another process tells nobody when it gets there. */
export const untilIs = async <Value>(
	ask: () => Promise<Value>,
	isIt: (value: Value) => boolean,
): Promise<Value> => {
	let value: Value | undefined;
	for await (const _ of looks(DEADLINE_MS)) {
		value = await ask();
		if (isIt(value)) {
			return value;
		}
	}
	throw new Error(`It did not come to it. The last seen was ${JSON.stringify(value)}`);
};

/** The status once `count` records are acknowledged. */
export const untilAcked = (daemon: DaemonProcess, count: number): Promise<Status> =>
	untilIs(
		() => statusOf(daemon),
		({queue_depth: {acked}}) => acked === count,
	);

/** Once the daemon has written something that `words` match: its last lines may still be on their way. */
export const untilSaid = (daemon: Pick<DaemonProcess, 'output'>, words: RegExp): Promise<string> =>
	untilIs(
		async () => daemon.output(),
		output => words.test(output),
	);

export const inDirectory = (edge: Edge, ...names: string[]): string => path.join(edge.directory, ...names);

import {once} from 'node:events';
import {mkdir} from 'node:fs/promises';
import {type AddressInfo, createServer} from 'node:net';
import path from 'node:path';
import {CLIENT_IDENTITY, makeCertificates} from '../../test/helpers/certificates.js';
import {type DaemonProcess, startDaemon} from '../../test/helpers/process.js';
import type {Cleanup} from '../harness/cleanup.js';

/** A daemon that runs, and its two doors. */
export type Relay = {
	readonly daemon: DaemonProcess;
	readonly rpcSocket: string;
	readonly ingestSocket: string;
};

/** Room for every round of a bench: what is measured here is not the ceiling. */
const BASE = `
[storage]
disk_ceiling_bytes = "64 GiB"

[admin]
listen = ""
`;

/** A daemon called `name`, in its own directory below `directory`. `tables` is TOML: its peers, its listener. */
export const startRelay = async (
	cleanup: Cleanup,
	directory: string,
	name: string,
	tables: string,
	nodeArguments: readonly string[] = [],
): Promise<Relay> => {
	const home = path.join(directory, name);
	await mkdir(home, {recursive: true});
	const config = `
[node]
id = "${name}"
state_dir = "state"
log_level = "warn"

[rpc]
socket = "rpc.sock"
${BASE}
${tables.includes('[ingest]') ? '' : '[ingest]\nsocket = "ingest.sock"\n'}
${tables}`;
	const daemon = await startDaemon(cleanup, {
		directory: home,
		socket: 'rpc.sock',
		name,
		config,
		nodeArguments,
	});
	return {daemon, rpcSocket: path.join(home, 'rpc.sock'), ingestSocket: path.join(home, 'ingest.sock')};
};

/** A peer that never is. A relay whose peers are such stores what it gets, and that is all. */
export const nowhere = (id = 'nowhere'): string => `
[[peers]]
id = "${id}"
url = "unix:${id}.sock"
`;

/** A relay whose only peer is nowhere and paused: it makes segments durable and delivers none. */
export const startStoringRelay = async (
	cleanup: Cleanup,
	directory: string,
	name: string,
	tables = '',
	nodeArguments: readonly string[] = [],
): Promise<Relay> => {
	const relay = await startRelay(cleanup, directory, name, `${tables}\n${nowhere()}`, nodeArguments);
	await relay.daemon.call('relay.pause', {});
	return relay;
};

export type Pair = {readonly edge: Relay; readonly hub: Relay};

export type PairOptions = {
	/** TOML: more of the edge's peers. */
	readonly morePeers?: string;
	readonly nodeArguments?: readonly string[];
};

/**
 * Edge and hub over mutual TLS 1.3 on loopback. The hub stores and goes no further, so an acknowledgement to the edge is the
 * hub's durable enqueue and no third disk or process is in the figure.
 */
export const startPair = async (
	cleanup: Cleanup,
	directory: string,
	{morePeers = '', nodeArguments = []}: PairOptions = {},
): Promise<Pair> => {
	const {authority, server, client} = await makeCertificates(directory);
	const address = `127.0.0.1:${await freePort()}`;
	const hub = await startStoringRelay(
		cleanup,
		directory,
		'hub',
		`
[ingest]
socket = "ingest.sock"
listen = "${address}"
cert_file = "${server.certFile}"
key_file = "${server.keyFile}"
client_ca_file = "${authority.caFile}"
allowed_senders = ["${CLIENT_IDENTITY}"]
`,
		nodeArguments,
	);
	const edge = await startRelay(
		cleanup,
		directory,
		'edge',
		`
[[peers]]
id = "hub"
url = "https://${address}"
server_name = "localhost"
ca_file = "${authority.caFile}"
cert_file = "${client.certFile}"
key_file = "${client.keyFile}"
${morePeers}`,
		nodeArguments,
	);
	return {edge, hub};
};

/** Free now; whoever takes it before the hub does makes the start fail, and loudly. */
const freePort = async (): Promise<number> => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
};

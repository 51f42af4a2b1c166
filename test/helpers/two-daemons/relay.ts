import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {CLIENT_IDENTITY, certificates} from '../certificates.js';
import type {Status} from '../edge-daemon.js';
import {directoryPeer, edgeConfig} from '../edge-daemon.js';
import {type DaemonProcess, startDaemon} from '../process.js';
import type {Teardown} from '../temp-dir.js';
import {freePort} from './free-port.js';

/** A daemon that is killed and started again in its directory. */
export class Relay {
	readonly home: string;
	/** Put back by each start, in order. */
	readonly abandoned: number[] = [];
	readonly #t: Teardown;
	#config: string;
	#daemon: DaemonProcess | undefined;

	static async start(t: Teardown, home: string, config: string): Promise<Relay> {
		await mkdir(home, {recursive: true});
		const relay = new Relay(t, home, config);
		await relay.start();
		return relay;
	}

	private constructor(t: Teardown, home: string, config: string) {
		this.#t = t;
		this.home = home;
		this.#config = config;
	}

	get daemon(): DaemonProcess {
		if (this.#daemon === undefined) {
			throw new Error(`No daemon runs in ${this.home}`);
		}
		return this.#daemon;
	}

	async start(): Promise<void> {
		const {home: directory} = this;
		this.#daemon = await startDaemon(this.#t, {config: this.#config, directory, socket: 'rpc.sock'});
		this.abandoned.push((await this.status()).queue_depth.abandoned);
	}

	/** Holds from the next start on. */
	reconfigure(config: string): void {
		this.#config = config;
	}

	async kill(): Promise<void> {
		const daemon = this.daemon;
		const {code, signal} = await daemon.end('SIGKILL');
		if (signal !== 'SIGKILL') {
			throw new Error(`The daemon had ended by itself (${code ?? signal}). It said:\n${daemon.output()}`);
		}
	}

	signal(name: NodeJS.Signals): void {
		this.daemon.signal(name);
	}

	async status(): Promise<Status> {
		return (await this.daemon.call('relay.status')) as Status;
	}

	inHome(...names: string[]): string {
		return path.join(this.home, ...names);
	}
}

export type EdgeAndHub = {readonly edge: Relay; readonly hub: Relay; readonly outbox: string};

/** Room for everything, so that nothing is refused; an outage is over as soon as a probe says so. */
export const COMMON = `
[storage]
disk_ceiling_bytes = "64 GiB"

[relay.retry]
stable_seconds = 0
`;

/** Two daemons over mutual TLS 1.3; what arrives at the hub ends as files in `outbox`, unless `hubPeer` says otherwise. */
export const startEdgeAndHub = async (
	t: Teardown,
	directory: string,
	hubPeer = directoryPeer(),
): Promise<EdgeAndHub> => {
	const {hub, outbox, asPeer} = await startHub(t, directory, hubPeer);
	const edge = await Relay.start(t, path.join(directory, 'edge'), edgeConfig(`${COMMON}${asPeer}`));
	return {edge, hub, outbox};
};

export type Hub = {
	readonly hub: Relay;
	readonly outbox: string;
	/** The hub as peer `hub` in the configuration of an edge. */
	readonly asPeer: string;
};

export const startHub = async (t: Teardown, directory: string, hubPeer = directoryPeer()): Promise<Hub> => {
	const {authority, server, client} = await certificates();
	const port = await freePort();
	const hub = await Relay.start(
		t,
		path.join(directory, 'hub'),
		edgeConfig(`
[ingest]
socket = "ingest.sock"
listen = "127.0.0.1:${port}"
cert_file = "${server.certFile}"
key_file = "${server.keyFile}"
client_ca_file = "${authority.caFile}"
allowed_senders = ["${CLIENT_IDENTITY}"]
${COMMON}${hubPeer}`),
	);
	const asPeer = `
[[peers]]
id = "hub"
url = "https://localhost:${port}"
ca_file = "${authority.caFile}"
cert_file = "${client.certFile}"
key_file = "${client.keyFile}"
`;
	return {hub, outbox: hub.inHome('outbox'), asPeer};
};

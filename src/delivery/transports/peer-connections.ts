import type {TlsFiles} from '../../config/peers.js';
import type {Clock} from '../../runtime/clock.js';
import {PeerConnection} from './peer-connection.js';
import {type Credentials, TlsCredentials} from './tls-credentials.js';

export type PeerAddress = {
	/** `https://HOST[:PORT]` or `http://HOST[:PORT]`. */
	readonly origin: string;
	/** Of a Unix socket to go by; `undefined` for TCP. */
	readonly socketPath: string | undefined;
	/** For `https://`: what is not given is the system's, or nothing. Read again when the files change. */
	readonly tls: Partial<TlsFiles> | undefined;
	readonly minTlsVersion: 'TLSv1.2' | 'TLSv1.3';
	/** What the peer's certificate must name, when it is not the host. */
	readonly serverName: string | undefined;
};

/** A peer that says how long it keeps a connection is believed instead. */
const KEEP_ALIVE_MS = 4000;

const IN_THE_CLEAR: Credentials = {};

/** Connections to one peer, kept alive: as many as there are requests at a time. */
export class PeerConnections {
	readonly #address: PeerAddress;
	readonly #dialTimeoutMs: number;
	readonly #credentials: TlsCredentials | undefined;
	readonly #all = new Set<PeerConnection>();
	/** The one used last is used first, so that those which are too many idle out. */
	readonly #idle: PeerConnection[] = [];
	#latest: Credentials | undefined;
	#closed: Promise<void> | undefined;

	constructor(address: PeerAddress, dialTimeoutMs: number, clock: Clock) {
		this.#address = address;
		this.#dialTimeoutMs = dialTimeoutMs;
		const {tls, minTlsVersion} = address;
		this.#credentials = tls && new TlsCredentials(tls, minTlsVersion, clock);
	}

	/**
	 * One that nobody else uses; `fresh`: that nobody has used. Afterwards it is given back or dropped. Throws when the certificate
	 * files cannot be read. Once they have changed, former connections end with what they are at.
	 */
	async take(kind: 'any' | 'fresh'): Promise<PeerConnection> {
		const credentials = (await this.#credentials?.current()) ?? IN_THE_CLEAR;
		if (this.#closed !== undefined) {
			throw new Error('The transport is closed');
		}
		if (this.#latest !== credentials) {
			this.#latest = credentials;
			for (const former of this.#idle.splice(0)) {
				this.#end(former);
			}
		}
		return (kind === 'any' ? this.#idle.pop() : undefined) ?? this.#open(credentials);
	}

	giveBack(connection: PeerConnection): void {
		if (this.#closed === undefined && connection.credentials === this.#latest) {
			this.#idle.push(connection);
		} else {
			this.#end(connection);
		}
	}

	/** It is no good any more. */
	drop(connection: PeerConnection): void {
		this.#all.delete(connection);
		void connection.destroy().catch(() => {});
	}

	/** Closes what is idle, waits for the rest. Idempotent. */
	async close(): Promise<void> {
		this.#closed ??= Promise.all([...this.#all].map(connection => connection.close().catch(() => {}))).then(
			() => {},
		);
		await this.#closed;
	}

	#open(credentials: Credentials): PeerConnection {
		const {origin, socketPath, serverName} = this.#address;
		const connection = new PeerConnection(
			origin,
			{
				pipelining: 1,
				allowH2: false,
				// Silence is watched by the transport: these look at the clock too seldom, and cannot tell a slow link from a dead one.
				headersTimeout: 0,
				bodyTimeout: 0,
				keepAliveTimeout: KEEP_ALIVE_MS,
				connect: {
					...credentials,
					timeout: Math.ceil(this.#dialTimeoutMs),
					...(socketPath !== undefined && {socketPath}),
					...(serverName !== undefined && {servername: serverName}),
				},
			},
			credentials,
		);
		this.#all.add(connection);
		return connection;
	}

	#end(connection: PeerConnection): void {
		this.#all.delete(connection);
		void connection.close().catch(() => {}); // Closed twice at worst.
	}
}

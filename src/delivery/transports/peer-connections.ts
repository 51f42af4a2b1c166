import {readFile, stat} from 'node:fs/promises';
import {createSecureContext} from 'node:tls';
import {Pool} from 'undici';
import {unixSocketOf} from '../../config/peer-url.js';
import type {TlsFiles} from '../../config/peers.js';
import type {Clock} from '../../runtime/clock.js';

export type PeerAddress = {
	/** `https://`, `http://`, or `unix:` and an absolute path. */
	readonly url: string;
	/** For `https://`; read again when they change. */
	readonly tls: TlsFiles | undefined;
	/** What the peer's certificate must name, when it is not the host in the URL. */
	readonly serverName: string | undefined;
};

/** A peer that says how long it keeps a connection is believed instead. */
const KEEP_ALIVE_MS = 4000;
/** How often the certificate files are looked at, at most. */
const LOOK_MS = 1000;

/** Connections to one peer: kept alive, as many as there are sends at a time. Opens the first when it is used. */
export class PeerConnections {
	/** Where segments are posted. */
	readonly path: string;
	readonly #address: PeerAddress;
	readonly #origin: string;
	readonly #connect: object;
	readonly #clock: Clock;
	#pool: Pool | undefined;
	#version = '';
	#lookedAt = Number.NEGATIVE_INFINITY;
	#closed = false;

	constructor(address: PeerAddress, dialTimeoutMs: number, clock: Clock) {
		const socketPath = unixSocketOf(address.url);
		const {origin, pathname} = new URL(socketPath === undefined ? address.url : 'http://localhost');
		this.path = `${pathname.replace(/\/+$/, '')}/v1/segments`;
		this.#address = address;
		this.#origin = origin;
		this.#connect = {timeout: Math.ceil(dialTimeoutMs), ...(socketPath !== undefined && {socketPath})};
		this.#clock = clock;
	}

	/**
	 * The pool to send by. When the certificates have changed it is a new one, and the connections of the old end with what they
	 * are at. Files that cannot be used are an error only while there is nothing older to go on with.
	 */
	async pool(): Promise<Pool> {
		if (this.#closed) {
			throw new Error('The transport is closed');
		}
		const {tls} = this.#address;
		if (tls === undefined) {
			this.#pool ??= this.#open({});
		} else if (this.#pool === undefined || this.#clock.elapsed() - this.#lookedAt >= LOOK_MS) {
			this.#lookedAt = this.#clock.elapsed();
			return this.#fresh(tls);
		}
		return this.#pool;
	}

	/** Ends connections when they are done with what they are at. Idempotent. */
	async close(): Promise<void> {
		this.#closed = true;
		const pool = this.#pool;
		this.#pool = undefined;
		await pool?.close();
	}

	async #fresh(tls: TlsFiles): Promise<Pool> {
		try {
			const version = await versionOf(tls);
			if (this.#pool !== undefined && version === this.#version) {
				return this.#pool;
			}
			const credentials = await readCredentials(tls);
			const former = this.#pool;
			this.#pool = this.#open({...credentials, minVersion: 'TLSv1.3', allowH2: false});
			this.#version = version;
			void former?.close().catch(() => {}); // Closed twice at worst.
			return this.#pool;
		} catch (error) {
			if (this.#pool === undefined) {
				throw error;
			}
			return this.#pool;
		}
	}

	#open(tls: object): Pool {
		const {serverName} = this.#address;
		return new Pool(this.#origin, {
			pipelining: 1,
			// Silence is watched by the transport: these look at the clock too seldom, and cannot tell a slow link from a dead one.
			headersTimeout: 0,
			bodyTimeout: 0,
			keepAliveTimeout: KEEP_ALIVE_MS,
			connect: {...this.#connect, ...tls, ...(serverName !== undefined && {servername: serverName})},
		});
	}
}

/** Tells two states of the files apart without reading them. */
const versionOf = async ({caFile, certFile, keyFile}: TlsFiles): Promise<string> => {
	const states = await Promise.all([caFile, certFile, keyFile].map(file => stat(file)));
	return states.map(({mtimeMs, ino, size}) => `${mtimeMs} ${ino} ${size}`).join(' ');
};

type Credentials = {readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer};

/** Throws when they do not belong together, as in the middle of a renewal. */
const readCredentials = async ({caFile, certFile, keyFile}: TlsFiles): Promise<Credentials> => {
	const [ca, cert, key] = await Promise.all([readFile(caFile), readFile(certFile), readFile(keyFile)]);
	createSecureContext({ca, cert, key});
	return {ca, cert, key};
};

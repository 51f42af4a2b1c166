import {readFile, stat} from 'node:fs/promises';
import {createSecureContext, type SecureContext, type SecureVersion} from 'node:tls';
import type {TlsFiles} from '../../config/peers.js';
import type {Clock} from '../../runtime/clock.js';

/** What `tls.connect` goes by. Made once for all connections: reading keys and certificates takes longer than a handshake. */
export type Credentials = {readonly secureContext?: SecureContext};

type TlsOption = {readonly caFile: 'ca'; readonly certFile: 'cert'; readonly keyFile: 'key'};
const TLS_OPTIONS: TlsOption = {caFile: 'ca', certFile: 'cert', keyFile: 'key'};

/** How often the files are looked at, at most. */
const LOOK_MS = 1000;

/** The certificate files of one peer, read again when they change. */
export class TlsCredentials {
	readonly #files: ReadonlyArray<readonly [TlsOption[keyof TlsFiles], string]>;
	readonly #minVersion: SecureVersion;
	readonly #clock: Clock;
	#credentials: Credentials | undefined;
	#version = '';
	#lookedAt = Number.NEGATIVE_INFINITY;
	#looking: Promise<Credentials> | undefined;

	constructor(files: Partial<TlsFiles>, minVersion: SecureVersion, clock: Clock) {
		const names = Object.keys(TLS_OPTIONS) as Array<keyof TlsFiles>;
		this.#files = names.flatMap(name => {
			const file = files[name];
			return file === undefined ? [] : [[TLS_OPTIONS[name], file] as const];
		});
		this.#minVersion = minVersion;
		this.#clock = clock;
	}

	/**
	 * The same object until the files have changed. Files that cannot be used, as in the middle of a renewal, are an error only
	 * while there is nothing older to go on with.
	 */
	async current(): Promise<Credentials> {
		if (this.#credentials !== undefined && this.#clock.elapsed() - this.#lookedAt < LOOK_MS) {
			return this.#credentials;
		}
		this.#looking ??= this.#look().finally(() => {
			this.#looking = undefined;
		});
		return this.#looking;
	}

	async #look(): Promise<Credentials> {
		this.#lookedAt = this.#clock.elapsed();
		try {
			const version = await this.#versionOnDisk();
			if (this.#credentials === undefined || version !== this.#version) {
				this.#credentials = await this.#read();
				this.#version = version;
			}
			return this.#credentials;
		} catch (error) {
			if (this.#credentials === undefined) {
				throw error;
			}
			return this.#credentials;
		}
	}

	/** Tells two states of the files apart without reading them. */
	async #versionOnDisk(): Promise<string> {
		const states = await Promise.all(this.#files.map(([, file]) => stat(file)));
		return states.map(({mtimeMs, ino, size}) => `${mtimeMs} ${ino} ${size}`).join(' ');
	}

	/** Throws when they do not belong together. */
	async #read(): Promise<Credentials> {
		const parts = await Promise.all(
			this.#files.map(async ([option, file]) => [option, await readFile(file)] as const),
		);
		return {secureContext: createSecureContext({...Object.fromEntries(parts), minVersion: this.#minVersion})};
	}
}

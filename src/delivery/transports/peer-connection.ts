import {type buildConnector, Client, type Dispatcher} from 'undici';
import type {Credentials} from './tls-credentials.js';
import {Wire} from './wire.js';

/** One connection to a peer, which serves one request at a time. It is dialled when it is used and is not there. */
export class PeerConnection {
	/** What it was opened with. */
	readonly credentials: Credentials;
	readonly #client: Client;
	readonly #wire: Wire;
	#stands = false;
	#dials = 0;
	#onStanding = (): void => {};

	constructor(origin: string, {connect, ...options}: ConnectionOptions, credentials: Credentials) {
		this.credentials = credentials;
		this.#wire = new Wire(connect);
		this.#client = new Client(origin, {...options, connect: this.#wire.connect});
		this.#client.on('connect', () => {
			this.#stands = true;
			this.#dials += 1;
			this.#onStanding();
		});
		this.#client.on('disconnect', () => {
			this.#stands = false;
		});
	}

	/** Begins a request; `onStanding` is called when the connection stands, at once if it does. */
	use(onStanding: () => void): ConnectionUse {
		const dials = this.#dials;
		const stood = this.#stands;
		this.#onStanding = onStanding;
		if (stood) {
			onStanding();
		}
		return {
			request: options => this.#client.request(options),
			isReused: () => stood && this.#dials === dials,
			newlyWritten: () => this.#wire.newlyWritten(),
		};
	}

	/** Ends it once it is idle. */
	async close(): Promise<void> {
		await this.#client.close();
	}

	/** Ends it with what it is at. */
	async destroy(): Promise<void> {
		await this.#client.destroy();
	}
}

export type ConnectionOptions = Omit<Client.Options, 'connect'> & {
	readonly connect: buildConnector.BuildOptions;
};

export type ConnectionUse = {
	request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
	/** It goes by a connection that an earlier request had used, and that the peer may have closed meanwhile. */
	isReused(): boolean;
	/** Bytes written to its socket since this was last asked: what TLS adds, heads, and what opened or closed it are in. */
	newlyWritten(): number;
};

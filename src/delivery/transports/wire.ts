import type {Socket} from 'node:net';
import {buildConnector} from 'undici';

const HTTPS_PORT = '443';

/** Dials for one connection, and counts what is written to its sockets: under TLS, so handshakes and framing are in. */
export class Wire {
	/** For undici; one dial at a time. */
	readonly connect: buildConnector.connector;
	#socket: Socket | undefined;
	/** Written to sockets that were replaced. */
	#former = 0;
	#told = 0;

	constructor({socketPath, ...options}: buildConnector.BuildOptions) {
		const {timeout} = options;
		const dial = buildConnector({...(socketPath && {socketPath}), ...(timeout && {timeout})});
		const secure = buildConnector(options);
		this.connect = (options, callback) => {
			const isSecure = options.protocol === 'https:';
			const port = options.port || (isSecure ? HTTPS_PORT : '');
			dial({...options, port, protocol: 'http:'}, (...[error, socket]) => {
				if (error !== null) {
					callback(error, null);
					return;
				}
				this.#count(socket);
				if (isSecure) {
					secure({...options, httpSocket: socket}, callback);
				} else {
					callback(null, socket);
				}
			});
		};
	}

	/** Bytes that were handed to the kernel, or wait for it in the process, since this was last asked. */
	newlyWritten(): number {
		const written = this.#former + (this.#socket?.bytesWritten ?? 0);
		const fresh = written - this.#told;
		this.#told = written;
		return fresh;
	}

	#count(socket: Socket): void {
		this.#former += this.#socket?.bytesWritten ?? 0;
		this.#socket = socket;
	}
}

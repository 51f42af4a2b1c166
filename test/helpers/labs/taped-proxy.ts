import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import type {Teardown} from '../temp-dir.js';
import {ByteTape} from './byte-tape.js';

/** A TCP proxy that reads as fast as it can and writes down when how many bytes came from the sender: what TLS made of them. */
export class TapedProxy {
	readonly tape = new ByteTape();
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	/** In front of a port of loopback that is known later. */
	static async start(t: Teardown, target: () => number): Promise<TapedProxy> {
		const proxy = new TapedProxy(target);
		proxy.#server.listen(0, '127.0.0.1');
		await once(proxy.#server, 'listening');
		t.teardown(() => {
			proxy.#server.close();
			for (const socket of proxy.#sockets) {
				socket.destroy();
			}
		});
		return proxy;
	}

	private constructor(target: () => number) {
		this.#server = createServer(socket => {
			const peer = connect(target(), '127.0.0.1');
			this.#keep(socket);
			this.#keep(peer);
			socket.once('close', () => peer.destroy());
			peer.once('close', () => socket.destroy());
			socket.on('data', piece => this.tape.note(performance.now(), piece.length));
			socket.pipe(peer).pipe(socket);
		});
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	#keep(socket: Socket): void {
		socket.setNoDelay(true);
		this.#sockets.add(socket);
		socket.on('error', () => {});
		socket.once('close', () => this.#sockets.delete(socket));
	}
}

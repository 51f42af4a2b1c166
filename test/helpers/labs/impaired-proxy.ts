import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {setTimeout as wait} from 'node:timers/promises';
import type {Teardown} from '../temp-dir.js';

/** What the proxy does to connections from now on. */
export type Impairment =
	| {readonly kind: 'clean'}
	/** Every connection is ended as soon as it was made. */
	| {readonly kind: 'outage'}
	/** Towards the peer, over all connections. */
	| {readonly kind: 'rate'; readonly bytesPerSecond: number}
	/** Before the peer is dialled. */
	| {readonly kind: 'dial_delay'; readonly ms: number}
	/** The connection is reset once so many bytes have gone towards the peer. */
	| {readonly kind: 'cut'; readonly afterBytes: number};

/** A user-space TCP proxy, as in the reference's impairment lab: no packet is lost or reordered, connections suffer. */
export class ImpairedProxy {
	readonly #server: Server;
	readonly #target: number;
	readonly #sockets = new Set<Socket>();
	#impairment: Impairment = {kind: 'clean'};
	/** When the bytes let through so far have all had their time. */
	#busyUntil = 0;
	/** Connections taken. */
	dials = 0;

	/** In front of a port of loopback. */
	static async start(t: Teardown, target: number): Promise<ImpairedProxy> {
		const proxy = new ImpairedProxy(target);
		proxy.#server.listen(0, '127.0.0.1');
		await once(proxy.#server, 'listening');
		t.teardown(() => {
			proxy.#server.close();
			proxy.#dropAll();
		});
		return proxy;
	}

	private constructor(target: number) {
		this.#target = target;
		this.#server = createServer({pauseOnConnect: true}, socket => void this.#serve(socket));
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	/** Connections that are open suffer it too: they are ended, and made anew under the new rule. */
	impair(impairment: Impairment): void {
		this.#impairment = impairment;
		this.#busyUntil = 0;
		this.#dropAll();
	}

	async #serve(socket: Socket): Promise<void> {
		this.dials++;
		const impairment = this.#impairment;
		this.#keep(socket);
		if (impairment.kind === 'outage') {
			socket.resetAndDestroy();
			return;
		}
		if (impairment.kind === 'dial_delay') {
			await wait(impairment.ms);
		}
		if (socket.destroyed) {
			return;
		}
		const peer = connect(this.#target, '127.0.0.1');
		this.#keep(peer);
		socket.once('close', () => peer.destroy());
		peer.once('close', () => socket.destroy());
		peer.pipe(socket);
		this.#forward(socket, peer, impairment);
		socket.resume();
	}

	#forward(socket: Socket, peer: Socket, impairment: Impairment): void {
		let left = impairment.kind === 'cut' ? impairment.afterBytes : Number.POSITIVE_INFINITY;
		socket.on('data', async (piece: Buffer) => {
			const passed = piece.subarray(0, left);
			left -= passed.length;
			if (impairment.kind === 'rate') {
				// It arrives when it has had its time on the wire, and not before.
				socket.pause();
				const now = performance.now();
				this.#busyUntil = Math.max(now, this.#busyUntil) + (piece.length / impairment.bytesPerSecond) * 1000;
				await wait(this.#busyUntil - now);
			}
			peer.write(passed);
			if (left === 0) {
				socket.resetAndDestroy();
				return;
			}
			socket.resume();
		});
		socket.once('end', () => peer.end());
	}

	#keep(socket: Socket): void {
		this.#sockets.add(socket);
		socket.on('error', () => {});
		socket.once('close', () => this.#sockets.delete(socket));
	}

	#dropAll(): void {
		for (const socket of this.#sockets) {
			socket.resetAndDestroy();
		}
	}
}

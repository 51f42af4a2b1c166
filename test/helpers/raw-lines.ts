import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import type {Teardown} from './temp-dir.js';

export type RawReply = {
	readonly jsonrpc: string;
	readonly id: unknown;
	readonly result?: unknown;
	readonly error?: {readonly code: number; readonly message: string; readonly data?: unknown};
};

/** A socket that sends what it is told, well-formed or not, and hands out the lines that come back. */
export class RawLines {
	readonly socket: Socket;
	#text = '';
	#lines: string[] = [];
	#closed = false;
	#wake: () => void = () => {};

	static async connect(t: Teardown, path: string): Promise<RawLines> {
		const socket = connect({path, allowHalfOpen: true});
		t.teardown(() => socket.destroy());
		await once(socket, 'connect');
		return new RawLines(socket);
	}

	private constructor(socket: Socket) {
		this.socket = socket;
		socket.setEncoding('utf8');
		socket.on('data', (text: string) => {
			const lines = (this.#text + text).split('\n');
			this.#text = lines.pop() ?? '';
			this.#lines.push(...lines);
			this.#wake();
		});
		socket.on('error', () => {});
		for (const event of ['end', 'close']) {
			socket.on(event, () => {
				this.#closed = true;
				this.#wake();
			});
		}
	}

	send(text: string | Uint8Array): void {
		this.socket.write(text);
	}

	/** The next line; `undefined` once the server has closed and everything is read. */
	async line(): Promise<string | undefined> {
		while (this.#lines.length === 0 && !this.#closed) {
			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
		}
		return this.#lines.shift();
	}

	/** The next line as one reply, or as a batch of them. */
	async reply<Shape = RawReply>(): Promise<Shape> {
		const line = await this.line();
		if (line === undefined) {
			throw new Error('The server closed the connection and said nothing more');
		}
		return JSON.parse(line) as Shape;
	}

	/** Sends one line and waits for the next. */
	async ask<Shape = RawReply>(text: string | Uint8Array): Promise<Shape> {
		this.send(text);
		this.send('\n');
		return await this.reply<Shape>();
	}
}

/** A request as its line, without the end. */
export const request = (id: unknown, method: string, params?: unknown): string =>
	JSON.stringify({jsonrpc: '2.0', id, method, params});

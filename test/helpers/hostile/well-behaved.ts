import {Agent, request as httpRequest, type IncomingMessage} from 'node:http';
import {connect, type Socket} from 'node:net';
import {createInterface, type Interface} from 'node:readline';

const MOST_RETRIES = 20;

/** What a client in order has been promised, and how long each promise took. */
export class WellBehaved {
	/** Ids whose segments were acknowledged; the payload is the id. */
	readonly acknowledged: string[] = [];
	/** Times that a connection broke and the same segment was sent again. */
	retries = 0;
	readonly ingestMs: number[] = [];
	readonly rpcMs: number[] = [];
	readonly #ingestSocket: string;
	readonly #agent = new Agent({keepAlive: true, maxSockets: 1});
	readonly #rpc: Socket;
	readonly #lines: Interface;
	readonly #peer: string;
	#next = 0;

	/** Its segments go to `peer`. */
	constructor(sockets: {readonly ingest: string; readonly rpc: string}, peer: string) {
		this.#ingestSocket = sockets.ingest;
		this.#peer = peer;
		this.#rpc = connect(sockets.rpc);
		this.#lines = createInterface(this.#rpc);
	}

	/** Hands over one segment at each door. Throws what is not the answer that it should be. */
	async once(): Promise<void> {
		const begun = performance.now();
		await this.#post(`good-${this.#next}`);
		const posted = performance.now();
		await this.#enqueue(`good-${this.#next + 1}`);
		this.ingestMs.push(posted - begun);
		this.rpcMs.push(performance.now() - posted);
		this.#next += 2;
	}

	close(): void {
		this.#agent.destroy();
		this.#lines.close();
		this.#rpc.destroy();
	}

	/** An idle connection may be closed at any time: then it asks again, as every HTTP client must. */
	async #post(id: string): Promise<void> {
		for (let left = MOST_RETRIES; ; left--) {
			try {
				await this.#postOnce(id);
				return;
			} catch (error) {
				if (left === 0 || (error as NodeJS.ErrnoException).code === undefined) {
					throw error;
				}
				this.retries++;
			}
		}
	}

	async #postOnce(id: string): Promise<void> {
		const response = await new Promise<IncomingMessage>((resolve, reject) => {
			httpRequest({
				socketPath: this.#ingestSocket,
				agent: this.#agent,
				method: 'POST',
				path: '/v1/segments',
				headers: {'edged-segment-id': id, 'edged-peers': this.#peer},
			})
				.on('response', resolve)
				.on('error', reject)
				.end(id);
		});
		let text = '';
		for await (const piece of response) {
			text += String(piece);
		}
		if (response.statusCode !== 201 && response.statusCode !== 200) {
			throw new Error(`${id} was answered ${response.statusCode}: ${text}`);
		}
		this.acknowledged.push(id);
	}

	async #enqueue(id: string): Promise<void> {
		const segment = {segment_id: id, payload_text: id, peers: [this.#peer]};
		const reply = new Promise<string>((resolve, reject) => {
			this.#lines.once('line', resolve);
			this.#lines.once('close', () => reject(new Error('the control connection was closed')));
		});
		this.#rpc.write(
			`${JSON.stringify({jsonrpc: '2.0', id, method: 'relay.enqueue', params: {segments: [segment]}})}\n`,
		);
		const text = await reply;
		const {result} = JSON.parse(text) as {result?: {results: ReadonlyArray<{status: string}>}};
		if (result?.results[0]?.status !== 'accepted') {
			throw new Error(`${id} was answered ${text}`);
		}
		this.acknowledged.push(id);
		this.#lines.removeAllListeners('close');
	}
}

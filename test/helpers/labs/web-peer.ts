import type {Teardown} from '../temp-dir.js';
import {startWebHook, type WebHook} from '../web-hook.js';

/** A web endpoint that keeps what it was sent: the ledger of a peer. */
export class WebPeer {
	readonly #hook: WebHook;
	/** Bodies that were answered with a 2xx, by segment. */
	readonly taken = new Map<string, Buffer[]>();

	/** `statusFor` is asked for each request with a body, by its segment. */
	static async start(t: Teardown, statusFor: (segment: string) => number = () => 204): Promise<WebPeer> {
		const hook = await startWebHook(t, ({method, headers, body}, response) => {
			const segment = String(headers['edged-segment-id']);
			const status = method === 'POST' ? statusFor(segment) : 204;
			if (method === 'POST' && status < 300) {
				peer.taken.set(segment, [...(peer.taken.get(segment) ?? []), body]);
			}
			response.writeHead(status).end();
		});
		const peer = new WebPeer(hook);
		return peer;
	}

	private constructor(hook: WebHook) {
		this.#hook = hook;
	}

	get port(): number {
		return Number(new URL(this.#hook.origin).port);
	}
}

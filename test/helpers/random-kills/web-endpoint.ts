import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Teardown} from '../temp-dir.js';
import {freePort} from '../two-daemons/free-port.js';
import type {Victim} from '../two-daemons/killer.js';

const CHILD = fileURLToPath(new URL('./web-endpoint-child.js', import.meta.url));

export type WebEndpointOptions = {
	/** Gets a line for each segment that was received. */
	readonly file: string;
	/** The share of requests that end without an answer: half of them before the segment is written down, half after. */
	readonly dropShare: number;
	readonly seed: number;
};

/** A web endpoint in a process of its own, at the same address over all of its lives. */
export class WebEndpoint implements Victim {
	readonly #t: Teardown;
	readonly #port: number;
	readonly #options: WebEndpointOptions;
	#child: ChildProcess | undefined;
	#lives = 0;

	static async start(t: Teardown, options: WebEndpointOptions): Promise<WebEndpoint> {
		const endpoint = new WebEndpoint(t, await freePort(), options);
		await endpoint.start();
		return endpoint;
	}

	private constructor(t: Teardown, port: number, options: WebEndpointOptions) {
		this.#t = t;
		this.#port = port;
		this.#options = options;
	}

	get url(): string {
		return `http://127.0.0.1:${this.#port}/segments`;
	}

	async start(): Promise<string> {
		const {file, dropShare, seed} = this.#options;
		const child = fork(CHILD, [this.#port, file, dropShare, seed + this.#lives++].map(String), {
			stdio: 'inherit',
		});
		this.#child = child;
		this.#t.teardown(() => child.kill('SIGKILL'));
		const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
		if (message !== 'ready') {
			throw new Error(`The web endpoint ended with ${String(message)} instead of starting`);
		}
		return 'it listens again';
	}

	async kill(): Promise<void> {
		const child = this.#child;
		if (child === undefined || child.exitCode !== null) {
			throw new Error(`The web endpoint had ended by itself (${child?.exitCode})`);
		}
		child.kill('SIGKILL');
		if (child.signalCode === null) {
			await once(child, 'exit');
		}
	}

	signal(name: NodeJS.Signals): void {
		this.#child?.kill(name);
	}
}

import {setTimeout as wait} from 'node:timers/promises';
import {WebSocket} from 'undici';
import type {DaemonProcess} from '../../test/helpers/process.js';

type ProfileNode = {
	readonly id: number;
	readonly callFrame: {readonly functionName: string; readonly url: string; readonly lineNumber: number};
	readonly children?: readonly number[];
};

/** A CPU profile as V8 gives it; only what is used here. */
export type Profile = {
	readonly nodes: readonly ProfileNode[];
	readonly samples: readonly number[];
	readonly timeDeltas: readonly number[];
};

const SAMPLE_US = 200;
const PATIENCE_MS = 5000;

/** V8's sampling profiler in a daemon that runs, by its inspector: start-up and warm-up are not in the profile. */
export class Profiler {
	readonly #socket: WebSocket;
	readonly #waiting = new Map<number, (result: unknown) => void>();
	#last = 0;

	/** The daemon must have been started with `--inspect-port=0`. */
	static async attach(daemon: DaemonProcess): Promise<Profiler> {
		daemon.signal('SIGUSR1');
		const socket = new WebSocket(await inspectorUrl(daemon));
		await new Promise((resolve, reject) => {
			socket.addEventListener('open', resolve);
			socket.addEventListener('error', reject);
		});
		return new Profiler(socket);
	}

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.addEventListener('message', ({data}) => {
			const {id, result} = JSON.parse(String(data)) as {id: number; result: unknown};
			this.#waiting.get(id)?.(result);
			this.#waiting.delete(id);
		});
	}

	async start(): Promise<void> {
		await this.#ask('Profiler.enable');
		await this.#ask('Profiler.setSamplingInterval', {interval: SAMPLE_US});
		await this.#ask('Profiler.start');
	}

	async stop(): Promise<Profile> {
		const {profile} = (await this.#ask('Profiler.stop')) as {profile: Profile};
		this.#socket.close();
		return profile;
	}

	#ask(method: string, params: object = {}): Promise<unknown> {
		const id = ++this.#last;
		return new Promise(resolve => {
			this.#waiting.set(id, resolve);
			this.#socket.send(JSON.stringify({id, method, params}));
		});
	}
}

const inspectorUrl = async (daemon: DaemonProcess): Promise<string> => {
	for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await wait(10)) {
		const url = /Debugger listening on (ws:\S+)/.exec(daemon.output())?.[1];
		if (url !== undefined) {
			return url;
		}
	}
	throw new Error('The daemon opened no inspector');
};

export type Cost = {readonly place: string; readonly share: number};

/**
 * Shares of the time that was not idle, by function and without what it calls, largest first. What Node and V8 do on behalf of a function of
 * edged or of a package is told as theirs: `crc32 for verifyEntry src/storage/parse-request.js:65`.
 */
export const costs = ({nodes, samples, timeDeltas}: Profile): readonly Cost[] => {
	const places = placesOf(nodes);
	const sums = new Map<string, number>();
	let total = 0;
	for (const [at, sample] of samples.entries()) {
		const place = places.get(sample) ?? '';
		if (place !== '(idle)') {
			const delta = timeDeltas[at] ?? 0;
			sums.set(place, (sums.get(place) ?? 0) + delta);
			total += delta;
		}
	}
	return [...sums]
		.map(([place, micros]) => ({place, share: micros / total}))
		.sort((a, b) => b.share - a.share);
};

const placesOf = (nodes: readonly ProfileNode[]): ReadonlyMap<number, string> => {
	const byId = new Map(nodes.map(node => [node.id, node]));
	const places = new Map<number, string>();
	const visit = (node: ProfileNode, caller: string | undefined): void => {
		const {functionName, url, lineNumber} = node.callFrame;
		const name = functionName === '' ? '(anonymous)' : functionName;
		const own = url.startsWith('file:') ? `${name} ${shortened(url)}:${lineNumber + 1}` : undefined;
		places.set(node.id, own ?? (caller === undefined ? name : `${name} for ${caller}`));
		for (const child of node.children ?? []) {
			const next = byId.get(child);
			if (next !== undefined) {
				visit(next, own ?? caller);
			}
		}
	};
	const [root] = nodes;
	if (root !== undefined) {
		visit(root, undefined);
	}
	return places;
};

const shortened = (url: string): string => url.replace(/^.*\/(?=node_modules\/)|^.*\/build\/(?=src\/)/, '');

import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Round, WorkerAnswer, WorkerOrder} from './worker-protocol.js';

const ENTRY = fileURLToPath(new URL('worker-process.js', import.meta.url));
/** Filling a store with a million segments is slow; hanging is slower. */
const DEADLINE_MS = 15 * 60_000;
const PATIENCE_MS = 10_000;

/** The runner's end of one worker process. Orders are obeyed one at a time; each rejects when the worker fails or dies. */
export class Worker {
	readonly #child: ChildProcess;

	constructor() {
		this.#child = fork(ENTRY, {stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced'});
	}

	async open(order: Omit<Extract<WorkerOrder, {kind: 'open'}>, 'kind'>): Promise<void> {
		await this.#obey({kind: 'open', ...order});
	}

	async round(): Promise<Round> {
		const answer = await this.#obey({kind: 'round'});
		if (answer.kind !== 'measured') {
			throw new Error(`A worker answered ${answer.kind} to a round`);
		}
		return answer.round;
	}

	async close(): Promise<void> {
		await this.#obey({kind: 'close'});
	}

	/** Whatever state it is in: it closes its bench, with the processes that belong to it, and goes; or is killed. */
	async end(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
			return;
		}
		const gone = once(this.#child, 'exit');
		const patience = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
		if (this.#child.connected) {
			this.#child.disconnect();
		}
		await gone;
		clearTimeout(patience);
	}

	#obey(order: WorkerOrder): Promise<Exclude<WorkerAnswer, {kind: 'failed'}>> {
		return new Promise((resolve, reject) => {
			const settle = (act: () => void): void => {
				clearTimeout(deadline);
				this.#child.off('message', answered);
				this.#child.off('exit', died);
				act();
			};
			const answered = (answer: WorkerAnswer): void => {
				settle(() => (answer.kind === 'failed' ? reject(new Error(answer.message)) : resolve(answer)));
			};
			const died = (code: number | null, signal: string | null): void => {
				settle(() => reject(new Error(`The worker ended with ${code ?? signal} during ${order.kind}`)));
			};
			const deadline = setTimeout(() => {
				settle(() => reject(new Error(`No answer to ${order.kind} within ${DEADLINE_MS / 60_000} minutes`)));
			}, DEADLINE_MS);
			this.#child.once('message', answered);
			this.#child.once('exit', died);
			if (this.#child.exitCode === null && this.#child.signalCode === null) {
				this.#child.send(order);
			} else {
				died(this.#child.exitCode, this.#child.signalCode);
			}
		});
	}
}

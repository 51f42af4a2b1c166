import type {Asker} from './bandwidth-limiter.js';

type Waiter = {
	readonly bytes: number;
	readonly asker: Asker;
	readonly resolve: () => void;
	readonly reject: (reason: unknown) => void;
};

/** Who waits for tokens: the most urgent class first, within a class in the order of asking. One whose signal fires is gone. */
export class PaceQueue {
	#waiters: Waiter[] = [];

	get isEmpty(): boolean {
		return this.#waiters.length === 0;
	}

	/** What the first in the queue waits for. */
	get nextBytes(): number | undefined {
		return this.#waiters[0]?.bytes;
	}

	/** Resolves when let through. */
	async wait(bytes: number, asker: Asker): Promise<void> {
		let leave = () => {};
		try {
			await new Promise<void>((resolve, reject) => {
				const waiter = {bytes, asker, resolve, reject};
				const behind = this.#waiters.findIndex(other => other.asker.classNo > asker.classNo);
				this.#waiters.splice(behind === -1 ? this.#waiters.length : behind, 0, waiter);
				leave = () => {
					this.#waiters = this.#waiters.filter(other => other !== waiter);
					reject(asker.signal.reason);
				};
				asker.signal.addEventListener('abort', leave);
			});
		} finally {
			asker.signal.removeEventListener('abort', leave);
		}
	}

	letNextThrough(): void {
		this.#waiters.shift()?.resolve();
	}

	letAllThrough(): void {
		for (const {resolve} of this.#waiters.splice(0)) {
			resolve();
		}
	}

	refuseAll(reason: unknown): void {
		for (const {reject} of this.#waiters.splice(0)) {
			reject(reason);
		}
	}
}

/** Work the daemon does not wait for now, but must not exit before. */
export class Background {
	readonly #open = new Set<Promise<void>>();
	readonly #onFailure: (error: unknown) => void;

	/** `onFailure` is told of work that threw, once each; it must not throw itself. */
	constructor(onFailure: (error: unknown) => void) {
		this.#onFailure = onFailure;
	}

	/** Starts `work` at once and returns. Never throws. */
	run(work: () => Promise<void>): void {
		const promise = this.#guarded(work).finally(() => {
			this.#open.delete(promise);
		});
		this.#open.add(promise);
	}

	/** Resolves once nothing is open, work included that was begun while waiting. */
	async finished(): Promise<void> {
		while (this.#open.size > 0) {
			await Promise.all(this.#open);
		}
	}

	async #guarded(work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			this.#onFailure(error);
		}
	}
}

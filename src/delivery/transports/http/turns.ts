/** So many at a time; who comes later waits its turn, in order. */
export class Turns {
	readonly #waiting = new Set<() => void>();
	#free: number;

	constructor(count: number) {
		this.#free = count;
	}

	/** A turn, with what ends it; `undefined` when the signal came first. */
	async take(signal: AbortSignal): Promise<(() => void) | undefined> {
		if (signal.aborted) {
			return undefined;
		}
		if (this.#free > 0) {
			this.#free -= 1;
		} else if (!(await this.#wait(signal))) {
			return undefined;
		}
		return () => this.#giveBack();
	}

	#wait(signal: AbortSignal): Promise<boolean> {
		return new Promise(resolve => {
			const leave = (): void => {
				this.#waiting.delete(enter);
				resolve(false);
			};
			const enter = (): void => {
				signal.removeEventListener('abort', leave);
				resolve(true);
			};
			this.#waiting.add(enter);
			signal.addEventListener('abort', leave, {once: true});
		});
	}

	#giveBack(): void {
		for (const enter of this.#waiting) {
			this.#waiting.delete(enter);
			enter();
			return;
		}
		this.#free += 1;
	}
}

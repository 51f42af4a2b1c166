import type {Background} from '../runtime/background.js';

/** Work that any number of callers may ask for: while it runs, all that ask get one more run together. */
export class Coalesced {
	readonly #background: Background;
	readonly #work: () => Promise<void>;
	#asked = false;
	#running = false;
	#onEnd: Array<() => void> = [];

	constructor(background: Background, work: () => Promise<void>) {
		this.#background = background;
		this.#work = work;
	}

	/** Cheap and idempotent; never throws. */
	ask(): void {
		this.#asked = true; // The run under way may already have passed what this is about.
		if (!this.#running) {
			this.#running = true;
			this.#background.run(() => this.#run());
		}
	}

	/** Resolves once nothing runs that was asked for before. */
	async finished(): Promise<void> {
		if (this.#running) {
			await new Promise<void>(resolve => {
				this.#onEnd.push(resolve);
			});
		}
	}

	async #run(): Promise<void> {
		try {
			while (this.#asked) {
				this.#asked = false;
				await this.#work();
			}
		} finally {
			this.#running = false;
			for (const tell of this.#onEnd.splice(0)) {
				tell();
			}
		}
	}
}

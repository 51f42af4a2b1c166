import type {Clock} from '../../../runtime/clock.js';

/** A slow stick may take minutes for one large file; a mount that hangs takes for ever. */
const STALL_MS = 300_000;

/** A step took longer than the transport allows: a share that hangs. What it does in the end is not known. */
export class StalledError extends Error {
	override readonly name = 'StalledError';
}

/**
 * Runs at most so many pieces of disk work at a time. Node does disk work on four threads that the whole daemon shares: a mount
 * that hangs must not hold them all. Who waits too long gets a `StalledError`; the place stays taken until the work really ends.
 */
export class Steps {
	readonly #clock: Clock;
	readonly #waiting: Array<() => void> = [];
	readonly #atATime: number;
	#free: number;
	/** Steps that took too long and have not ended. */
	#stuck = 0;

	constructor(atATime: number, clock: Clock) {
		this.#atATime = atATime;
		this.#free = atATime;
		this.#clock = clock;
	}

	get areStuck(): boolean {
		return this.#stuck > 0;
	}

	async run<Result>(work: () => Promise<Result>): Promise<Result> {
		let cancel = () => {};
		const stalled = new Promise<never>((_, reject) => {
			cancel = this.#clock.after(STALL_MS, () => {
				this.#stuck += 1;
				const ended = (): void => {
					this.#stuck -= 1;
				};
				done.then(ended, ended);
				reject(new StalledError(`It does not respond for ${STALL_MS / 1000} s`));
			});
		});
		const done = this.#inTurn(work);
		try {
			return await Promise.race([done, stalled]);
		} finally {
			cancel();
		}
	}

	/** Runs `work` for all of `items`; when one fails, no further one is begun, and its error is thrown once none runs. */
	async each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
		await this.spread(items, item => this.run(() => work(item)));
	}

	/** The same for work that is made of steps itself. */
	async spread<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
		const left = items[Symbol.iterator]();
		let failed = false;
		const worker = async (): Promise<void> => {
			for (let next = left.next(); !failed && next.done !== true; next = left.next()) {
				const item = next.value;
				await work(item).catch((error: unknown) => {
					failed = true;
					throw error;
				});
			}
		};
		const ends = await Promise.allSettled(Array.from({length: this.#atATime}, worker));
		for (const end of ends) {
			if (end.status === 'rejected') {
				throw end.reason;
			}
		}
	}

	async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
		if (this.#free > 0) {
			this.#free -= 1;
		} else {
			await new Promise<void>(resolve => {
				this.#waiting.push(resolve);
			});
		}
		try {
			return await work();
		} finally {
			const next = this.#waiting.shift();
			if (next === undefined) {
				this.#free += 1;
			} else {
				next();
			}
		}
	}
}

import PQueue from 'p-queue';
import type {ClassNo} from '../outbound/priorities.js';

/**
 * The delivery slots that all lanes share, through one p-queue. A lane asks for one slot at a time and only with a lease in hand,
 * so the queue holds at most one question per lane; p-queue itself would grow without bound. The most urgent class goes first.
 */
export class WorkerSlots {
	readonly #queue: PQueue;
	readonly #count: number;
	#taken = 0;
	/** Lanes that hold one. */
	#holders = 0;
	readonly #refused = new Set<() => void>();

	/** 0 slots: every lane has its own and no other. */
	constructor(count: number) {
		this.#count = count;
		this.#queue = new PQueue({concurrency: Math.max(1, count)});
	}

	/** How many one of `lanes` lanes may have at a time: one that is stuck must leave some to the others. */
	limitPerLane(lanes: number): number {
		return lanes > 1 ? Math.ceil(this.#count / 2) : this.#count;
	}

	/**
	 * Whether a lane that holds `held` may have another: the last free one is for a lane that has none, as long as there is such a
	 * lane. When it may not, `onFreed` is called once it is worth to ask again.
	 */
	mayHaveAnother(held: number, lanes: number, onFreed: () => void): boolean {
		const kept = this.#holders < lanes ? 1 : 0;
		const may = held === 0 || this.#count - this.#taken > kept;
		if (!may) {
			this.#refused.add(onFreed);
		}
		return may;
	}

	/** A lane holds its first, or no longer any. */
	holds(change: 'first' | 'none'): void {
		this.#holders += change === 'first' ? 1 : -1;
		this.#tellRefused();
	}

	/**
	 * Runs `work` once a slot is free; resolves when it is done. `signal` takes the question back while it waits (p-queue's `clear`
	 * would leave its promise pending for ever); then `work` is never called.
	 */
	async run(classNo: ClassNo, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
		let started = false;
		const begin = async (): Promise<void> => {
			started = true;
			this.#taken += 1;
			try {
				await work();
			} finally {
				this.#taken -= 1;
			}
		};
		try {
			await this.#queue.add(begin, {priority: -classNo, signal});
		} catch (error) {
			if (started || !signal.aborted) {
				throw error;
			}
		}
		this.#tellRefused();
	}

	#tellRefused(): void {
		for (const tell of this.#refused) {
			this.#refused.delete(tell);
			tell();
		}
	}
}

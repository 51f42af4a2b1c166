import PQueue from 'p-queue';
import type {ClassNo} from '../outbound/priorities.js';

/**
 * The delivery slots that all lanes share, through one p-queue. A lane asks for one slot at a time and only with a lease in hand,
 * so the queue holds at most one question per lane; p-queue itself would grow without bound. The most urgent class goes first.
 */
export class WorkerSlots {
	readonly #queue: PQueue;
	readonly #count: number;

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
	 * Runs `work` once a slot is free; resolves when it is done. `signal` takes the question back while it waits (p-queue's `clear`
	 * would leave its promise pending for ever); then `work` is never called.
	 */
	async run(classNo: ClassNo, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
		let started = false;
		const begin = async (): Promise<void> => {
			started = true;
			await work();
		};
		try {
			await this.#queue.add(begin, {priority: -classNo, signal});
		} catch (error) {
			if (started || !signal.aborted) {
				throw error;
			}
		}
	}
}

import type {ClassNo} from '../outbound/priorities.js';
import type {MonotonicMs} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import type {Asker} from './bandwidth-limiter.js';

type Waiter = {
	/** Of these a chunk is let through. */
	readonly bytes: number;
	readonly asker: Asker;
	readonly since: MonotonicMs;
	readonly resolve: (bytes: number) => void;
	readonly reject: (reason: unknown) => void;
};

/** A peer may give up a request that stands still: edged does after 30 s. */
const PATIENCE_MS = 10_000;

/**
 * Who waits for tokens: the most urgent class first, within a class the lane that was served longest ago, within a lane in the order
 * of asking; whoever has waited ten seconds comes before them all. One whose signal fires is gone.
 */
export class PaceQueue {
	readonly #clock: Clock;
	#waiters: Waiter[] = [];
	/** Lanes that were served, the latest last. */
	readonly #served = new Set<Asker['lane']>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	get isEmpty(): boolean {
		return this.#waiters.length === 0;
	}

	/** What the next in turn gets when no more than `chunk` are let through at a time. */
	nextBytes(chunk: number): number | undefined {
		const next = this.#next;
		return next && Math.min(next.bytes, chunk);
	}

	/** What all who wait would get, a chunk each. */
	demand(chunk: number): number {
		return this.#waiters.reduce((sum, {bytes}) => sum + Math.min(bytes, chunk), 0);
	}

	/** Resolves when let through, with how many bytes. */
	async wait(bytes: number, asker: Asker): Promise<number> {
		let leave = () => {};
		try {
			return await new Promise<number>((resolve, reject) => {
				const waiter = {bytes, asker, since: this.#clock.elapsed(), resolve, reject};
				const behind = this.#waiters.findIndex(other => other.asker.classNo > asker.classNo);
				this.#waiters.splice(behind === -1 ? this.#waiters.length : behind, 0, waiter);
				leave = () => {
					this.#remove(waiter);
					reject(asker.signal.reason);
				};
				asker.signal.addEventListener('abort', leave);
			});
		} finally {
			asker.signal.removeEventListener('abort', leave);
		}
	}

	/** The next in turn, with as many bytes as `nextBytes` has said in the same event turn. */
	letNextThrough(chunk: number): void {
		const next = this.#next;
		if (next !== undefined) {
			this.#remove(next);
			this.#served.delete(next.asker.lane);
			this.#served.add(next.asker.lane);
			next.resolve(Math.min(next.bytes, chunk));
		}
	}

	letAllThrough(): void {
		for (const {bytes, resolve} of this.#waiters.splice(0)) {
			resolve(bytes);
		}
	}

	refuseAll(reason: unknown): void {
		for (const {reject} of this.#waiters.splice(0)) {
			reject(reason);
		}
	}

	get #next(): Waiter | undefined {
		const longAgo = this.#clock.elapsed() - PATIENCE_MS;
		const [first] = this.#waiters;
		if (first === undefined || this.#waiters.length === 1) {
			return first;
		}
		return this.#waiters.find(({since}) => since < longAgo) ?? this.#firstOf(first.asker.classNo);
	}

	#firstOf(classNo: ClassNo): Waiter | undefined {
		const mates = this.#waiters.filter(({asker}) => asker.classNo === classNo);
		const unserved = mates.find(({asker}) => !this.#served.has(asker.lane));
		if (unserved !== undefined) {
			return unserved;
		}
		for (const lane of this.#served) {
			const mate = mates.find(({asker}) => asker.lane === lane);
			if (mate !== undefined) {
				return mate;
			}
			this.#served.delete(lane); // It asks for nothing now: when it comes back, it is the first.
		}
		return undefined;
	}

	#remove(waiter: Waiter): void {
		this.#waiters = this.#waiters.filter(other => other !== waiter);
	}
}

import type {Bits} from './bits.js';
import type {Refusal, Refusals} from './selectors.js';

/** How many records could not be changed, by why. */
export class RefusalCount {
	#all = 0;
	readonly #because: Partial<Record<Refusal, number>> = {};

	/** Of `which`, the entries up to `last`: what lies behind it is looked at again. */
	add(why: Refusal, which: Bits, last = which.size): void {
		let count = 0;
		for (const entry of which) {
			count += entry <= last ? 1 : 0;
		}
		if (count > 0) {
			this.#all += count;
			this.#because[why] = (this.#because[why] ?? 0) + count;
		}
	}

	told(): {readonly refused: number; readonly because?: Refusals} {
		return this.#all === 0 ? {refused: 0} : {refused: this.#all, because: this.#because};
	}
}

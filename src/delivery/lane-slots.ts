import type {ClassNo} from '../outbound/priorities.js';
import type {Background} from '../runtime/background.js';
import {isRateBound} from './lease-plan.js';
import type {WorkerSlots} from './worker-slots.js';

export type LaneSlotsOptions = {
	readonly shared: WorkerSlots;
	readonly background: Background;
	/** How many lanes share them now. */
	laneCount(): number;
	/** Bytes per second that the lane may send now; `Infinity` when unlimited. */
	rate(): number;
	/** What a free slot shall do; `undefined` = nothing any more. */
	take(): (() => Promise<void>) | undefined;
	/** A slot became free. */
	onFree(): void;
};

/** Where one lane sends: a slot of its own that nobody can take from it, and some of the shared ones. */
export class LaneSlots {
	readonly #options: LaneSlotsOptions;
	#ownIsBusy = false;
	#sharedInUse = 0;
	#question: AbortController | undefined;

	constructor(options: LaneSlotsOptions) {
		this.#options = options;
	}

	/** How many leases may be sent at a time. */
	get count(): number {
		const {shared, laneCount, rate} = this.#options;
		const limit = shared.limitPerLane(laneCount());
		return 1 + (isRateBound(rate()) ? Math.min(1, limit) : limit);
	}

	/** There is something to take, most urgently of `classNo`: takes it at once, or when a shared slot is free. Idempotent. */
	offer(classNo: ClassNo): void {
		if (!this.#ownIsBusy) {
			this.withdraw();
			this.#useOwn();
		} else if (this.#question === undefined && 1 + this.#sharedInUse < this.count && this.#mayAsk()) {
			this.#ask(classNo);
		}
	}

	/** There is nothing to take any more. */
	withdraw(): void {
		this.#question?.abort();
		this.#question = undefined;
	}

	#mayAsk(): boolean {
		const {shared, laneCount, onFree} = this.#options;
		return shared.mayHaveAnother(this.#sharedInUse, laneCount(), onFree);
	}

	#useOwn(): void {
		const work = this.#options.take();
		if (work === undefined) {
			return;
		}
		this.#ownIsBusy = true;
		this.#options.background.run(async () => {
			try {
				await work();
			} finally {
				this.#ownIsBusy = false;
				this.#options.onFree();
			}
		});
	}

	#ask(classNo: ClassNo): void {
		const question = new AbortController();
		this.#question = question;
		this.#options.background.run(async () => {
			await this.#options.shared.run(classNo, question.signal, async () => {
				if (this.#question === question) {
					this.#question = undefined;
					await this.#useShared();
				}
			});
		});
	}

	async #useShared(): Promise<void> {
		const work = this.#options.take();
		if (work === undefined) {
			return;
		}
		this.#sharedInUse += 1;
		if (this.#sharedInUse === 1) {
			this.#options.shared.holds('first');
		}
		try {
			await work();
		} finally {
			this.#sharedInUse -= 1;
			if (this.#sharedInUse === 0) {
				this.#options.shared.holds('none');
			}
			this.#options.onFree();
		}
	}
}

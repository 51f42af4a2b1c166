/**
 * Bounds the bytes that all bodies together hold in memory. A body past the bound is not refused, its reading waits; only the
 * oldest body that is still being received may go beyond, so that one always ends and nobody waits for ever. What is held is thus
 * at most the bound plus one body.
 */
export class BufferBudget {
	readonly #limitBytes: number;
	/** In the order in which their receiving began. */
	readonly #receiving = new Set<BufferShare>();
	#heldBytes = 0;

	constructor(limitBytes: number) {
		this.#limitBytes = limitBytes;
	}

	get heldBytes(): number {
		return this.#heldBytes;
	}

	/** The share of a body that is about to be received. */
	open(): BufferShare {
		const share: BufferShare = new BufferShare({
			add: bytes => {
				this.#heldBytes += bytes;
			},
			mayGrow: () => this.#heldBytes <= this.#limitBytes || this.#isOldest(share),
			left: () => {
				this.#receiving.delete(share);
				this.#wake();
			},
		});
		this.#receiving.add(share);
		return share;
	}

	#isOldest(share: BufferShare): boolean {
		const [oldest] = this.#receiving;
		return oldest === share;
	}

	#wake(): void {
		for (const share of this.#receiving) {
			share.wakeIfRoom();
		}
	}
}

type BudgetDoor = {add(bytes: number): void; mayGrow(): boolean; left(): void};

/** What one body holds of the budget. */
export class BufferShare {
	readonly #budget: BudgetDoor;
	#bytes = 0;
	#resume: (() => void) | undefined;

	constructor(budget: BudgetDoor) {
		this.#budget = budget;
	}

	/** Accounts for bytes that were read. `false`: read no more until `whenRoom` calls. */
	take(bytes: number): boolean {
		this.#bytes += bytes;
		this.#budget.add(bytes);
		return this.#budget.mayGrow();
	}

	/** Calls `resume` once, as soon as more may be read. */
	whenRoom(resume: () => void): void {
		this.#resume = resume;
		this.wakeIfRoom();
	}

	wakeIfRoom(): void {
		const resume = this.#resume;
		if (resume !== undefined && this.#budget.mayGrow()) {
			this.#resume = undefined;
			resume();
		}
	}

	/** All is received: what it holds stays held, another body becomes the oldest. */
	received(): void {
		this.#budget.left();
	}

	/** The bytes are no longer needed. Idempotent. */
	release(): void {
		this.#resume = undefined;
		this.#budget.add(-this.#bytes);
		this.#bytes = 0;
		this.#budget.left();
	}
}

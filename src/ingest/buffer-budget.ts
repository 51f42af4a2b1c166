/** A body up to this never waits: that much of it is in memory before anybody can say no. */
const ALWAYS_BYTES = 65_536;

/**
 * Bounds the bytes that all bodies together hold in memory. A body past the bound is not refused, its reading waits. Not so
 *
 * - a small one,
 * - one of a sender that holds less than its share, which is the bound divided by the senders there are: who has all buffers
 *   keeps nobody else waiting,
 * - the oldest that is still being received, so that one always ends and nobody waits for ever.
 *
 * What is held is thus at most twice the bound, one body, and the small ones.
 */
export class BufferBudget {
	readonly #limitBytes: number;
	/** In the order in which their receiving began. */
	readonly #receiving = new Set<BufferShare>();
	readonly #senders = new Map<SenderKey, Holdings>();
	#heldBytes = 0;
	#waiting = 0;

	constructor(limitBytes: number) {
		this.#limitBytes = limitBytes;
	}

	get heldBytes(): number {
		return this.#heldBytes;
	}

	/** Some body waits. */
	get isShort(): boolean {
		return this.#waiting > 0;
	}

	/** The share of a body that is about to be received. */
	open(sender: SenderKey): BufferShare {
		const holdings = this.#senders.get(sender) ?? {bytes: 0, bodies: 0};
		this.#senders.set(sender, holdings);
		holdings.bodies++;
		const share: BufferShare = new BufferShare({
			add: bytes => {
				this.#heldBytes += bytes;
				holdings.bytes += bytes;
			},
			mayGrow: bytes =>
				bytes <= ALWAYS_BYTES ||
				this.#heldBytes <= this.#limitBytes ||
				holdings.bytes <= this.#limitBytes / this.#senders.size ||
				this.#isOldest(share),
			waits: change => {
				this.#waiting += change;
			},
			left: () => {
				this.#receiving.delete(share);
				this.#wake();
			},
			closed: () => {
				if (--holdings.bodies === 0) {
					this.#senders.delete(sender);
				}
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

/** Who is at the other end: the name of another edged, or `undefined` for the programs of this machine, which are one. */
export type SenderKey = string | undefined;

type Holdings = {bytes: number; bodies: number};

type BudgetDoor = {
	add(bytes: number): void;
	/** May a body that holds so much hold more? */
	mayGrow(bytes: number): boolean;
	waits(change: 1 | -1): void;
	left(): void;
	closed(): void;
};

/** What one body holds of the budget. */
export class BufferShare {
	readonly #budget: BudgetDoor;
	#bytes = 0;
	#resume: (() => void) | undefined;
	#isOpen = true;

	constructor(budget: BudgetDoor) {
		this.#budget = budget;
	}

	/** Accounts for bytes that were read. `false`: read no more until `whenRoom` calls. */
	take(bytes: number): boolean {
		this.#bytes += bytes;
		this.#budget.add(bytes);
		return this.#budget.mayGrow(this.#bytes);
	}

	/** Calls `resume` once, as soon as more may be read. */
	whenRoom(resume: () => void): void {
		this.#resume = resume;
		this.#budget.waits(1);
		this.wakeIfRoom();
	}

	wakeIfRoom(): void {
		if (this.#resume !== undefined && this.#budget.mayGrow(this.#bytes)) {
			this.#takeResume()?.();
		}
	}

	/** All is received: what it holds stays held, another body becomes the oldest. */
	received(): void {
		this.#budget.left();
	}

	/** The bytes are no longer needed, and none will be taken any more. Idempotent. */
	release(): void {
		this.#takeResume();
		this.#budget.add(-this.#bytes);
		this.#bytes = 0;
		if (this.#isOpen) {
			this.#isOpen = false;
			this.#budget.closed();
			this.#budget.left();
		}
	}

	#takeResume(): (() => void) | undefined {
		const resume = this.#resume;
		if (resume !== undefined) {
			this.#resume = undefined;
			this.#budget.waits(-1);
		}
		return resume;
	}
}

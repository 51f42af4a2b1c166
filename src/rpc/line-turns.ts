/** What all connections together may begin in one turn of the event loop, as if it were bytes. */
const TURN_COST = 131_072;
/** What it takes to answer even the shortest line. */
const LINE_COST = 16_384;

/**
 * Shares the turns of the event loop among the connections: one that floods is answered as fast as there is time, and anybody else in
 * between. First come, first served.
 */
export class LineTurns {
	readonly #waiting: Array<() => void> = [];
	#left = TURN_COST;
	#isDue = false;

	/** Nobody waits, and this turn has room. */
	get isFree(): boolean {
		return this.#waiting.length === 0 && this.#left > 0;
	}

	get isSpent(): boolean {
		return this.#left <= 0;
	}

	/** A line of so many bytes is begun. */
	spend(bytes: number): void {
		this.#left -= LINE_COST + bytes;
		this.#giveSoon();
	}

	/** Calls `go` in a later turn, once all have gone that waited before it. */
	wait(go: () => void): void {
		this.#waiting.push(go);
		this.#giveSoon();
	}

	#giveSoon(): void {
		if (!this.#isDue) {
			this.#isDue = true;
			setImmediate(this.#give);
		}
	}

	readonly #give = (): void => {
		this.#isDue = false;
		this.#left = TURN_COST;
		for (let count = this.#waiting.length; count > 0 && this.#left > 0; count--) {
			this.#waiting.shift()?.();
		}
		if (this.#waiting.length > 0) {
			this.#giveSoon();
		}
	};
}

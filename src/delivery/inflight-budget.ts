/** A lane needs this part of the total to be free before it leases more; with nothing in flight it may always have so much. */
const SMALLEST_PART = 64;

/**
 * Bounds the payload bytes that are in leases: those of all lanes by the total, those of one lane by half of it when there are
 * others. A lease may exceed what it reserved by its first segment, so that the largest segment always moves.
 */
export class InflightBudget {
	readonly #totalBytes: number;
	readonly #shares = new Set<InflightShare>();
	#used = 0;

	constructor(totalBytes: number) {
		this.#totalBytes = totalBytes;
	}

	/** A lane's part. `onFreed` is called after a refused reservation, when there is more again. */
	join(onFreed: () => void): InflightShare {
		const share = new InflightShare(this, onFreed);
		this.#shares.add(share);
		return share;
	}

	leave(share: InflightShare): void {
		this.#shares.delete(share);
	}

	/** How many bytes `share` may reserve now; `undefined` when it has to wait. */
	leftFor(share: InflightShare): number | undefined {
		const laneBytes = this.#shares.size > 1 ? Math.floor(this.#totalBytes / 2) : this.#totalBytes;
		const left = Math.min(this.#totalBytes - this.#used, laneBytes - share.bytes);
		const least = Math.max(1, Math.floor(this.#totalBytes / SMALLEST_PART));
		if (left >= least) {
			return left;
		}
		return share.reservations === 0 ? least : undefined;
	}

	changed(bytes: number): void {
		this.#used += bytes;
		if (bytes < 0) {
			for (const share of this.#shares) {
				share.tellFreed();
			}
		}
	}
}

/** What one lane has in flight. */
export class InflightShare {
	readonly #budget: InflightBudget;
	readonly #onFreed: () => void;
	#bytes = 0;
	#reservations = 0;
	#refused = false;

	constructor(budget: InflightBudget, onFreed: () => void) {
		this.#budget = budget;
		this.#onFreed = onFreed;
	}

	get bytes(): number {
		return this.#bytes;
	}

	get reservations(): number {
		return this.#reservations;
	}

	/** Reserves up to `wanted` bytes; `undefined` when there is no room: then `onFreed` says when to ask again. */
	reserve(wanted: number): Reservation | undefined {
		const left = this.#budget.leftFor(this);
		if (left === undefined) {
			this.#refused = true;
			return undefined;
		}
		this.#reservations += 1;
		return new Reservation(
			Math.min(wanted, left),
			change => {
				this.#bytes += change;
				this.#budget.changed(change);
			},
			() => {
				this.#reservations -= 1;
			},
		);
	}

	tellFreed(): void {
		if (this.#refused) {
			this.#refused = false;
			this.#onFreed();
		}
	}

	/** The lane is gone. */
	close(): void {
		this.#budget.leave(this);
	}
}

/** Bytes set aside for one lease. */
export class Reservation {
	#bytes = 0;
	readonly #change: (bytes: number) => void;
	readonly #end: () => void;
	#ended = false;

	constructor(bytes: number, change: (bytes: number) => void, end: () => void) {
		this.#change = change;
		this.#end = end;
		this.resize(bytes);
	}

	get bytes(): number {
		return this.#bytes;
	}

	/** To what the lease really has. */
	resize(bytes: number): void {
		const change = bytes - this.#bytes;
		this.#bytes = bytes;
		this.#change(change);
	}

	/** Idempotent. */
	release(): void {
		if (!this.#ended) {
			this.#ended = true;
			this.#end();
			this.resize(0);
		}
	}
}

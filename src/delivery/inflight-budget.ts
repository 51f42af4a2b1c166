/** A lane needs this part of the total to be free before it leases more; with nothing in flight it may always have so much. */
const SMALLEST_PART = 64;

/**
 * Bounds the payload bytes that are in leases. Half of the total is divided among the lanes, and nobody else can take a lane's part:
 * peers that never answer leave it to the others. The other half is for whoever needs it, half of that at most for one lane when
 * there are others. A lease may exceed what it reserved by its first segment, so that the largest segment always moves.
 */
export class InflightBudget {
	readonly #totalBytes: number;
	readonly #shares = new Set<InflightShare>();

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
		const left = this.#shares.size > 1 ? this.#leftAmong(share) : this.#totalBytes - share.bytes;
		const least = Math.max(1, Math.floor(this.#totalBytes / SMALLEST_PART));
		if (left >= least) {
			return left;
		}
		return share.reservations === 0 ? least : undefined;
	}

	#leftAmong(share: InflightShare): number {
		const part = Math.floor(this.#totalBytes / 2 / this.#shares.size);
		const common = this.#totalBytes - part * this.#shares.size;
		let taken = 0;
		for (const {bytes} of this.#shares) {
			taken += Math.max(0, bytes - part);
		}
		const mine = Math.max(0, share.bytes - part);
		const left = Math.min(common - taken, Math.floor(common / 2) - mine);
		return Math.max(0, part - share.bytes) + Math.max(0, left);
	}

	/** A share has taken or, below 0, given back so much. */
	changed(bytes: number): void {
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

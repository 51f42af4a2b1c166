import type {MonotonicMs} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';

/**
 * What is known of the peer once something else was sent: `well`, it answered; `broke`, that broke too; `nobody`, there was nothing
 * else to send, and the wait is over.
 */
export type Testimony = 'well' | 'broke' | 'nobody';

/** Drawn when a send begins, and when a wait begins: what was begun later has the larger number. */
export type Ticket = number;

type Waiter = {readonly since: Ticket; readonly end: (testimony: Testimony) => void};

export type WitnessesOptions = {
	readonly clock: Clock;
	/** Something is being sent that may bear witness. */
	isBusy(): boolean;
};

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const MOST_WAITERS = 64;

/** So long after an answer, with no trouble in between, the peer counts as well. */
const FRESH_MS = 2000;

/**
 * What other entries say of the peer. One that breaks alone right after another was answered is to blame. One of which that cannot
 * be said waits here until something begun later is answered, and is sent again at once: that an answer came after it broke
 * proves nothing, for the peer may have recovered in between. While it waits its lease stays open, so that whatever is leased next
 * comes from elsewhere in the queue, and nothing need be written. The more often in a row nothing was answered, the longer it
 * waits, and the more others are tried before none is believed: a run of poisons is passed in the end.
 */
export class Witnesses {
	readonly #options: WitnessesOptions;
	readonly #waiters = new Set<Waiter>();
	#last: Ticket = 0;
	/** Waits in a row that ended without an answer. */
	#vain = 0;
	/** When a send was answered that began after the last trouble. */
	#answeredAt: MonotonicMs | undefined;
	#lastTrouble: Ticket = 0;
	#ended = false;

	constructor(options: WitnessesOptions) {
		this.#options = options;
	}

	get isWaiting(): boolean {
		return this.#waiters.size > 0;
	}

	/** No more may wait: nothing that is known to break is sent until some are done. */
	get isFull(): boolean {
		return this.#waiters.size >= MOST_WAITERS;
	}

	/** Something was answered just now, and nothing has broken since. */
	get peerIsWell(): boolean {
		return this.#answeredAt !== undefined && this.#options.clock.elapsed() - this.#answeredAt <= FRESH_MS;
	}

	ticket(): Ticket {
		this.#last += 1;
		return this.#last;
	}

	/** Resolves when it is known, and after a while in any case. */
	wait(): Promise<Testimony> {
		if (this.#ended) {
			return Promise.resolve('nobody');
		}
		const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#vain);
		return new Promise(resolve => {
			let cancel = () => {};
			const waiter: Waiter = {
				since: this.ticket(),
				end: testimony => {
					cancel();
					this.#waiters.delete(waiter);
					resolve(testimony);
				},
			};
			const arm = () => {
				cancel = this.#options.clock.after(waitMs, () => {
					if (this.#options.isBusy()) {
						arm();
					} else {
						this.#vain += 1;
						this.giveUp();
					}
				});
			};
			this.#waiters.add(waiter);
			arm();
		});
	}

	/** The peer answered for an entry of a send that began with `ticket`. */
	answered(ticket: Ticket): void {
		if (ticket > this.#lastTrouble) {
			this.#answeredAt = this.#options.clock.elapsed();
		}
		this.#vain = 0;
		this.#endAll('well', ({since}) => since < ticket);
	}

	/** Something broke, and nobody was to blame so far. */
	troubled(): void {
		this.#lastTrouble = this.ticket();
		this.#answeredAt = undefined;
	}

	/** Such a send broke. `true` when that is enough: the peer is not well, and nobody's fault. */
	broke(ticket: Ticket): boolean {
		const asked = [...this.#waiters].filter(({since}) => since < ticket);
		if (asked.length === 0 || asked.length < Math.min(MOST_WAITERS, 2 ** this.#vain)) {
			return false;
		}
		this.down();
		return true;
	}

	/** The link or the whole peer is in trouble. */
	down(): void {
		this.troubled();
		if (this.isWaiting) {
			this.#vain += 1;
			this.#endAll('broke', () => true);
		}
	}

	/** Nothing is sent for a while. */
	giveUp(): void {
		this.#endAll('nobody', () => true);
	}

	/** Nothing is sent any more. */
	stop(): void {
		this.#ended = true;
		this.giveUp();
	}

	#endAll(testimony: Testimony, isConcerned: (waiter: Waiter) => boolean): void {
		for (const waiter of [...this.#waiters]) {
			if (isConcerned(waiter)) {
				waiter.end(testimony);
			}
		}
	}
}

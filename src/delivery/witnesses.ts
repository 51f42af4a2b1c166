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
const MOST_WAITERS = 16;

/**
 * An entry that broke alone waits here until something else, begun after it broke, is answered. Meanwhile its lease stays open, so
 * that whatever is leased next comes from elsewhere in the queue, and nothing need be written. The more often in a row nothing was
 * answered, the longer it waits, and the more others are tried before none is believed: a run of poisons is passed in the end.
 */
export class Witnesses {
	readonly #options: WitnessesOptions;
	readonly #waiters = new Set<Waiter>();
	#last: Ticket = 0;
	/** Waits in a row that ended without an answer. */
	#vain = 0;
	#ended = false;

	constructor(options: WitnessesOptions) {
		this.#options = options;
	}

	get isWaiting(): boolean {
		return this.#waiters.size > 0;
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
						waiter.end('nobody');
					}
				});
			};
			this.#waiters.add(waiter);
			arm();
		});
	}

	/** The peer answered for an entry of a send that began with `ticket`. */
	answered(ticket: Ticket): void {
		this.#vain = 0;
		this.#endAll('well', ({since}) => since < ticket);
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

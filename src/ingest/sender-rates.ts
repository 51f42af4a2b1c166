import type {Clock} from '../runtime/clock.js';

/** What a sender may be ahead of its rate: a read of the socket gives as much at once. */
const LEAST_BURST_BYTES = 65_536;
const BURST_SECONDS = 0.1;
/** Above so many senders those that owe nothing are forgotten. */
const MOST_REMEMBERED = 1024;

type Debt = {bytes: number; at: number};

/** Keeps each sender to its bytes per second, however many connections it has: one that is ahead is not read for a while. */
export class SenderRates {
	readonly #clock: Clock;
	readonly #debts = new Map<string, Debt>();
	#bytesPerSecond: number;

	/** 0 = unlimited. */
	constructor(bytesPerSecond: number, clock: Clock) {
		this.#bytesPerSecond = bytesPerSecond;
		this.#clock = clock;
	}

	/** From now on; whoever waits already waits as long as it was told. */
	setRate(bytesPerSecond: number): void {
		this.#bytesPerSecond = bytesPerSecond;
	}

	/** Accounts for bytes that were read, and says for how many ms no more are to be read. */
	spend(sender: string, bytes: number): number {
		const rate = this.#bytesPerSecond;
		if (rate === 0) {
			return 0;
		}
		const debt = this.#debtOf(sender);
		debt.bytes += bytes;
		const burst = Math.max(LEAST_BURST_BYTES, rate * BURST_SECONDS);
		return Math.max(0, ((debt.bytes - burst) * 1000) / rate);
	}

	/** As it stands now. */
	#debtOf(sender: string): Debt {
		const known = this.#debts.get(sender);
		if (known !== undefined) {
			return this.#paidDown(known);
		}
		if (this.#debts.size >= MOST_REMEMBERED) {
			this.#forgetWhoOwesNothing();
		}
		const debt = {bytes: 0, at: this.#clock.elapsed()};
		this.#debts.set(sender, debt);
		return debt;
	}

	#paidDown(debt: Debt): Debt {
		const now = this.#clock.elapsed();
		debt.bytes = Math.max(0, debt.bytes - ((now - debt.at) * this.#bytesPerSecond) / 1000);
		debt.at = now;
		return debt;
	}

	#forgetWhoOwesNothing(): void {
		for (const [sender, debt] of this.#debts) {
			if (this.#paidDown(debt).bytes === 0) {
				this.#debts.delete(sender);
			}
		}
	}
}

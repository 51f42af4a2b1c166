import type {Clock} from '../runtime/clock.js';

/** Of one matter, within one span; what comes beyond is one line at the end of the span. */
const MOST_LINES = 6;
const SPAN_MS = 600_000;

type Write = (unsaid: number) => void;
type Matter = {said: number; unsaid: number; last: Write | undefined; cancel: () => void};

/** Keeps what happens again and again from filling the log. The last of what was not said is said in the end, with how many there were. */
export class SparingLines {
	readonly #clock: Clock;
	readonly #matters = new Map<string, Matter>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Calls `write` now, or later if nothing newer of the same matter comes until then. */
	say(about: string, write: Write): void {
		const known = this.#matters.get(about);
		if (known === undefined) {
			this.#begin(about, write, 0);
		} else if (known.said < MOST_LINES) {
			known.said += 1;
			write(0);
		} else {
			known.unsaid += 1;
			known.last = write;
		}
	}

	/** Says what was not said yet. */
	stop(): void {
		for (const {unsaid, last, cancel} of this.#matters.values()) {
			cancel();
			last?.(unsaid - 1);
		}
		this.#matters.clear();
	}

	#begin(about: string, write: Write, unsaid: number): void {
		const cancel = this.#clock.after(SPAN_MS, () => this.#endSpan(about));
		this.#matters.set(about, {said: 1, unsaid: 0, last: undefined, cancel});
		write(unsaid);
	}

	#endSpan(about: string): void {
		const matter = this.#matters.get(about);
		this.#matters.delete(about);
		if (matter?.last !== undefined) {
			this.#begin(about, matter.last, matter.unsaid - 1);
			// It has not stopped: the next span says one line.
			const next = this.#matters.get(about);
			if (next !== undefined) {
				next.said = MOST_LINES;
			}
		}
	}
}

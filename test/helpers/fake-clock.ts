import type {EpochMs, MonotonicMs} from '../../src/outbound/units.js';
import type {Clock} from '../../src/runtime/clock.js';

type Alarm = {readonly at: number; readonly callback: () => void};

/** Time stands still until the test moves it. The wall can be set apart from the monotonic time by `jump`. */
export class FakeClock implements Clock {
	#elapsed = 1000;
	#wallOffset: number;
	#alarms: Alarm[] = [];

	constructor(start = 1_750_000_000_000) {
		this.#wallOffset = start - this.#elapsed;
	}

	now(): EpochMs {
		return (this.#wallOffset + this.#elapsed) as EpochMs;
	}

	elapsed(): MonotonicMs {
		return this.#elapsed as MonotonicMs;
	}

	after(delayMs: number, callback: () => void): () => void {
		const alarm = {at: this.#elapsed + Math.max(0, delayMs), callback};
		this.#alarms = [...this.#alarms, alarm].sort((a, b) => a.at - b.at);
		return () => {
			this.#alarms = this.#alarms.filter(other => other !== alarm);
		};
	}

	/** Moves both clocks on and fires what became due, in order. */
	advance(ms: number): void {
		const end = this.#elapsed + ms;
		for (let next = this.#alarms[0]; next !== undefined && next.at <= end; next = this.#alarms[0]) {
			this.#alarms.shift();
			this.#elapsed = next.at;
			next.callback();
		}
		this.#elapsed = end;
	}

	/** Moves the wall clock alone, as NTP or an operator would. */
	jump(ms: number): void {
		this.#wallOffset += ms;
	}
}

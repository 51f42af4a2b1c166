import type {MonotonicMs} from '../outbound/units.js';
import type {Clock} from '../runtime/clock.js';
import {Alarm} from './alarm.js';
import {
	afterInterruption,
	afterTrouble,
	afterWaiting,
	afterWell,
	carries,
	type LinkPolicy,
	type LinkState,
	UNKNOWN_LINK,
} from './link-state.js';
import type {LinkChange} from './observer.js';
import {type ProbeResult, Prober} from './prober.js';
import type {Transport} from './transport.js';

export type LaneLinkOptions = {
	readonly transport: Transport;
	readonly clock: Clock;
	readonly policy: LinkPolicy & {readonly outagePolicy: 'hold' | 'count'};
	onChange(change: LinkChange): void;
	/** A probe has written so much. */
	onProbeBytes(bytes: number): void;
	/** It is worth to look again: a backoff is over, or a probe was answered. */
	onReady(): void;
};

export type LinkTrouble = {
	readonly message: string;
	/** When the attempt that failed was begun. */
	readonly begunAt: MonotonicMs;
	readonly retryAfterMs?: number;
};

/** The link of one lane: keeps the time of its state and asks the probes. */
export class LaneLink {
	readonly #options: LaneLinkOptions;
	readonly #prober: Prober;
	readonly #backoffOver: Alarm;
	#state: LinkState = UNKNOWN_LINK;
	#consecutiveFailures = 0;
	#stopped = false;

	constructor(options: LaneLinkOptions) {
		this.#options = options;
		this.#prober = new Prober(options.transport, options.clock, options.onProbeBytes);
		this.#backoffOver = new Alarm(options.clock, () => options.onReady());
	}

	get state(): LinkState {
		return this.#state;
	}

	/** Leases may be sent. */
	get carries(): boolean {
		return carries(this.#state);
	}

	/** Troubles since the link was last well. */
	get consecutiveFailures(): number {
		return this.#consecutiveFailures;
	}

	/** Something waits for a link that does not carry: starts the probe once the backoff is over. */
	wake(): void {
		const {clock, policy} = this.#options;
		const waited = afterWaiting(this.#state, clock.elapsed());
		if (waited === this.#state || this.#stopped) {
			return;
		}
		if (policy.outagePolicy === 'count') {
			// Here the segments pay for the outage: what is sent next is the probe.
			this.#become(afterWell(waited, clock.elapsed()));
			this.#options.onReady();
			return;
		}
		this.#become(waited);
		void this.#probe();
	}

	/** The peer answered a request. */
	well(): void {
		this.#consecutiveFailures = 0;
		this.#become(afterWell(this.#state, this.#options.clock.elapsed()));
	}

	trouble({message, begunAt, retryAfterMs}: LinkTrouble): void {
		const {clock, policy} = this.#options;
		this.#consecutiveFailures += 1;
		const now = clock.elapsed();
		const trouble = {now, begunAt, ...(retryAfterMs === undefined ? {} : {retryAfterMs})};
		this.#become(afterTrouble(this.#state, trouble, policy), message);
	}

	/** Asks the peer whether it is well, whatever the state; the state stays. */
	async prove(): Promise<ProbeResult> {
		return this.#prober.ask();
	}

	/** The link may not be used for a while: a probe under way is ended, and tells nothing. */
	interrupt(): void {
		this.#prober.interrupt();
	}

	/** Ends probes and timers. Idempotent. */
	stop(): void {
		this.#stopped = true;
		this.#backoffOver.clear();
		this.#prober.stop();
	}

	async #probe(): Promise<void> {
		const begunAt = this.#options.clock.elapsed();
		const outcome = await this.#prober.ask();
		if (this.#stopped) {
			return;
		}
		switch (outcome.kind) {
			case 'well':
				this.well();
				this.#options.onReady();
				break;
			case 'interrupted':
				// Whoever has closed the lane says so; the link is as it was.
				this.#state = afterInterruption(this.#state, this.#options.clock.elapsed());
				break;
			case 'down':
				this.trouble({...outcome, begunAt});
		}
	}

	#become(state: LinkState, message?: string): void {
		const former = this.#state;
		this.#state = state;
		if (state === former || this.#stopped) {
			return;
		}
		const retryInMs = state.kind === 'backoff' ? state.until - this.#options.clock.elapsed() : undefined;
		if (retryInMs === undefined) {
			this.#backoffOver.clear();
		} else {
			this.#backoffOver.set(retryInMs);
		}
		if (state.kind !== former.kind) {
			this.#options.onChange({from: former.kind, to: state.kind, message, retryInMs});
		}
	}
}

import type {MonotonicMs} from '../outbound/units.js';
import type {LaneVerdict} from './judge.js';
import {LaneLink, type LaneLinkOptions} from './lane-link.js';
import type {LinkState} from './link-state.js';
import {
	afterAnswer,
	afterBreak,
	afterLoneBreak,
	doubtsPeer,
	isSearching,
	type Suspicion,
	UNSUSPECTED,
} from './suspects.js';
import type {ProbeOutcome} from './transport.js';

/** The request that a verdict is about. */
export type JudgedRequest = {
	readonly entryCount: number;
	/** When it was handed to the transport. */
	readonly begunAt: MonotonicMs;
	/** It was sent to find the entry that breaks requests. */
	readonly searching: boolean;
};

/** What a lane believes of its link, its peer and the entries at the head of its queue. */
export class LaneHealth {
	readonly #link: LaneLink;
	#suspicion: Suspicion = UNSUSPECTED;
	#inquiries = 0;

	constructor(options: LaneLinkOptions) {
		this.#link = new LaneLink(options);
	}

	get link(): LinkState {
		return this.#link.state;
	}

	/** Troubles of the link since it was last well. */
	get consecutiveFailures(): number {
		return this.#link.consecutiveFailures;
	}

	get suspicion(): Suspicion {
		return this.#suspicion;
	}

	/** Leases are kept short and sent one at a time. */
	get isSearching(): boolean {
		return isSearching(this.#suspicion);
	}

	/** Request after request breaks and none is answered, whatever the peer says to a probe. */
	get doubtsPeer(): boolean {
		return doubtsPeer(this.#suspicion);
	}

	/** The peer is being asked whether a broken request was its own fault; nothing is sent meanwhile. */
	get isInquiring(): boolean {
		return this.#inquiries > 0;
	}

	/** Leases may be sent. */
	get carries(): boolean {
		return this.#link.carries && !this.isInquiring;
	}

	/** Something waits for a link that does not carry: probes it when it is time. */
	wake(): void {
		this.#link.wake();
	}

	/** Asks the peer whether it is well. */
	async inquire(): Promise<ProbeOutcome> {
		this.#inquiries += 1;
		try {
			return await this.#link.prove();
		} finally {
			this.#inquiries -= 1;
		}
	}

	/** `true` when things have changed so that what is leased and not begun must go back. */
	apply(verdict: LaneVerdict, request: JudgedRequest): boolean {
		switch (verdict.kind) {
			case 'none':
				return false;
			case 'well':
				this.#link.well();
				if (request.searching || !this.isSearching) {
					this.#suspicion = afterAnswer(this.#suspicion, request.entryCount);
				}
				return false;
			case 'down':
				this.#link.trouble({...verdict, begunAt: request.begunAt});
				return true;
			case 'suspects': {
				const sent = request.searching ? 'searching' : 'usual';
				this.#suspicion = afterBreak(this.#suspicion, request.entryCount, sent);
				return true;
			}
			case 'lone_break':
				if (this.doubtsPeer) {
					this.#link.trouble({...verdict, begunAt: request.begunAt});
				}
				this.#suspicion = afterLoneBreak(this.#suspicion);
				return true;
		}
	}

	/** Ends probes and timers. Idempotent. */
	stop(): void {
		this.#link.stop();
	}
}

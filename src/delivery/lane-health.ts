import type {MonotonicMs} from '../outbound/units.js';
import type {Lease} from '../storage/store.js';
import type {LaneVerdict, Proof} from './judge.js';
import {LaneLink, type LaneLinkOptions} from './lane-link.js';
import type {LinkState} from './link-state.js';
import type {ProbeResult} from './prober.js';
import {
	afterAnswer,
	afterBreak,
	afterLoneBreak,
	afterNothingLeft,
	afterPartTaken,
	afterVain,
	doubtsPeer,
	isSearching,
	type SuspectSet,
	type Suspicion,
	UNSUSPECTED,
} from './suspects.js';
import {Witnesses} from './witnesses.js';

/** The request that a verdict is about. */
export type JudgedRequest = {
	readonly lease: Lease;
	/** When it was handed to the transport. */
	readonly begunAt: MonotonicMs;
	/** Where it was taken from to find the entry that breaks requests; `undefined` for a usual lease. */
	readonly suspects: SuspectSet | undefined;
};

export type LaneHealthOptions = LaneLinkOptions & {
	/** Something is being sent. */
	isBusy(): boolean;
	/** Nothing is to be sent: no witness will come, and nothing that waits for one may keep its lease. */
	isResting(): boolean;
};

/** How long an entry is kept aside with which alone the peer went down. */
const FIRST_ASIDE_MS = 30_000;
const LONGEST_ASIDE_MS = 600_000;

/** What a lane believes of its link, its peer and the entries that break requests. */
export class LaneHealth {
	readonly witnesses: Witnesses;
	readonly #link: LaneLink;
	readonly #options: LaneHealthOptions;
	readonly #aside = new Set<() => void>();
	#suspicion: Suspicion = UNSUSPECTED;
	#inquiries = 0;
	/** Times in a row that the peer went down with one entry alone. */
	#lonelyFalls = 0;
	#stopped = false;

	constructor(options: LaneHealthOptions) {
		this.#options = options;
		this.#link = new LaneLink(options);
		this.witnesses = new Witnesses(options);
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

	/** It is being looked for an entry that breaks requests. */
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
	async inquire(): Promise<ProbeResult> {
		this.#inquiries += 1;
		try {
			return await this.#link.prove();
		} finally {
			this.#inquiries -= 1;
		}
	}

	/** Waits until something else says more of the peer; `message` is of what broke. */
	async testimony(message: string): Promise<Proof> {
		if (this.#options.isResting()) {
			return {kind: 'unclear'};
		}
		this.#options.onReady();
		const testimony = await this.witnesses.wait();
		return testimony === 'broke' ? {kind: 'unproven', message} : {kind: 'unclear'};
	}

	/** A part of `set` was leased. */
	partTaken(set: SuspectSet): void {
		this.#suspicion = afterPartTaken(this.#suspicion, set);
	}

	/** Nothing of `set` waits any more. */
	nothingLeft(set: SuspectSet): void {
		this.#suspicion = afterNothingLeft(this.#suspicion, set);
	}

	/** `true` when things have changed so that what is leased and not begun must go back. */
	apply(verdict: LaneVerdict, {lease, begunAt, suspects}: JudgedRequest): boolean {
		const searching = suspects !== undefined;
		switch (verdict.kind) {
			case 'none':
				this.#suspectStill(lease, suspects);
				return false;
			case 'well':
				this.#link.well();
				this.#suspicion = afterAnswer(this.#suspicion);
				if (searching && lease.entryCount === 1) {
					this.#lonelyFalls = 0;
				}
				return false;
			case 'down':
				this.#link.trouble({...verdict, begunAt});
				this.witnesses.down();
				if (verdict.broke === undefined) {
					this.#suspectStill(lease, suspects);
				} else if (verdict.aside === undefined) {
					this.#suspicion = afterBreak(this.#suspicion, {lease, searching, ...verdict.broke}, 'down');
				}
				return true;
			case 'suspects':
				this.witnesses.troubled();
				this.#suspicion = afterBreak(this.#suspicion, {lease, searching, ...verdict.broke}, 'well');
				return false;
			case 'lone_break':
				this.#suspicion = afterLoneBreak(this.#suspicion);
				return false;
		}
	}

	/**
	 * Waits until an entry with which alone the peer went down may be sent again; it is a suspect then, and sent with nothing beside
	 * it. The wait begins at half a minute and doubles.
	 */
	async keepAside(lease: Lease): Promise<void> {
		const waitMs = Math.min(LONGEST_ASIDE_MS, FIRST_ASIDE_MS * 2 ** this.#lonelyFalls);
		this.#lonelyFalls += 1;
		await new Promise<void>(resolve => {
			if (this.#stopped || this.#options.isResting()) {
				resolve();
				return;
			}
			const end = () => {
				cancel();
				this.#aside.delete(end);
				resolve();
			};
			const cancel = this.#options.clock.after(waitMs, end);
			this.#aside.add(end);
		});
		const broke = {lease, entries: 1, requests: 'shared', searching: true} as const;
		this.#suspicion = afterBreak(this.#suspicion, broke, 'down');
	}

	#suspectStill(lease: Lease, suspects: SuspectSet | undefined): void {
		if (suspects !== undefined) {
			this.#suspicion = afterVain(this.#suspicion, lease, suspects);
		}
	}

	/** What waits aside goes back: nothing is sent for a while. */
	letGo(): void {
		this.witnesses.giveUp();
		for (const end of [...this.#aside]) {
			end();
		}
	}

	/** The same, and a probe under way is ended: nothing may leave at all. */
	interrupt(): void {
		this.#link.interrupt();
		this.letGo();
	}

	/** Ends probes and timers. Idempotent. */
	stop(): void {
		this.#stopped = true;
		this.#link.stop();
		this.witnesses.stop();
		this.letGo();
	}
}

import type {EpochMs} from '../outbound/units.js';
import type {QuotaUse} from '../storage/store.js';
import {type BandwidthLimiter, suspends} from './bandwidth-limiter.js';
import type {Goodput} from './goodput.js';

export type Limits = {
	/** 0 = unlimited. */
	readonly bytesPerSecond: number;
	/** Per rolling 24 hours; 0 = unlimited. */
	readonly dailyQuotaBytes: number;
};

export type BandwidthState = {
	/** Neither a rate nor a quota. */
	readonly unlimited: boolean;
	readonly bytesPerSecond: number;
	readonly dailyQuotaBytes: number;
	/** Let through of late, headers and retries included. */
	readonly wireBytesPerSecondNow: number;
	/** Below 0 while a debt is paid off; `undefined` without a rate. */
	readonly availableTokens: number | undefined;
	/** `undefined` without a rate. */
	readonly burstBytes: number | undefined;
	/** Of the last 24 hours, with what is being sent now at its most. */
	readonly dailyUsedBytes: number;
	/** When the quota is spent at the pace of the last hour; `undefined`: not within a day. */
	readonly quotaExhaustedAt: EpochMs | undefined;
	/** Of a quota that is spent: when some of it returns. */
	readonly quotaReturnsAt: EpochMs | undefined;
	/** Sends that had to wait for tokens, since the start. */
	readonly throttleCount: number;
	/** Times a lane had to wait for budget, and records buried as `QUOTA`; both outlive restarts. */
	readonly quotaDeferCount: number;
	readonly quotaDropCount: number;
	/** `window`: the rate is that of the window that is open. */
	readonly source: 'file' | 'window' | 'override';
};

/** The limits of one peer, or the total: the file's figures, each hidden by one set live, and the limiter that keeps the rate. */
export class Limit {
	readonly limiter: BandwidthLimiter;
	/** What goes over the wire. */
	readonly pace: Goodput;
	readonly #use: () => QuotaUse;
	#file: Limits;
	#override: Partial<Limits> | undefined;
	#windowRate = 0;
	#heldBack = 0;

	constructor(
		{limiter, pace}: Pick<Limit, 'limiter' | 'pace'>,
		use: () => QuotaUse,
		file: Limits,
		override: Partial<Limits> | undefined,
	) {
		this.limiter = limiter;
		this.pace = pace;
		this.#use = use;
		this.#file = file;
		this.#override = override;
		this.#apply();
	}

	get override(): Partial<Limits> | undefined {
		return this.#override;
	}

	/** Bytes per second in force; 0 = unlimited. */
	get rate(): number {
		return this.#inForce.bytesPerSecond;
	}

	/** Bytes of any 24 hours; 0 = unlimited. */
	get dailyQuotaBytes(): number {
		return this.#inForce.dailyQuotaBytes;
	}

	/** It limits something, or was set live so that it does not. */
	get isSet(): boolean {
		return this.#override !== undefined || !this.#isUnlimited;
	}

	/** Counts a delivery that did not begin, if it is this limit that suspends. */
	heldBack(): void {
		this.#heldBack += suspends(this.rate) ? 1 : 0;
	}

	setOverride(override: Partial<Limits> | undefined): void {
		this.#override = override;
		this.#apply();
	}

	reload(file: Limits): void {
		this.#file = file;
		this.#apply();
	}

	/** Of the window that is open: takes the place of the file's rate, if it is above 0. */
	setWindowRate(bytesPerSecond: number): 'changed' | 'same' {
		if (bytesPerSecond === this.#windowRate) {
			return 'same';
		}
		this.#windowRate = bytesPerSecond;
		this.#apply();
		return 'changed';
	}

	state(): BandwidthState {
		const {availableTokens, burstBytes, throttleCount} = this.limiter.state();
		const use = this.#use();
		return {
			...this.#inForce,
			unlimited: this.#isUnlimited,
			wireBytesPerSecondNow: Math.max(0, this.pace.bytesPerSecond),
			availableTokens,
			burstBytes,
			dailyUsedBytes: use.usedBytes,
			quotaExhaustedAt: use.exhaustedAt,
			quotaReturnsAt: use.returnsAt,
			throttleCount: throttleCount + this.#heldBack,
			quotaDeferCount: use.deferCount,
			quotaDropCount: use.dropCount,
			source: this.#source,
		};
	}

	get #source(): BandwidthState['source'] {
		if (this.#override !== undefined) {
			return 'override';
		}
		return this.#windowRate > 0 ? 'window' : 'file';
	}

	get #isUnlimited(): boolean {
		const {bytesPerSecond, dailyQuotaBytes} = this.#inForce;
		return bytesPerSecond === 0 && dailyQuotaBytes === 0;
	}

	get #inForce(): Limits {
		const window = this.#windowRate > 0 ? {bytesPerSecond: this.#windowRate} : {};
		return {...this.#file, ...window, ...this.#override};
	}

	#apply(): void {
		this.limiter.setRate(this.rate);
	}
}

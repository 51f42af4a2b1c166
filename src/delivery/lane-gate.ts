import type {ServiceOrder} from '../storage/store.js';
import {Alarm} from './alarm.js';
import {CatchUp} from './catch-up.js';
import type {LaneHealth} from './lane-health.js';
import type {LaneOptions} from './lane-options.js';
import type {LaneWindows} from './lane-windows.js';

export type LaneGateOptions = Pick<LaneOptions, 'peer' | 'store' | 'pacer' | 'clock' | 'catchUp'> & {
	readonly health: LaneHealth;
	readonly windows: LaneWindows;
	/** Some of a daily quota that was spent has returned. */
	onBudget(): void;
};

/** All that may keep a lane from sending: an order, its windows, the rate, the daily quota, the link. */
export class LaneGate {
	readonly #options: LaneGateOptions;
	readonly #catchUp: CatchUp;
	readonly #budgetReturns: Alarm;

	constructor(options: LaneGateOptions) {
		this.#options = options;
		this.#catchUp = new CatchUp(options.catchUp, options.store);
		this.#budgetReturns = new Alarm(options.clock, () => options.onBudget());
	}

	/** In which what waits is to be leased. */
	get order(): ServiceOrder {
		return this.#catchUp.order;
	}

	/** Asked before a lease is taken and before it is sent. `isStopped`: an order is in the way. */
	mayPass(isStopped: boolean): boolean {
		const mayPass = !isStopped && this.#options.windows.look() && this.#carries();
		this.#catchUp.note(mayPass);
		return mayPass;
	}

	/** Ends the timer. Idempotent. */
	stop(): void {
		this.#budgetReturns.clear();
	}

	/** Wakes the link when that alone is in the way. */
	#carries(): boolean {
		const {store, peer, pacer, health} = this.#options;
		if (health.carries && !pacer.suspended()) {
			return true;
		}
		const {scheduled, failed, held} = store.depth(peer.no);
		if (scheduled + failed > held) {
			const spentMs = store.quota.spentForMs(peer.no);
			if (pacer.suspended()) {
				pacer.heldBack();
			} else if (spentMs === undefined) {
				health.wake();
			} else {
				this.#budgetReturns.set(spentMs); // A probe costs too.
			}
		}
		return false;
	}
}

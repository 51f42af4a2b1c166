import type {Settlement} from '../storage/store.js';
import type {Delivery} from './delivery.js';
import type {LaneHealth} from './lane-health.js';
import type {LaneLeases} from './lane-leases.js';
import type {LaneOptions} from './lane-options.js';
import type {LaneRecord} from './lane-record.js';
import type {LaneTrouble} from './observer.js';
import {settleLease} from './settle-lease.js';
import type {SendOutcome} from './transport.js';
import {weigh} from './weigh.js';

export type LaneOutcomesOptions = Pick<
	LaneOptions,
	'peer' | 'store' | 'clock' | 'transport' | 'policy' | 'observer'
> & {
	readonly health: LaneHealth;
	readonly leases: LaneLeases;
	readonly record: LaneRecord;
	/** Things have changed so that what is leased and not begun must go back. */
	onTurn(): void;
	onSettled(): void;
	onTrouble(trouble: LaneTrouble): void;
};

const RELEASE_ALL: Settlement = {acked: [], exceptions: []};
const NEVER_SENT: SendOutcome = {kind: 'unsent', bytesSent: 0};

/** What becomes of a delivery: its outcome is judged, the lane's health follows from it, and the lease is settled. */
export class LaneOutcomes {
	readonly #options: LaneOutcomesOptions;
	readonly #giveUp = new AbortController();

	constructor(options: LaneOutcomesOptions) {
		this.#options = options;
	}

	/** Resolves when it is settled. */
	async conclude(delivery: Delivery, outcome: SendOutcome): Promise<void> {
		const {policy, transport, health, record, onTurn, onTrouble} = this.#options;
		const weighed = await weigh(delivery, outcome, {health, policy, proves: transport.proves});
		const {settlement, verdict, changed} = weighed;
		if ('message' in verdict) {
			record.failed(verdict.message);
		}
		if (verdict.kind === 'suspects') {
			const message = `${verdict.broke.entries} suspects: ${verdict.message}`;
			onTrouble({kind: 'suspects', message});
		}
		if (changed) {
			onTurn();
		}
		if (verdict.kind === 'down' && verdict.aside) {
			delivery.stepAside();
			await health.keepAside(delivery.lease);
		}
		await this.#settle(delivery, settlement, outcome);
	}

	/** Nothing of it has left: it goes back as it was. */
	release(delivery: Delivery): Promise<void> {
		return this.#settle(delivery, RELEASE_ALL, NEVER_SENT);
	}

	/** What the store cannot write now is left to the next start. */
	giveUp(): void {
		this.#giveUp.abort();
	}

	async #settle(delivery: Delivery, settlement: Settlement, outcome: SendOutcome): Promise<void> {
		const {peer, store, clock, observer, leases, record, onSettled, onTrouble} = this.#options;
		const {lease} = delivery;
		const written = await settleLease(
			lease,
			{...settlement, bytesSent: outcome.bytesSent},
			{
				store,
				clock,
				giveUp: this.#giveUp.signal,
				onFailure: error => onTrouble({kind: 'settle_failed', message: error.message, error}),
			},
		);
		leases.end(delivery);
		if (written === 'settled') {
			const acked = record.settled(lease, settlement);
			const tookMs = clock.elapsed() - delivery.leasedAt;
			observer.settled(peer.id, {lease, settlement, outcome, acked, tookMs});
		} else if (written === 'gone') {
			const message = `Lease ${lease.leaseNo} was gone when it was to be settled`;
			onTrouble({kind: 'lease_gone', message});
		}
		onSettled();
	}
}

import {EdgedError} from '../outbound/errors.js';
import type {PeerNo} from '../outbound/units.js';
import type {Background} from '../runtime/background.js';
import type {Lease, StoreQuota} from '../storage/store.js';

/** Charged at a time to a lease that comes to more than it was charged. */
const STEP_BYTES = 65_536;

/** Charges a lane's daily quotas for what its leases do not: requests that are sent once more, probes, what leaves too late. */
export class QuotaMeter {
	readonly #quota: Pick<StoreQuota, 'chargeMore' | 'note'>;
	readonly #peer: PeerNo;
	readonly #background: Background;
	/** Could not be written yet. */
	#owed = 0;

	constructor(quota: Pick<StoreQuota, 'chargeMore' | 'note'>, peer: PeerNo, background: Background) {
		this.#quota = quota;
		this.#peer = peer;
		this.#background = background;
	}

	/** How many bytes more `lease` may come to, at least `bytes`, durably charged; 0 when the quotas or the disk do not allow it. */
	async more(lease: Lease, bytes: number): Promise<number> {
		try {
			for (const wanted of [bytes + STEP_BYTES, bytes]) {
				if (await this.#quota.chargeMore(lease, wanted)) {
					return wanted;
				}
			}
		} catch (error) {
			if (!(error instanceof EdgedError)) {
				throw error;
			}
		}
		return 0;
	}

	/** Bytes have left that belong to no open lease. */
	note(bytes: number): void {
		this.#owed += bytes;
		if (this.#owed > 0) {
			this.#background.run(() => this.#pay());
		}
	}

	async #pay(): Promise<void> {
		const bytes = this.#owed;
		this.#owed = 0;
		try {
			if (bytes > 0) {
				await this.#quota.note(this.#peer, bytes);
			}
		} catch (error) {
			this.#owed += bytes; // With the next.
			if (!(error instanceof EdgedError)) {
				throw error;
			}
		}
	}
}

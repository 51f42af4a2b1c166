import type {ClassNo} from '../outbound/priorities.js';
import type {PeerNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import type {QuotaBook} from './quota-book.js';
import {affordable, chargeOf} from './quota-charge.js';
import type {WireOverhead} from './store.js';

/** What one lease that is being put together comes to, held to what the daily quotas leave. */
export class Purse {
	readonly #quota: QuotaBook;
	readonly #peer: PeerNo;
	readonly #overhead: WireOverhead;
	readonly #isLimited: boolean;
	#paid: number;

	constructor(quota: QuotaBook, peer: PeerNo, overhead: WireOverhead) {
		this.#quota = quota;
		this.#peer = peer;
		this.#overhead = overhead;
		this.#isLimited = quota.isLimited(peer);
		this.#paid = overhead.perLease;
	}

	/** Charges the first of `bits` that can be paid for, and gives them back; `bits` itself when all are. */
	pay(table: BlockTable, classNo: ClassNo, bits: Bits): Bits {
		const payable = this.#isLimited ? affordable(table, bits, this.#left(classNo), this.#overhead) : bits;
		this.#paid += chargeOf(table, payable, this.#overhead);
		return payable;
	}

	get paid(): number {
		return this.#paid;
	}

	#left(classNo: ClassNo): number {
		return this.#quota.room(this.#peer, classNo).now - this.#paid;
	}
}

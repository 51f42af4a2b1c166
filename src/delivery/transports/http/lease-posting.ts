import type {Lease, LeasedEntry, LeasedPayloads} from '../../../storage/store.js';
import type {EntryTrouble, LinkTrouble, SendContext, SendOutcome} from '../../transport.js';
import {UNREADABLE} from '../lease-frame.js';
import {rangesOf} from '../ranges.js';
import {untilAborted} from '../until-aborted.js';
import type {EntryFate} from './judge-entry.js';
import type {Turns} from './turns.js';

/** The request for one entry, but for its body. */
export type PreparedPost = {
	/** On the wire, head and body. */
	readonly byteLength: number;
	/** Never throws. `paced`: what the context has allowed already. */
	post(payload: Uint8Array, context: SendContext, paced: number): Promise<PostedEntry>;
};
export type PostedEntry = {readonly fate: EntryFate; readonly bytesSent: number};

/**
 * One lease as one request a segment, several at a time. They are begun in order; the answers come as they come. After trouble of
 * the link, and after a request that broke, no more are begun: the outcome does not name them.
 */
export class LeasePosting {
	readonly #prepare: (entry: LeasedEntry) => PreparedPost;
	readonly #turns: Turns;
	readonly #context: SendContext;
	readonly #underWay: Array<Promise<void>> = [];
	readonly #acked: number[] = [];
	readonly #troubles: EntryTrouble[] = [];
	#linkTrouble: LinkTrouble | undefined;
	#goesOn = true;
	#wasCutOff = false;
	#bytesSent = 0;

	constructor(prepare: (entry: LeasedEntry) => PreparedPost, turns: Turns, context: SendContext) {
		this.#prepare = prepare;
		this.#turns = turns;
		this.#context = context;
	}

	/** Once. */
	async run(lease: Lease, payloads: LeasedPayloads): Promise<SendOutcome> {
		try {
			for (let index = 0; index < lease.entryCount && this.#goesOn; index++) {
				await this.#begin(lease.entry(index), payloads);
			}
		} finally {
			await Promise.all(this.#underWay);
		}
		return this.#outcome();
	}

	/** Resolves when the next may follow. */
	async #begin(entry: LeasedEntry, payloads: LeasedPayloads): Promise<void> {
		const giveBack = await this.#turns.take(this.#context.signal);
		if (giveBack === undefined) {
			this.#goesOn = false;
			return;
		}
		let posting: Promise<void> | undefined;
		try {
			const post = await this.#cleared(entry, payloads);
			posting = post && this.#conclude(entry.index, post()).finally(giveBack);
		} finally {
			if (posting === undefined) {
				giveBack();
			} else {
				this.#underWay.push(posting);
			}
		}
	}

	/** A payload is read only when its turn has come, so that no more are in memory than requests are under way, and one. */
	async #cleared(
		entry: LeasedEntry,
		payloads: LeasedPayloads,
	): Promise<(() => Promise<PostedEntry>) | undefined> {
		if (!this.#goesOn) {
			return undefined; // Something happened while it waited for its turn.
		}
		const payload = payloads.read(entry.index);
		if (typeof payload === 'string') {
			this.#troubles.push({index: entry.index, kind: payload, message: UNREADABLE[payload]});
			return undefined;
		}
		const {byteLength, post} = this.#prepare(entry);
		const paced = await untilAborted(this.#context.pace(byteLength), this.#context.signal);
		if (paced === undefined || !this.#goesOn) {
			this.#context.wrote(0, paced ?? 0);
			return undefined;
		}
		return () => post(payload, this.#context, paced);
	}

	async #conclude(index: number, posting: Promise<PostedEntry>): Promise<void> {
		const {fate, bytesSent} = await posting;
		this.#bytesSent += bytesSent;
		switch (fate.kind) {
			case 'acked':
				this.#acked.push(index);
				break;
			case 'rejected':
				this.#troubles.push({index, ...fate});
				break;
			case 'broken':
				this.#goesOn = false;
				this.#troubles.push({index, ...fate});
				break;
			case 'lane':
				this.#goesOn = false;
				this.#linkTrouble = worseOf(this.#linkTrouble, fate.trouble);
				break;
			case 'ended':
				this.#goesOn = false;
				this.#wasCutOff ||= fate.hadBegun;
				break;
		}
	}

	#outcome(): SendOutcome {
		const bytesSent = this.#bytesSent;
		if (this.#acked.length > 0 || this.#troubles.length > 0) {
			return {
				kind: 'answered',
				acked: rangesOf(this.#acked.sort((a, b) => a - b)),
				troubles: this.#troubles.sort((a, b) => a.index - b.index),
				bytesSent,
				...(this.#linkTrouble && {endedBy: this.#linkTrouble}),
			};
		}
		if (this.#linkTrouble !== undefined) {
			return {kind: 'link_down', ...this.#linkTrouble, bytesSent};
		}
		return this.#wasCutOff
			? {kind: 'broken', cause: 'reset', message: 'The send was ended', bytesSent}
			: {kind: 'unsent', bytesSent};
	}
}

/** The first, unless the other asks for more patience. */
const worseOf = (first: LinkTrouble | undefined, other: LinkTrouble): LinkTrouble =>
	first === undefined || (other.retryAfterMs ?? 0) > (first.retryAfterMs ?? 0) ? other : first;

import type {AgeMs, BlockNo, EpochMs, PeerNo} from '../outbound/units.js';
import {put} from './atomically.js';
import type {StoredAttempt} from './attempts-row.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import type {CounterChanges} from './counters.js';
import type {StoreHandles} from './handles.js';
import {SPAN_BLOCKS, TIMER} from './layout.js';
import {decodeSettled, emptySettled, encodeSettled, encodeSpan, type SettledRow} from './settled-row.js';

/**
 * Inside a body: writes the proofs of one settlement. Whole blocks that went through at the first attempt share span rows; anything
 * else has a settled row of its block. With `ackedRetentionMs` 0 whole blocks leave none.
 */
export class ProofWriter {
	readonly #handles: StoreHandles;
	readonly #peer: PeerNo;
	readonly #leasedAt: EpochMs;
	readonly #settledAt: EpochMs;
	readonly #settledAge: AgeMs;
	readonly #changes: CounterChanges;
	readonly #whole: BlockNo[] = [];

	constructor(handles: StoreHandles, peer: PeerNo, leasedAt: EpochMs, changes: CounterChanges) {
		this.#handles = handles;
		this.#changes = changes;
		this.#peer = peer;
		this.#leasedAt = leasedAt;
		this.#settledAt = handles.clock.now();
		this.#settledAge = handles.age.now();
	}

	/** `history` is `undefined` for records that never left the happy path. */
	acked(table: BlockTable, bits: Bits, history: readonly StoredAttempt[] | undefined): void {
		if (history === undefined && bits.isFull()) {
			if (this.#handles.settings.ackedRetentionMs === 0) {
				this.#changes.add(this.#peer, 'ackedExpired', table.count);
			} else {
				this.#whole.push(table.block);
			}
			return;
		}
		this.#merge(table, row => ({
			...row,
			acked: row.acked.or(bits),
			histories: history === undefined ? row.histories : [...row.histories, {bits, attempts: history}],
		}));
	}

	/** The proof that an operator removed the records; kept even when proofs of delivery are not, until the block goes. */
	purged(table: BlockTable, bits: Bits): void {
		this.#merge(table, row => ({...row, purged: row.purged.or(bits)}));
	}

	/** Writes the spans. Call once, last. */
	write(): void {
		const blocks = this.#whole.sort((a, b) => a - b);
		for (let at = 0; at < blocks.length; ) {
			const first = blocks[at] as BlockNo;
			const members: number[] = [];
			for (; at < blocks.length && (blocks[at] as BlockNo) - first < SPAN_BLOCKS; at++) {
				members.push((blocks[at] as BlockNo) - first);
			}
			const size = (members.at(-1) ?? 0) + 1;
			this.#span(first, Bits.of(size, ...members));
		}
	}

	#span(first: BlockNo, blocks: Bits): void {
		const {env, settings} = this.#handles;
		const row = {leasedAt: this.#leasedAt, settledAt: this.#settledAt, settledAge: this.#settledAge, blocks};
		put(env.spans, [this.#peer, first], encodeSpan(row));
		put(env.timers, [this.#settledAge + settings.ackedRetentionMs, TIMER.spanProof, first, this.#peer]);
	}

	#merge(table: BlockTable, change: (row: SettledRow) => SettledRow): void {
		const {env, settings} = this.#handles;
		const key = [this.#peer, table.block];
		const saved = env.settled.get(key);
		const row = saved === undefined ? emptySettled(table.count) : decodeSettled(saved);
		const times = {leasedAt: this.#leasedAt, settledAt: this.#settledAt, settledAge: this.#settledAge};
		put(env.settled, key, encodeSettled({...change(row), ...times}));
		if (saved === undefined) {
			put(env.timers, [this.#settledAge + settings.ackedRetentionMs, TIMER.proof, table.block, this.#peer]);
		}
	}
}

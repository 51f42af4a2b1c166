import type {AgeMs, BlockNo, EpochMs, PeerNo} from '../outbound/units.js';
import {put} from './atomically.js';
import type {StoredAttempt} from './attempts-row.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import type {CounterChanges} from './counters.js';
import type {StoreHandles} from './handles.js';
import {SPAN_BLOCKS, TIMER} from './layout.js';
import {
	decodeSettled,
	emptySettled,
	encodeSettled,
	encodeSpan,
	type SettledRow,
	type SpanFate,
} from './settled-row.js';

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
	readonly #whole: Record<SpanFate, BlockNo[]> = {acked: [], satisfied: []};

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
				this.#whole.acked.push(table.block);
			}
			return;
		}
		this.#merge(table, row => ({
			...row,
			acked: row.acked.or(bits),
			histories: history === undefined ? row.histories : [...row.histories, {bits, attempts: history}],
		}));
	}

	/** `mayBeAnswered`: some of it was being sent, and a late answer belongs into its history. */
	satisfied(
		table: BlockTable,
		bits: Bits,
		{attempts, mayBeAnswered}: {readonly attempts: readonly StoredAttempt[]; readonly mayBeAnswered: boolean},
	): void {
		if (bits.isFull() && attempts.length === 0 && !mayBeAnswered) {
			if (this.#handles.settings.ackedRetentionMs === 0) {
				this.#changes.add(this.#peer, 'satisfiedExpired', table.count);
			} else {
				this.#whole.satisfied.push(table.block);
			}
			return;
		}
		this.#merge(table, row => ({
			...row,
			satisfied: row.satisfied.or(bits),
			histories: attempts.length === 0 ? row.histories : [...row.histories, {bits, attempts}],
		}));
	}

	/** The proof that an operator removed the records; kept even when proofs of delivery are not, until the block goes. */
	purged(table: BlockTable, bits: Bits): void {
		this.#merge(table, row => ({...row, purged: row.purged.or(bits)}));
	}

	/** Writes the spans. Call once, last. */
	write(): void {
		this.#spans('acked');
		this.#spans('satisfied');
	}

	#spans(fate: SpanFate): void {
		const blocks = this.#whole[fate].sort((a, b) => a - b);
		for (let at = 0; at < blocks.length; ) {
			const first = blocks[at] as BlockNo;
			const members: number[] = [];
			for (; at < blocks.length && (blocks[at] as BlockNo) - first < SPAN_BLOCKS; at++) {
				members.push((blocks[at] as BlockNo) - first);
			}
			const size = (members.at(-1) ?? 0) + 1;
			this.#span(fate, first, Bits.of(size, ...members));
		}
	}

	#span(fate: SpanFate, first: BlockNo, blocks: Bits): void {
		const {env, settings} = this.#handles;
		const row = {
			fate,
			leasedAt: this.#leasedAt,
			settledAt: this.#settledAt,
			settledAge: this.#settledAge,
			blocks,
		};
		put(env.spans, [this.#peer, first], encodeSpan(row));
		put(env.timers, [this.#settledAge + settings.ackedRetentionMs, TIMER.spanProof, first, this.#peer]);
	}

	get #times(): Pick<SettledRow, 'leasedAt' | 'settledAt'> {
		return {leasedAt: this.#leasedAt, settledAt: this.#settledAt};
	}

	#merge(table: BlockTable, change: (row: SettledRow) => SettledRow): void {
		const {env, settings} = this.#handles;
		const key = [this.#peer, table.block];
		const saved = env.settled.get(key);
		const row = saved === undefined ? emptySettled(table.count) : decodeSettled(saved);
		const settledAge = this.#settledAge;
		const changed = change(row);
		// The times are those of the latest acknowledgement, as long as there is one.
		const times = changed.acked.equals(row.acked) && !row.acked.isEmpty() ? row : this.#times;
		const {leasedAt, settledAt} = times;
		put(env.settled, key, encodeSettled({...changed, leasedAt, settledAt, settledAge}));
		if (saved === undefined) {
			put(env.timers, [this.#settledAge + settings.ackedRetentionMs, TIMER.proof, table.block, this.#peer]);
		}
	}
}

import {EdgedError} from '../../outbound/errors.js';
import type {RelayTarget} from '../../outbound/rollback.js';
import type {Clock} from '../../runtime/clock.js';
import {pendingItems, type RollbackItem, type RollbackRow, readRollbackRow} from './rollback-row.js';

export type RollbackBookOptions = {
	readonly store: {readSetting(name: string): unknown};
	readonly clock: Pick<Clock, 'now'>;
	/** Eight hexadecimal digits that nobody can guess twice. */
	random(): string;
};

/** So many are remembered. What has nothing left to undo is forgotten first, then the oldest. */
export const MOST_ROLLBACKS = 32;

/** What a rollback is from its beginning. */
export type Beginning = Pick<RollbackRow, 'target' | 'strategy' | 'peer' | 'segment' | 'operator' | 'reason'>;

/** The rollbacks that are remembered, in the store under a setting each. Writing them is up to who acts, in the same commit. */
export class RollbackBook {
	readonly #options: RollbackBookOptions;
	readonly #slots: Array<RollbackRow | undefined>;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(options: RollbackBookOptions) {
		this.#options = options;
		this.#slots = Array.from({length: MOST_ROLLBACKS}, (_, slot) =>
			readRollbackRow(options.store.readSetting(slotName(slot))),
		);
	}

	/** One after the other: each sees what the one before has left. */
	inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
		const acted = this.#turn.then(act);
		this.#turn = acted.catch(() => undefined);
		return acted;
	}

	/** A row with an id of its own, in which nothing was changed yet. */
	begin(beginning: Beginning): RollbackRow {
		const {clock, random} = this.#options;
		const executedAt = clock.now();
		const id = `rb-${executedAt.toString(32).padStart(9, '0')}-${random()}`;
		const seq = Math.max(0, ...this.#kept().map(row => row.seq)) + 1;
		return {...beginning, seq, id, executedAt, items: [], undoneAt: null};
	}

	/** What has to be written with the act, so that the row is there when and only when the act is done. */
	settings(row: RollbackRow): ReadonlyMap<string, unknown> {
		return new Map([[slotName(this.#slotOf(row)), row]]);
	}

	/** It is written. */
	keep(row: RollbackRow): void {
		this.#slots[this.#slotOf(row)] = row;
	}

	/** The newest first. */
	list(target?: RelayTarget): readonly RollbackRow[] {
		return this.#kept()
			.filter(row => target === undefined || row.target === target)
			.sort((one, other) => other.seq - one.seq);
	}

	/** Throws `NOT_FOUND`. */
	find(id: string): RollbackRow {
		const row = this.#kept().find(kept => kept.id === id);
		if (row === undefined) {
			throw new EdgedError(
				'NOT_FOUND',
				`No rollback is called ${id}; the last ${MOST_ROLLBACKS} are remembered: edgectl rollback preview --target relay_suspend`,
				{rollback_id: id},
			);
		}
		return row;
	}

	/** A later one that is not undone and has changed the same. */
	laterThan({seq}: RollbackRow, item: RollbackItem): RollbackRow | undefined {
		return this.list().find(
			row =>
				row.seq > seq &&
				pendingItems(row).some(other => other.kind === item.kind && other.peer === item.peer),
		);
	}

	#kept(): readonly RollbackRow[] {
		return this.#slots.filter(row => row !== undefined);
	}

	/** Where it is, or is to be. */
	#slotOf({id}: RollbackRow): number {
		const own = this.#slots.findIndex(row => row?.id === id);
		const empty = own < 0 ? this.#slots.indexOf(undefined) : own;
		if (empty >= 0) {
			return empty;
		}
		const kept = this.#kept();
		const spent = kept.filter(row => pendingItems(row).length === 0);
		const [oldest] = [...(spent.length > 0 ? spent : kept)].sort((one, other) => one.seq - other.seq);
		return this.#slots.indexOf(oldest);
	}
}

const slotName = (slot: number): string => `rollback:${slot}`;

import type {OutboundStore} from '../../storage/store.js';
import {coalesced} from './coalesced.js';
import {actSetting, JOURNAL_SETTING, type JournalRow, type NotedAct} from './journal-row.js';

/** `open`: begun. `late`: over, and waits to be written. */
type Phase = 'open' | 'late';

/**
 * The acts that are not in the trail yet, and their rows in the store. A write has only what has changed since the last one, and all
 * of it in one commit with the row of the journal; any number of acts at the same time share one.
 */
export class NotedActs {
	readonly #acts = new Map<
		number,
		{readonly event: NotedAct; readonly phase: Phase; readonly chars: number}
	>();
	/** Whose rows in the store are not as they should be. */
	#changed = new Set<number>();
	#lateCount = 0;
	#chars = 0;

	/** Resolves when the store has what was so at the call. */
	readonly save: () => Promise<void>;

	/** `journalRow`: as it is to be written with the acts. */
	constructor(store: Pick<OutboundStore, 'writeSettings'>, journalRow: () => JournalRow) {
		this.save = coalesced(() => this.#write(store, journalRow()));
	}

	get lateCount(): number {
		return this.#lateCount;
	}

	/** Characters of JSON, of all. */
	get chars(): number {
		return this.#chars;
	}

	get late(): NotedAct[] {
		return [...this.#acts.values()].filter(({phase}) => phase === 'late').map(({event}) => event);
	}

	put(phase: Phase, event: NotedAct): void {
		this.drop(event.act);
		const chars = JSON.stringify(event).length;
		this.#acts.set(event.act, {event, phase, chars});
		this.#chars += chars;
		this.#lateCount += phase === 'late' ? 1 : 0;
	}

	/** It is in the trail, or nothing came of it. The row goes with the next write. */
	drop(act: number): void {
		this.#changed.add(act);
		const noted = this.#acts.get(act);
		if (noted !== undefined) {
			this.#acts.delete(act);
			this.#chars -= noted.chars;
			this.#lateCount -= noted.phase === 'late' ? 1 : 0;
		}
	}

	async #write(store: Pick<OutboundStore, 'writeSettings'>, row: JournalRow): Promise<void> {
		const changed = this.#changed;
		this.#changed = new Set();
		const settings = new Map<string, unknown>([[JOURNAL_SETTING, row]]);
		for (const act of changed) {
			settings.set(actSetting(act), this.#acts.get(act)?.event);
		}
		try {
			await store.writeSettings(settings);
		} catch (error) {
			this.#changed = new Set([...changed, ...this.#changed]);
			throw error;
		}
	}
}

export const CHANGES_BY_HAND = ['moved', 'expired', 'reprioritised', 'held', 'released'] as const;
export type ChangeByHand = (typeof CHANGES_BY_HAND)[number];

/** How many waiting records operators have changed since the start, and how. */
export class ChangedByHand {
	readonly #counts = new Map<ChangeByHand, number>();

	add(change: ChangeByHand, records: number): void {
		this.#counts.set(change, this.of(change) + records);
	}

	of(change: ChangeByHand): number {
		return this.#counts.get(change) ?? 0;
	}
}

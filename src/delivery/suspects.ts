/**
 * The search for the entry that breaks requests. A request that broke while the peer is well makes its entries suspects: they go
 * back to the head of the queue, and the leases that follow are kept to half of what is suspected and sent one at a time. A
 * break says that the culprit is in that half, an answer that it is in the rest; so one poison among n stands alone after
 * log2(n) requests. Only what breaks alone is charged, and with that it leaves the head of the queue.
 */
export type Suspicion = {
	/** Entries at the head of the queue, at least one of which breaks requests; 0 when nothing is suspected. */
	readonly suspects: number;
	/** Entries charged one after the other without any answer in between. */
	readonly loneBreaks: number;
};

export const UNSUSPECTED: Suspicion = {suspects: 0, loneBreaks: 0};

/** With so many, a peer is not believed any more when it says to a probe that it is well. */
const LONE_BREAKS_DOUBTED = 2;

export const isSearching = ({suspects}: Suspicion): boolean => suspects > 0;

/** The most entries the next lease may have. */
export const suspectWindow = ({suspects}: Suspicion): number =>
	suspects === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(suspects / 2));

/** One entry after the other breaks alone and none is answered: from the next on the lane backs off and nobody is buried. */
export const doubtsPeer = ({loneBreaks}: Suspicion): boolean => loneBreaks >= LONE_BREAKS_DOUBTED;

/** A request of `count` entries broke. `searching`: it was sent to find the culprit. `usual`: it was not. */
export const afterBreak = (
	{suspects, loneBreaks}: Suspicion,
	count: number,
	sent: 'searching' | 'usual',
): Suspicion => ({suspects: sent === 'searching' ? count : suspects + count, loneBreaks});

/** A request of `count` entries was answered, whatever the answer: they are cleared. */
export const afterAnswer = ({suspects}: Suspicion, count: number): Suspicion =>
	suspects <= count ? UNSUSPECTED : {suspects: suspects - count, loneBreaks: 0};

/** One entry broke alone and was charged. What else was suspected with it is tried as usual again. */
export const afterLoneBreak = ({loneBreaks}: Suspicion): Suspicion => ({
	suspects: 0,
	loneBreaks: loneBreaks + 1,
});

import type {Lease} from '../storage/store.js';

/**
 * The search for the entries that break requests. A request that broke leaves a set of suspects: its lease, which was released.
 * What of it waits is sent again in 32 parts, one at a time, beside the rest of the queue. A part that is answered is cleared and
 * delivered; one that breaks is a set of its own, searched first. So each poison stands alone after two breaks among 1,024
 * entries and three among 4,096 (by 128, 4 and 1), and a neighbour is sent four times at most, however many poisons there are.
 * Only what breaks alone may be charged.
 */
export type SuspectSet = {
	readonly lease: Lease;
	/** Entries that may have broken it. */
	readonly suspects: number;
	/** The most entries that are sent together. */
	readonly part: number;
	/** How many parts are still to be sent; what is left then is suspected no more. */
	readonly parts: number;
	/** The peer went down with them: while one is sent, nothing else is. */
	readonly apart: boolean;
};

export type Suspicion = {
	/** The first is searched. */
	readonly sets: readonly SuspectSet[];
	/** Entries that broke alone, one after the other, and nothing was answered in between. */
	readonly loneBreaks: number;
};

export const UNSUSPECTED: Suspicion = {sets: [], loneBreaks: 0};

/** A request that broke, or of which entries broke. */
export type Break = {
	readonly lease: Lease;
	readonly entries: number;
	/** `shared`: the entries were in one request. `own`: each had its own, in order; what follows them was not begun. */
	readonly requests: 'shared' | 'own';
	/** It was sent to find the culprit. */
	readonly searching: boolean;
};

/** Answered requests cost nothing, broken ones may each cost a time-out: so many parts, and few breaks. */
const PARTS = 32;
/** With so many lone breaks, a peer is not believed any more when it says to a probe that it is well. */
const LONE_BREAKS_DOUBTED = 2;
/** With so many sets, only suspects are sent: hardly anything is answered. */
const MOST_SETS = 12;

export const isSearching = ({sets}: Suspicion): boolean => sets.length > 0;

/** Among how many entries the next culprit is. */
export const suspectCount = ({sets}: Suspicion): number => sets[0]?.suspects ?? 0;

/** Suspects must be sent with nothing beside them. */
export const isApart = ({sets}: Suspicion): boolean => sets.some(({apart}) => apart);

/** What is not suspected may be sent meanwhile. */
export const mayServeOthers = (suspicion: Suspicion): boolean =>
	!isApart(suspicion) && suspicion.sets.length < MOST_SETS;

/** One entry after the other breaks alone and none is answered: the peer's word does not prove it well. */
export const doubtsPeer = ({loneBreaks}: Suspicion): boolean => loneBreaks >= LONE_BREAKS_DOUBTED;

/** `down`: the peer went down with it, which may be chance; then the whole is tried once more before it is cut. */
export const afterBreak = ({sets, loneBreaks}: Suspicion, broke: Break, peer: 'well' | 'down'): Suspicion => {
	const {lease, entries, requests, searching} = broke;
	const isShared = requests === 'shared';
	const isFirst = peer === 'down' && !searching;
	const part = isFirst ? entries : isShared ? Math.ceil(entries / PARTS) : 1;
	const parts = isShared ? Number.POSITIVE_INFINITY : Math.ceil(entries / part);
	const set = {lease, suspects: entries, part, parts, apart: peer === 'down'};
	return {sets: searching ? [set, ...sets] : [...sets, set], loneBreaks};
};

/** What was leased to find the culprit came back, and nothing is known of it: it is suspected as before. */
export const afterVain = ({sets, loneBreaks}: Suspicion, lease: Lease, former: SuspectSet): Suspicion => {
	const entries = lease.entryCount;
	const set = {lease, suspects: entries, part: entries, parts: Number.POSITIVE_INFINITY, apart: former.apart};
	return {sets: [set, ...sets], loneBreaks};
};

/** A part of `set` is being sent. */
export const afterPartTaken = ({sets, loneBreaks}: Suspicion, set: SuspectSet): Suspicion => ({
	sets: sets.flatMap(other =>
		other === set ? (set.parts <= 1 ? [] : [{...set, parts: set.parts - 1}]) : [other],
	),
	loneBreaks,
});

/** Nothing of `set` waits any more. */
export const afterNothingLeft = ({sets, loneBreaks}: Suspicion, set: SuspectSet): Suspicion => ({
	sets: sets.filter(other => other !== set),
	loneBreaks,
});

/** The peer answered for a segment, whatever the answer. */
export const afterAnswer = (suspicion: Suspicion): Suspicion =>
	suspicion.loneBreaks === 0 ? suspicion : {...suspicion, loneBreaks: 0};

/** One entry broke alone and was charged. */
export const afterLoneBreak = ({sets, loneBreaks}: Suspicion): Suspicion => ({
	sets,
	loneBreaks: loneBreaks + 1,
});

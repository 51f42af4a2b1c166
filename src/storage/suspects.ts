import type {Candidate} from './candidates.js';
import type {StoreHandles} from './handles.js';
import type {LeaseWindow} from './store.js';

/**
 * What was being sent when the daemon crashed by itself may be why. Crash by crash it is leased in smaller sizes, so that what is
 * innocent gets through, until one record is sent alone: from then on each crash counts against it. The suspicion is a step in
 * this list, kept with the record; whatever happens to it but another crash ends it.
 */
const SIZES = [128, 16, 2, 1];
/** The record is sent alone, and no other that is sent alone at the same time: a crash is nobody else's. */
export const ALONE = SIZES.length;

export const suspicionOf = (candidate: Candidate): number =>
	candidate.kind === 'due' ? (candidate.row.suspicion ?? 0) : 0;

/** After one more crash. */
export const moreSuspicious = (suspicion: number): number => Math.min(ALONE, suspicion + 1);

export const windowFor = (suspicion: number, window: LeaseWindow): LeaseWindow => {
	const most = SIZES[suspicion - 1];
	return most === undefined ? window : {...window, maxEntries: Math.min(window.maxEntries, most)};
};

/** Is a suspect of any peer being sent alone? */
export const isOneAlone = ({overlays}: StoreHandles): boolean =>
	[...overlays.values()].some(overlay => overlay.hasAlone);

import type {BlockNo, PeerNo} from '../outbound/units.js';
import {atomically, put, remove} from './atomically.js';
import type {CounterChanges} from './counters.js';
import type {StoreHandles} from './handles.js';
import {END, TIMER} from './layout.js';
import {blocksAStep, expireOrphan, expireProof, expireSpan, forgetIds, type TimerWork} from './retention.js';

/** Timers whose rows only retain: what goes first when space is short. */
const RETAINING = {
	[TIMER.spanProof]: (work: TimerWork, a: number, b: number) => expireSpan(work, a as BlockNo, b as PeerNo),
	[TIMER.proof]: (work: TimerWork, a: number, b: number) => expireProof(work, a as BlockNo, b as PeerNo),
	[TIMER.orphan]: (work: TimerWork, a: number) => expireOrphan(work, a as BlockNo),
	[TIMER.ids]: (work: TimerWork, a: number) => forgetIds(work, a as BlockNo),
} as const;
type RetainingKind = keyof typeof RETAINING;
type RetainingTimer = [at: number, kind: RetainingKind, a: number, b: number];
/** What is to be let go. */
export type Shedding = 'all' | 'ids';
const KINDS: Readonly<Record<Shedding, readonly RetainingKind[]>> = {
	all: Object.keys(RETAINING).map(Number) as RetainingKind[],
	ids: [TIMER.ids],
};

/** Done with in one commit, and looked at for it: what is not yet done with comes first when much still waits. */
const SHED_TIMERS = 64;
const SHED_LOOKS = 512;
/** Timers looked at in one step, so that it stays short when few of them retain. */
const MAX_EXAMINED = 10_000;
/** Steps of one call that find all to be needed still. */
const MAX_VAIN_STEPS = 4;

/**
 * Lets the oldest proofs, orphans and remembered ids, or ids alone, go before their time. `false` when there was nothing to let go as
 * far as this call has looked; the next goes on behind that, so that what is needed hides nothing for long.
 */
export const shed = async (handles: StoreHandles, what: Shedding): Promise<boolean> => {
	for (let step = 0; step < MAX_VAIN_STEPS; step++) {
		const {timers, last} = look(handles, what);
		const hasShed =
			timers.length > 0 &&
			(await atomically(handles, changes => letGo(handles, changes, look(handles, what).timers)));
		if (hasShed) {
			return true;
		}
		if (last === undefined) {
			handles.shedFrom.delete(what);
			return false;
		}
		handles.shedFrom.set(what, last);
	}
	return false;
};

/** Inside a body. `true` when something went. */
const letGo = (
	handles: StoreHandles,
	changes: CounterChanges,
	timers: readonly RetainingTimer[],
): boolean => {
	const work = {handles, changes, early: true, budget: blocksAStep()};
	let done = 0;
	for (const [at, kind, a, b] of timers) {
		remove(handles.env.timers, [at, kind, a, b]);
		const result = RETAINING[kind](work, a, b);
		if (result === 'unfinished') {
			put(handles.env.timers, [at, kind, a, b]);
			return true;
		}
		if (result !== 'done') {
			put(handles.env.timers, [result.again, kind, a, b]);
		} else if (++done === SHED_TIMERS) {
			break;
		}
	}
	return done > 0;
};

/** `last`: where the look ended; `undefined` when it came to the end of all timers. */
type Look = {readonly timers: readonly RetainingTimer[]; readonly last: readonly number[] | undefined};

const look = ({env, shedFrom}: StoreHandles, what: Shedding): Look => {
	const timers: RetainingTimer[] = [];
	const start = [...(shedFrom.get(what) ?? [0])];
	let examined = 0;
	for (const key of env.timers.getKeys({start, end: [END]})) {
		const timer = key as RetainingTimer;
		if (KINDS[what].includes(timer[1])) {
			timers.push(timer);
		}
		if (timers.length === SHED_LOOKS || ++examined === MAX_EXAMINED) {
			return {timers, last: timer};
		}
	}
	return {timers, last: undefined};
};

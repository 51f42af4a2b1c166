import type {BlockNo, PeerNo} from '../outbound/units.js';
import {atomically, put, remove} from './atomically.js';
import {counter, STORE_COUNTERS} from './counters.js';
import {expireBlock} from './expire.js';
import type {StoreHandles} from './handles.js';
import {END, TIMER} from './layout.js';
import {
	blocksAStep,
	expireOrphan,
	expireProof,
	expireSpan,
	forgetIds,
	forgetOrigin,
	type TimerResult,
	type TimerWork,
} from './retention.js';
import {satisfyLate} from './satisfy-late.js';
import {shed} from './shed.js';
import {thin} from './thin.js';
import {isAboveWatermark} from './watermark.js';

type TimerKey = [at: number, kind: number, a: number, b: number];

/** Timers worked off in one commit. */
const STEP = 64;
/** However little is timed: so often the wall clock is looked after. */
const LONGEST_PAUSE_MS = 60_000;

/** See `OutboundStore.tend`. */
export const tend = async (handles: StoreHandles): Promise<boolean> => {
	if (dueTimers(handles).length > 0) {
		await atomically(handles, changes => {
			const budget = blocksAStep();
			for (const key of dueTimers(handles)) {
				const [, kind, a, b] = key;
				const result = fire({handles, changes, early: false, budget}, kind, a, b);
				if (result === 'unfinished') {
					return;
				}
				remove(handles.env.timers, key);
				if (result !== 'done') {
					put(handles.env.timers, [Math.max(result.again, handles.age.now() + 1), kind, a, b]);
				}
			}
		});
	}
	if (handles.age.wallJump() !== 0) {
		// The next start measures the time it was down by the wall clock: it must not measure this jump too.
		await atomically(handles, () => undefined);
	}
	const satisfied = await satisfyLate(handles);
	await handles.room.refill();
	const madeRoom = isAboveWatermark(handles) && ((await shed(handles, 'all')) || (await thin(handles)));
	const forgot = hasTooManyIds(handles) && (await shed(handles, 'ids'));
	return satisfied || madeRoom || forgot || dueTimers(handles).length > 0;
};

const hasTooManyIds = ({counters, settings}: StoreHandles): boolean =>
	counter(counters.get(STORE_COUNTERS), 'ids') > settings.dedupMaxEntries;

const dueTimers = ({env, age}: StoreHandles): readonly TimerKey[] => {
	const keys: TimerKey[] = [];
	for (const {key} of env.timers.getRange({start: [0], end: [age.now(), END], limit: STEP})) {
		keys.push(key as TimerKey);
	}
	return keys;
};

const fire = (work: TimerWork, kind: number, a: number, b: number): TimerResult => {
	switch (kind) {
		case TIMER.expiry:
			return expireBlock(work, a as BlockNo);
		case TIMER.proof:
			return expireProof(work, a as BlockNo, b as PeerNo);
		case TIMER.spanProof:
			return expireSpan(work, a as BlockNo, b as PeerNo);
		case TIMER.orphan:
			return expireOrphan(work, a as BlockNo);
		case TIMER.ids:
			return forgetIds(work, a as BlockNo);
		case TIMER.origins:
			return forgetOrigin(work, a, b);
		default:
			// Of a later edged: kept for it.
			return {again: work.handles.age.now() + 86_400_000};
	}
};

/** See `OutboundStore.nextTendInMs`. */
export const nextTendInMs = (handles: StoreHandles): number => {
	for (const {key} of handles.env.timers.getRange({start: [0], end: [END], limit: 1})) {
		return Math.min(LONGEST_PAUSE_MS, Math.max(0, (key as TimerKey)[0] - handles.age.now()));
	}
	return LONGEST_PAUSE_MS;
};

import type {EpochMs} from '../outbound/units.js';

/** Slower than this nothing moves, and no end can be foretold. */
const STANDSTILL = 1;
/** Headers, framing and retries are not taken to be more than half of what is on the wire. */
const LEAST_SHARE = 0.5;

export type EtaFacts = {
	/** Payload bytes that have not left yet; without a rate, that were not acknowledged yet. */
	readonly leftBytes: number;
	/** Payload a second that was acknowledged, over some seconds. */
	readonly acknowledgedNow: number;
	/** Bytes a second on the wire; 0 where no rate paces them. */
	readonly wireNow: number;
	readonly now: EpochMs;
	/** When quotas will be spent at the present pace. */
	readonly quotaEnds: ReadonlyArray<EpochMs | undefined>;
};

/**
 * Seconds until a queue is empty at the present pace; `undefined` when nothing moves, or when a quota ends before. A large segment on a
 * slow link is acknowledged once in minutes: between two acknowledgements the wire tells better.
 */
export const etaSeconds = ({
	leftBytes,
	acknowledgedNow,
	wireNow,
	now,
	quotaEnds,
}: EtaFacts): number | undefined => {
	const isPlausible = acknowledgedNow >= wireNow * LEAST_SHARE && acknowledgedNow <= wireNow;
	const pace = wireNow < STANDSTILL || isPlausible ? acknowledgedNow : wireNow;
	if (pace < STANDSTILL) {
		return undefined;
	}
	const seconds = Math.max(0, leftBytes) / pace;
	return quotaEnds.some(end => end !== undefined && end < now + seconds * 1000) ? undefined : seconds;
};

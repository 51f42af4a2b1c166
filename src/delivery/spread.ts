/** FNV-1a, 32 bit: offset basis and prime. */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const TWO_TO_32 = 2 ** 32;

/**
 * `delayMs`, shortened by up to a half: the same every time for the same words, different for others. A fleet that lost its hub
 * at one moment does not return at one moment, and a retry still can be foretold.
 */
export const spreadDelay = (delayMs: number, ...words: readonly string[]): number =>
	delayMs * (1 - fractionOf(words) / 2);

/** A hub with 10,000 devices meets 170 of them a second when a window opens. */
const LONGEST_SPREAD_MS = 60_000;
/** Of the time that a window is open. */
const PART_OF_WINDOW = 0.1;

/** How long after its windows a lane opens, by the shortest of them: a fleet with one time-table does not come at one instant. */
export const openingDelay = (shortestWindowMs: number, ...words: readonly string[]): number =>
	Math.floor(Math.min(LONGEST_SPREAD_MS, shortestWindowMs * PART_OF_WINDOW) * fractionOf(words));

/**
 * At least `askedMs`, and up to a half longer, at most a minute: a peer that is overloaded or being serviced asks all its senders
 * for the same patience.
 */
export const spreadPatience = (askedMs: number, ...words: readonly string[]): number =>
	askedMs + Math.min(LONGEST_SPREAD_MS, askedMs / 2) * fractionOf(words);

/** Evenly spread over [0, 1). */
const fractionOf = (words: readonly string[]): number => {
	let hash = FNV_BASIS;
	for (const word of words) {
		for (let at = 0; at < word.length; at++) {
			hash = Math.imul(hash ^ word.charCodeAt(at), FNV_PRIME);
		}
		hash = Math.imul(hash ^ 0xff, FNV_PRIME); // Between words, so that ab|c is not a|bc.
	}
	// FNV alone leaves the high bits of similar words similar (murmur3's finaliser).
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return ((hash ^ (hash >>> 16)) >>> 0) / TWO_TO_32;
};

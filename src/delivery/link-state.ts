import type {PeerId} from '../outbound/names.js';
import type {MonotonicMs} from '../outbound/units.js';
import {spreadDelay, spreadPatience} from './spread.js';

/**
 * What a lane believes of its link. Pure: the lane keeps the time and calls.
 *
 *   unknown --trouble--> backoff --waited--> probing --well--> up --trouble--> backoff
 *      \------well-----------------------------------> up        probing --trouble--> backoff (level + 1)
 *
 * `level` counts troubles in a row: each doubles the backoff. It survives `up` and falls back to 0 only when an attempt that
 * began `stableMs` after the link came up is the next to fail, so a link that flaps keeps backing off further.
 */
export type LinkState =
	/** Nothing was tried yet. */
	| {readonly kind: 'unknown'; readonly level: 0}
	| {readonly kind: 'up'; readonly level: number; readonly since: MonotonicMs}
	| {readonly kind: 'backoff'; readonly level: number; readonly until: MonotonicMs}
	/** One small question is under way. */
	| {readonly kind: 'probing'; readonly level: number; readonly since: MonotonicMs};

export type LinkPolicy = {
	/** The link must have been good for so long before trouble counts as the first again. */
	readonly stableMs: number;
	readonly nodeId: string;
	readonly peerId: PeerId;
};

export type Trouble = {
	readonly now: MonotonicMs;
	/** When the attempt that failed was begun. */
	readonly begunAt: MonotonicMs;
	readonly retryAfterMs?: number;
};

export const UNKNOWN_LINK: LinkState = {kind: 'unknown', level: 0};

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;
/** A peer may ask for patience, not for ever: a wrong date in its `Retry-After` must not silence a lane for a day. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** May leases be sent? */
export const carries = (link: LinkState): boolean => link.kind === 'up' || link.kind === 'unknown';

/** The peer answered. While backing off only time counts: an answer that was under way when trouble came proves nothing new. */
export const afterWell = (link: LinkState, now: MonotonicMs): LinkState =>
	link.kind === 'unknown' || link.kind === 'probing' ? {kind: 'up', level: link.level, since: now} : link;

/** The link or the whole peer failed. Of many requests that fail together only the first raises the level. */
export const afterTrouble = (link: LinkState, trouble: Trouble, policy: LinkPolicy): LinkState => {
	const asked = patience(trouble, policy);
	if (link.kind === 'backoff') {
		return {...link, until: Math.max(link.until, trouble.now + asked) as MonotonicMs};
	}
	if (link.kind !== 'unknown' && trouble.begunAt < link.since && asked === 0) {
		return link; // Of a time before the link came up, or before the question that is under way.
	}
	const wasStable = link.kind === 'up' && trouble.begunAt - link.since >= policy.stableMs;
	const level = (wasStable ? 0 : link.level) + 1;
	const waitMs = Math.max(asked, backoffMs(level, policy));
	return {kind: 'backoff', level, until: (trouble.now + waitMs) as MonotonicMs};
};

/** Time has passed: a backoff that is over becomes a probe, anything else stays. */
export const afterWaiting = (link: LinkState, now: MonotonicMs): LinkState =>
	link.kind === 'backoff' && now >= link.until ? {kind: 'probing', level: link.level, since: now} : link;

/** The probe under way was given up, and is due again at once. */
export const afterInterruption = (link: LinkState, now: MonotonicMs): LinkState =>
	link.kind === 'probing' ? {kind: 'backoff', level: link.level, until: now} : link;

const patience = ({retryAfterMs = 0}: Trouble, {nodeId, peerId}: LinkPolicy): number =>
	spreadPatience(Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS), nodeId, peerId);

const backoffMs = (level: number, {nodeId, peerId}: LinkPolicy): number =>
	spreadDelay(Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (level - 1)), nodeId, peerId);

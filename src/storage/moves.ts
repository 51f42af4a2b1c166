import {DEADLETTER_REASONS, type DeadletterReason} from '../outbound/attempts.js';
import type {StateName} from '../outbound/transitions.js';
import type {PeerNo} from '../outbound/units.js';
import {type CounterRow, counter, deadCounter, STORE_COUNTERS} from './counters.js';

/** What one commit has done to the records of one peer. */
export type Move = {
	/** `undefined`: newly enqueued. */
	readonly from: MovedState | undefined;
	/** `undefined`: purged, or moved to another peer. */
	readonly to: MovedState | undefined;
	/** Of what was buried. */
	readonly reason: DeadletterReason | undefined;
	readonly count: number;
};
export type MovedState = Exclude<StateName, 'abandoned'>;

const STATES = ['inflight', 'scheduled', 'failed', 'deadletter', 'acked', 'satisfied'] as const;

export type MoveListener = (peer: PeerNo, moves: readonly Move[]) => void;

/** `rows` are what one commit has added to the counters, by peer. */
export const tellMoves = (rows: ReadonlyMap<PeerNo, CounterRow>, listener: MoveListener): void => {
	for (const [peer, change] of rows) {
		const moves = peer === STORE_COUNTERS ? [] : movesOf(change);
		if (moves.length > 0) {
			listener(peer, moves);
		}
	}
};

/**
 * The moves that explain how the counters of a peer have changed in one commit. One commit is one verb, so what went down and
 * what went up belong together; the order of the states decides where it could be told in two ways.
 */
const movesOf = (change: CounterRow): readonly Move[] => {
	const losses = STATES.map(from => ({from, left: -counter(change, from)})).filter(({left}) => left > 0);
	const moves: Move[] = [];
	for (const {to, reason, count} of gainsOf(change)) {
		let missing = count;
		for (const loss of losses) {
			const moved = Math.min(loss.left, missing);
			if (moved > 0) {
				moves.push({from: loss.from, to, reason, count: moved});
				loss.left -= moved;
				missing -= moved;
			}
		}
		if (missing > 0) {
			moves.push({from: undefined, to, reason, count: missing});
		}
	}
	for (const {from, left} of losses) {
		if (left > 0) {
			moves.push({from, to: undefined, reason: undefined, count: left});
		}
	}
	return moves;
};

type Gain = Omit<Move, 'from'> & {readonly to: MovedState};

/** Deadletters apart by reason. */
const gainsOf = (change: CounterRow): readonly Gain[] =>
	STATES.flatMap((to): readonly Gain[] => {
		const count = counter(change, to);
		if (count <= 0) {
			return [];
		}
		return to === 'deadletter' ? burialsIn(change, count) : [{to, reason: undefined, count}];
	});

const burialsIn = (change: CounterRow, count: number): readonly Gain[] => {
	const byReason = DEADLETTER_REASONS.map(reason => ({
		to: 'deadletter' as const,
		reason,
		count: counter(change, deadCounter(reason)),
	})).filter(gain => gain.count > 0);
	return byReason.length > 0 ? byReason : [{to: 'deadletter', reason: undefined, count}];
};

import type {WireJob} from '../../rpc/contract/deadletter.js';
import {formatTime} from '../../runtime/clock.js';
import type {Replay} from '../../storage/store.js';

/** A paced retry as the contract shows it. */
export const jobView = (replay: Replay): WireJob => {
	const {id, state, selector, ratePerSecond, matched, retried, refused, startedAt, endedAt} = replay;
	const left = state === 'running' ? Math.max(0, matched - retried - refused) : 0;
	return {
		job_id: id,
		state,
		peer_id: selector.peer ?? null,
		reason: selector.reason ?? null,
		since: selector.since === undefined ? null : formatTime(selector.since),
		before: selector.before === undefined ? null : formatTime(selector.before),
		label: selector.label ?? null,
		rate_per_second: ratePerSecond,
		matched,
		retried,
		refused,
		left,
		started_at: formatTime(startedAt),
		ended_at: endedAt === undefined ? null : formatTime(endedAt),
		eta_seconds: state === 'running' ? left / ratePerSecond : null,
		operator: replay.operator ?? null,
		note: replay.note ?? null,
	};
};

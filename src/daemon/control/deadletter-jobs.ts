import {EdgedError} from '../../outbound/errors.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import type {Parts} from '../parts.js';
import {jobView} from '../views/job-view.js';
import {selectedFacts, selectorOf, totalOf} from './deadletter-selector.js';
import {noteChange} from './note-change.js';

type Jobs = Pick<Parts, 'replays'>;
type Changing = Jobs & Pick<Parts, 'desk' | 'clock' | 'logger'> & Partial<Pick<Parts, 'events'>>;
type Order = Extract<Params<'relay.deadletter.retry'>, {all: true}>;

/** As a job: what matches now, so many a second. `BUSY`, `UNKNOWN_PEER`. */
export const beginJob = async (
	parts: Changing,
	{
		rate_per_second: ratePerSecond,
		operator,
		note,
		limit,
		cursor,
		...params
	}: Order & {rate_per_second: number},
): Promise<Result<'relay.deadletter.retry'>> => {
	const {desk, replays, clock} = parts;
	if (limit !== undefined || cursor !== undefined) {
		throw new EdgedError('INVALID_ARGUMENT', 'rate_per_second goes without limit and cursor');
	}
	const selector = selectorOf(params, clock);
	const matched = totalOf(await desk.tally(selector));
	const replay = await replays.begin({selector, ratePerSecond, matched, operator, note});
	const facts = {job_id: replay.id, rate_per_second: ratePerSecond, matched};
	noteChange(
		parts,
		'relay.deadletter.replay.started',
		{operator, reason: note},
		{...selectedFacts(params), ...facts},
	);
	return {job: jobView(replay)};
};

export const listJobs = ({replays}: Jobs): Result<'relay.deadletter.jobs'> => ({
	jobs: replays.all().map(jobView),
});

export const cancelJob = async (
	parts: Jobs & Pick<Parts, 'logger'> & Partial<Pick<Parts, 'events'>>,
	{job_id: id, operator, reason}: Params<'relay.deadletter.cancel_job'>,
): Promise<Result<'relay.deadletter.cancel_job'>> => {
	const ran = parts.replays.all().some(replay => replay.id === id && replay.state === 'running');
	const job = jobView(await parts.replays.cancel(id));
	const cancelled = ran && job.state === 'cancelled';
	if (cancelled) {
		const {retried, refused, matched} = job;
		noteChange(
			parts,
			'relay.deadletter.replay.cancelled',
			{operator, reason},
			{job_id: id, matched, retried, refused},
		);
	}
	return {cancelled, job};
};

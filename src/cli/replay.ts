import type {WireJob} from '../rpc/contract/deadletter.js';
import type {CommandContext} from './context.js';
import {EXIT, type ExitCode} from './exit-codes.js';
import type {AllParams} from './selection.js';
import {jobProgress} from './text/jobs.js';
import {counted, grouped} from './text/numbers.js';
import {humanSeconds} from './text/time.js';

export type ReplayOrder = {readonly rate: number; readonly isWaitedFor: boolean};

const LOOK_AGAIN_MS = 500;

/** A retry at a pace: a job of the daemon. Who waits for it and stops waiting does not stop it. */
export const replay = async (
	context: CommandContext,
	params: AllParams,
	{rate, isWaitedFor}: ReplayOrder,
): Promise<ExitCode | undefined> => {
	const {call, output} = context;
	const answer = await call('relay.deadletter.retry', {...params, rate_per_second: rate});
	if (!('job' in answer)) {
		throw new Error('The daemon began no job');
	}
	const {job} = answer;
	if (!isWaitedFor) {
		output.answer(answer, () => [begun(job), ...how(job)]);
		return undefined;
	}
	const last = await waitFor(context, job);
	output.answer({job: last}, () => [`${last.job_id} is ${last.state}: ${jobProgress(last)}`]);
	return last.state === 'cancelled' || last.refused > 0 ? EXIT.refused : undefined;
};

const begun = ({job_id: id, matched, rate_per_second: rate, eta_seconds: eta}: WireJob): string =>
	`${id} puts ${counted(matched, 'deadletter')} back into the queue at ${grouped(rate)} a second, in about ${humanSeconds(eta ?? 0)}`;

const how = ({job_id: id}: WireJob): string[] => [
	'  see it:  edgectl relay deadletter jobs',
	`  end it:  edgectl relay deadletter jobs cancel ${id}`,
];

const waitFor = async ({call, output, signal, time}: CommandContext, job: WireJob): Promise<WireJob> => {
	let last = job;
	try {
		while (last.state === 'running') {
			const eta = last.eta_seconds === null ? '' : `, ${humanSeconds(last.eta_seconds)} to go`;
			const done = last.retried + last.refused;
			output.progress({done, total: last.matched, text: `${job.job_id}: ${jobProgress(last)}${eta}`});
			await time.sleep(LOOK_AGAIN_MS, signal);
			const {jobs} = await call('relay.deadletter.jobs', {});
			last = jobs.find(({job_id: id}) => id === job.job_id) ?? last;
		}
	} catch (error) {
		output.complain(
			`${job.job_id} goes on without edgectl; see it with edgectl relay deadletter jobs, end it with edgectl relay deadletter jobs cancel ${job.job_id}`,
		);
		throw error;
	}
	return last;
};

import {command} from '../command.js';
import {EXIT} from '../exit-codes.js';
import {UsageError} from '../failure.js';
import {optional} from '../parameters.js';
import {readChoice} from '../read/choice.js';
import {readLine} from '../read/line.js';
import {jobProgress, jobsText} from '../text/jobs.js';

const NAME = 'relay deadletter jobs';

export const deadletterJobs = command({
	name: NAME,
	help: 'Paced retries: those that run, and those that ended last',
	details:
		'retry --all --rate N makes a job that the daemon carries on over restarts. With cancel, it ends; what it has put back stays in the queue.',
	examples: [`edgectl ${NAME}`, `edgectl ${NAME} cancel job-3`],
	positionals: {
		action: optional('ACTION', 'cancel, to end one', readChoice(['cancel'])),
		job: optional('JOB-ID', 'which one to end', readLine),
	},
	async run({call, output, accountable}, {action, job}) {
		if (action === undefined) {
			const answer = await call('relay.deadletter.jobs', {});
			output.answer(answer, style => jobsText(answer.jobs, style));
			return undefined;
		}
		if (job === undefined) {
			throw new UsageError('Name the job to end, as edgectl relay deadletter jobs lists it', NAME);
		}
		const answer = await call('relay.deadletter.cancel_job', {job_id: job, ...accountable});
		output.answer(answer, () => [
			answer.cancelled
				? `${job} is cancelled: ${jobProgress(answer.job)}`
				: `${job} was ${answer.job.state} already; nothing changed`,
		]);
		return answer.cancelled ? undefined : EXIT.refused;
	},
});

import {command} from '../command.js';
import {UsageError} from '../failure.js';
import {flag, option} from '../parameters.js';
import {readDurationMs} from '../read/duration.js';
import {counted, humanBytes} from '../text/numbers.js';

const DAY_MS = 86_400_000;

const readDays = (text: string): number => {
	const days = readDurationMs(text) / DAY_MS;
	if (!Number.isInteger(days)) {
		throw new Error('Give whole days, such as 90d: the trail is kept a file a day.');
	}
	return days;
};

export const auditPrune = command({
	name: 'audit prune',
	help: 'Remove old days of the audit trail',
	details:
		'By the daemon, which notes it in the trail: the rest of the chain still verifies. The newest file always stays. audit.retention_days does the same by itself. The old files of a copy elsewhere may simply be deleted.',
	examples: ['edgectl audit prune --older-than 90d --dry-run', 'edgectl audit prune --older-than 90d'],
	options: {
		days: option('--older-than <AGE>', 'whole days, e.g. 90d', readDays),
		dryRun: flag('--dry-run', 'remove nothing and say what would go'),
	},
	async run({call, output, accountable}, {days, dryRun}) {
		if (days === undefined) {
			throw new UsageError('Say what may go, e.g. --older-than 90d', auditPrune.name);
		}
		const answer = await call('audit.prune', {
			older_than_days: days,
			...(dryRun && {dry_run: dryRun}),
			...accountable,
		});
		const {files, bytes} = answer;
		const range = files.length > 1 ? `${files[0]} to ${files.at(-1)}` : files[0];
		output.answer(answer, () => [
			files.length === 0
				? `nothing of the trail is older than ${counted(days, 'day')}`
				: `${dryRun ? 'would remove' : 'removed'} ${counted(files.length, 'file')}, ${humanBytes(bytes)}: ${range}`,
		]);
		return undefined;
	},
});

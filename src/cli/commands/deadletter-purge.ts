import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {flag, option} from '../parameters.js';
import {readSegmentId} from '../read/ids.js';
import {inSteps, type Selection, selectionOf, selectionOptions} from '../selection.js';
import {counted, grouped} from '../text/numbers.js';

const NAME = 'relay deadletter purge';

export const deadletterPurge = command({
	name: NAME,
	help: 'Remove deadletters for good; says what would go until --force',
	details:
		'Without --force nothing is removed. The delivery record is gone for ever; the payload stays in the store until its retention ends.',
	examples: [
		`edgectl ${NAME} --segment-id seg-1 --peer-id hub`,
		`edgectl ${NAME} --segment-id seg-1 --peer-id hub --force`,
		`edgectl ${NAME} --all --reason EXPIRED --force`,
	],
	options: {
		segment: option('--segment-id <S>', 'the segment', readSegmentId),
		...selectionOptions,
		force: flag('--force', 'remove them; without it this is a dry run'),
	},
	async run(context, values) {
		const selection = selectionOf(values, context, {command: NAME, form: '--segment-id and --peer-id'});
		await (values.force ? purge(context, selection) : preview(context, selection));
		return undefined;
	},
});

const preview = async ({call, output}: CommandContext, {kind, params}: Selection): Promise<void> => {
	const answer = await call('relay.deadletter.purge', params);
	const would = answer.dry_run ? answer.would_purge : 0;
	const what =
		kind === 'one'
			? `the record of ${params.segment_id} for ${params.peer_id}`
			: counted(would, 'deadletter');
	const verdict =
		kind === 'one' && would === 0
			? `${what} is no deadletter, and --force would be refused`
			: `${what} would be purged; nothing was removed`;
	output.answer(answer, style => [
		`dry run: ${verdict}`,
		...(would > 0 ? [style('warn', 'Purging cannot be undone. To do it, add --force.')] : []),
	]);
};

const purge = async ({call, output, signal}: CommandContext, selection: Selection): Promise<void> => {
	if (selection.kind === 'one') {
		const {segment_id, peer_id} = selection.params;
		const answer = await call('relay.deadletter.purge', {...selection.params, force: true});
		output.answer(answer, () => [`purged the record of ${segment_id} for ${peer_id}`]);
		return;
	}
	let purged = 0;
	await inSteps(
		signal,
		async (step): Promise<{readonly purged: number; readonly next_cursor?: string | undefined}> => {
			const answer = await call('relay.deadletter.purge', {...selection.params, ...step, force: true});
			return answer.dry_run ? {purged: 0} : answer;
		},
		answer => {
			purged += answer.purged;
			output.progress({done: purged, total: undefined, text: `${grouped(purged)} purged`});
		},
	);
	output.answer({dry_run: false, purged}, () => [`${counted(purged, 'deadletter')} purged`]);
};

import {writeProblem} from '../../audit/bundle/whole-file.js';
import {command} from '../command.js';
import type {CommandContext} from '../context.js';
import {deadFilterOf, deadFilterOptions} from '../dead-filter.js';
import {EXIT, type ExitCode} from '../exit-codes.js';
import {type ExportFilter, type ExportSum, exportDeadletters} from '../export/export-deadletters.js';
import type {ExportTarget} from '../export/export-target.js';
import {toFailure} from '../failure.js';
import {given} from '../given.js';
import {reasonFilter} from '../listing.js';
import {flag, option, required} from '../parameters.js';
import {readPeerId} from '../read/ids.js';
import {readLine} from '../read/line.js';
import {counted, humanBytes} from '../text/numbers.js';

const NAME = 'relay deadletter export';

export const deadletterExport = command({
	name: NAME,
	help: 'Take deadletters out: payloads, metadata and attempts',
	details:
		'TARGET is a directory that is not there or empty, or a .tar, .tar.gz or .tgz. It is there whole or not at all. The store stays as it is: what was taken out is removed with relay deadletter purge. ' +
		'Each payload is checked by its SHA-256; what the store no longer has is exported without it. Payloads are as they came: keep them as secret as the store.',
	examples: [
		`edgectl ${NAME} /mnt/stick/dead`,
		`edgectl ${NAME} dead.tar.gz --peer-id hub --reason REJECTED`,
		`edgectl ${NAME} old --older-than 30d`,
	],
	positionals: {target: required('TARGET', 'a directory, or a file .tar, .tar.gz, .tgz', readLine)},
	options: {
		peer: option('--peer-id <P>', 'only those for this peer', readPeerId),
		reason: reasonFilter,
		...deadFilterOptions,
		all: flag('--all', 'every deadletter; so it is without a filter too'),
	},
	async run(context, {target, peer, reason, all: _, ...filters}): Promise<ExitCode | undefined> {
		const filter = {
			...given({peer_id: peer, reason}),
			...deadFilterOf(filters, {time: context.time}, NAME),
		};
		const opened = await opening(context, target);
		if (opened === undefined) {
			return EXIT.refused;
		}
		try {
			const sum = await exported(context, {target, filter}, opened);
			const {records, payloads, payload_bytes, without_payload, failed} = sum;
			context.output.answer({target, format: opened.format, ...sum}, () => [
				`exported ${counted(records, 'deadletter')} to ${target}: ${counted(payloads, 'payload')}, ${humanBytes(payload_bytes)}`,
				...(without_payload === 0
					? []
					: [`  ${without_payload} without payload: the store no longer has it`]),
				...(failed === 0 ? [] : [`  ${failed} without payload: it could not be read as it was stored`]),
			]);
			return failed > 0 ? EXIT.refused : undefined;
		} catch (error) {
			await opened.abandon();
			context.signal.throwIfAborted();
			if (toFailure(error) !== undefined) {
				throw error;
			}
			context.output.complain(wordsOf(error, target), {code: 'SYSTEM', exit_code: EXIT.refused});
			return EXIT.refused;
		}
	},
});

const opening = async (
	{output, signal}: CommandContext,
	target: string,
): Promise<ExportTarget | undefined> => {
	try {
		const {openExportTarget} = await import('../export/export-target.js'); // tar-stream is not for every command.
		return await openExportTarget(target, signal);
	} catch (error) {
		output.complain(wordsOf(error, target), {code: 'SYSTEM', exit_code: EXIT.refused});
		return undefined;
	}
};

const wordsOf = (error: unknown, target: string): string =>
	(error as NodeJS.ErrnoException).code === undefined
		? (error as Error).message
		: writeProblem(error, target);

/** Noted in the audit trail before the first byte leaves, and once all is written. */
const exported = async (
	context: CommandContext,
	{target, filter}: {readonly target: string; readonly filter: ExportFilter},
	opened: ExportTarget,
): Promise<ExportSum> => {
	const {call, accountable} = context;
	const {operator, reason: note} = accountable;
	const noted = {target, ...filter, operator, ...given({note})};
	await call('relay.deadletter.export', {phase: 'begin', ...noted});
	const sum = await exportDeadletters(context, filter, opened);
	await opened.finish();
	const {records, payloads, payload_bytes} = sum;
	await call('relay.deadletter.export', {phase: 'end', ...noted, records, payloads, payload_bytes});
	return sum;
};

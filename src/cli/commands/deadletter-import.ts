import {command} from '../command.js';
import {isConfirmed} from '../confirm.js';
import type {CommandContext} from '../context.js';
import {deadFilterOf, deadFilterOptions} from '../dead-filter.js';
import {EXIT, type ExitCode} from '../exit-codes.js';
import {toFailure, UsageError} from '../failure.js';
import {conclude} from '../import/conclusion.js';
import type {ImportSource} from '../import/import-source.js';
import {openPayloads} from '../import/payloads.js';
import {
	carryOut,
	type Imported,
	type ImportPlan,
	type ImportWork,
	planImport,
} from '../import/plan-import.js';
import {Problems} from '../import/problems.js';
import {indexRecords, RECORDS, type RecordIndex} from '../import/record-index.js';
import {isSelected} from '../import/selected.js';
import {reasonFilter} from '../listing.js';
import {flag, option, repeated, required} from '../parameters.js';
import {readPeerId} from '../read/ids.js';
import {readLine} from '../read/line.js';
import {type PeerPair, readPeerPair} from '../read/peer-map.js';
import {counted, grouped} from '../text/numbers.js';

const NAME = 'relay deadletter import';

export const deadletterImport = command({
	name: NAME,
	help: 'Take exported deadletters in: they wait here, dead, for a retry or a purge',
	details:
		'PATH is what relay deadletter export has written: a directory, a .tar or a .tar.gz. Ids, labels, times and attempts stay as they are. Each payload is proven by its SHA-256; what is damaged is told and left out, the rest is imported, and the exit code is 1. What is here already stays as it is, so an import that broke off is simply repeated. The filters choose among what is in it. Nothing is sent before a retry.',
	examples: [
		`edgectl ${NAME} /mnt/stick/dead --dry-run`,
		`edgectl ${NAME} dead.tar.gz --map-peer hub=hub-2`,
		`edgectl ${NAME} dead.tar.gz --reason REJECTED --label site=7 --yes`,
	],
	positionals: {
		source: required('PATH', 'a directory, a .tar or a .tar.gz that was exported', readLine),
	},
	options: {
		mapPeer: repeated(
			'--map-peer <OLD=NEW>',
			'what was for OLD is for NEW here; may be repeated',
			readPeerPair,
		),
		dryRun: flag('--dry-run', 'change nothing and say what would be'),
		yes: flag('--yes', 'do not ask, at a terminal, whether more than one is meant'),
		all: flag('--all', 'all that is in it; so it is without a filter too'),
		peer: option('--peer-id <P>', 'only those for this peer, by its name in the export', readPeerId),
		reason: reasonFilter,
		...deadFilterOptions,
	},
	async run(
		context,
		{source: name, mapPeer, dryRun, yes, all: _, peer, reason, ...filters},
	): Promise<ExitCode | undefined> {
		const mapped = mapOf(mapPeer);
		const selector = {peer, reason, ...deadFilterOf(filters, context, NAME)};
		const problems = new Problems(context.output);
		let source: ImportSource | undefined;
		try {
			const {openImportSource} = await import('../import/import-source.js'); // tar-stream is not for every command.
			source = await openImportSource(name, context, problems);
			const {directory, damaged, manifest} = source;
			const {signal, output} = context;
			const index = await indexRecords(directory, {
				mapped,
				isAsked: record => isSelected(selector, record),
				problems,
				signal,
				progress: lines =>
					output.progress({done: lines, total: manifest.records, text: `${counted(lines, 'record')} read`}),
			});
			tellMissingLines(source, index, problems);
			if (!(await areKnown(context, index))) {
				return EXIT.refused;
			}
			const payloads = openPayloads(directory, damaged, signal);
			const sending = {...context, payloads, problems};
			return await importAll({context, source, index, sending}, {name, dryRun, yes});
		} catch (error) {
			context.signal.throwIfAborted();
			if (toFailure(error) !== undefined || !(error instanceof Error)) {
				throw error;
			}
			context.output.complain(error.message, {code: 'SYSTEM', exit_code: EXIT.refused});
			return EXIT.refused;
		} finally {
			await source?.close();
		}
	},
});

const mapOf = (pairs: readonly PeerPair[]): ReadonlyMap<string, string> => {
	const mapped = new Map(pairs.map(({from, to}) => [from, to]));
	if (mapped.size < pairs.length) {
		throw new UsageError('--map-peer names the same peer twice', NAME);
	}
	return mapped;
};

const tellMissingLines = (
	{manifest: {records}}: ImportSource,
	{lines}: RecordIndex,
	problems: Problems,
): void => {
	if (records !== undefined && records !== lines) {
		problems.tell(`${RECORDS} has ${lines} lines, the manifest says ${records}: what is missing is`);
	}
};

/** All that are not are named at once, before anything is written. */
const areKnown = async ({call, output}: CommandContext, {peers}: RecordIndex): Promise<boolean> => {
	const known = (await call('relay.status', {})).peers.map(({peer_id: id}) => id);
	const unknown = [...peers.keys()].filter(id => !known.includes(id)).toSorted();
	if (unknown.length === 0) {
		return true;
	}
	const [example = ''] = unknown;
	const [old = example] = peers.get(example) ?? [];
	output.complain(
		`UNKNOWN_PEER: not configured here: ${unknown.join(', ')}; nothing was imported. Say who stands for each, such as --map-peer ${old}=${known[0] ?? 'NEW'}. Configured: ${known.join(', ') || 'none'}`,
		{code: 'UNKNOWN_PEER', exit_code: EXIT.refused},
	);
	return false;
};

type Asked = {readonly name: string; readonly dryRun: boolean; readonly yes: boolean};

const importAll = async (work: ImportWork, {name, dryRun, yes}: Asked): Promise<ExitCode | undefined> => {
	const {context} = work;
	const plan = await planImport(work);
	if (dryRun) {
		return conclude(work, {name, isDry: true, sum: {...plan, imported: plan.wouldImport}});
	}
	if (!yes && !(await isConfirmed(context, intent(plan)))) {
		return EXIT.refused;
	}
	const sum: Imported = {imported: 0, present: plan.presentAlone, conflict: plan.conflict};
	try {
		await carryOut(work, plan, sum);
	} catch (error) {
		context.output.complain(
			`it broke off: ${grouped(sum.imported)} of ${counted(plan.wouldImport, 'deadletter')} were imported and stay; to go on, repeat the same line`,
		);
		throw error;
	}
	return conclude(work, {name, isDry: false, sum});
};

const intent = ({wouldImport: records, peers, reasons}: ImportPlan) => ({
	records,
	noun: 'deadletter',
	tallies: {peers, reasons},
	question: 'Import them',
});

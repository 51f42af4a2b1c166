import {open} from 'node:fs/promises';
import path from 'node:path';
import type {CommandContext} from '../context.js';
import {counted} from '../text/numbers.js';
import {recordArguments, segmentArguments} from './exported-record.js';
import type {ImportSource} from './import-source.js';
import {type Group, RECORDS, type RecordIndex, readPlace} from './record-index.js';
import {
	askAbout,
	Batch,
	type ImportAnswer,
	type SegmentArguments,
	type Sending,
	sendBatch,
} from './send-batch.js';

export type ImportPlan = {
	/** Segments of which something is to be imported. */
	readonly segments: ReadonlySet<string>;
	readonly wouldImport: number;
	readonly present: number;
	/** Of these, those that are not asked about again: of their segments nothing is to be imported. */
	readonly presentAlone: number;
	readonly conflict: number;
	readonly peers: Readonly<Record<string, number>>;
	readonly reasons: Readonly<Record<string, number>>;
};

export type ImportWork = {
	readonly context: CommandContext;
	readonly source: ImportSource;
	readonly index: RecordIndex;
	readonly sending: Sending;
};

/** Proves every payload and asks the daemon what is here already. Changes nothing. */
export const planImport = async (work: ImportWork): Promise<ImportPlan> => {
	const {sending, index, context} = work;
	const {payloads, problems} = sending;
	const segments = new Set<string>();
	const sum = {wouldImport: 0, present: 0, presentAlone: 0, conflict: 0};
	const peers: Record<string, number> = {};
	const reasons: Record<string, number> = {};
	let done = 0;
	const chosen = async (segment: string, {sha256, size, places}: Group): Promise<boolean> => {
		const text = `${counted(++done, 'segment')} looked at`;
		context.output.progress({done, total: index.groups.size, text});
		const wrong = await payloads.prove(sha256, size);
		for (const {line, peer} of wrong === undefined ? [] : places) {
			problems.tell(`${RECORDS} line ${line}: ${segment} for ${peer}: ${wrong}`);
		}
		return wrong === undefined;
	};
	for await (const batch of batches(work, chosen, () => 0)) {
		const why = new Map(
			batch.flatMap(segment => segment.records.map(record => [keyOf(segment, record), record])),
		);
		for (const answer of await askAbout(sending, batch)) {
			sum.wouldImport += answer.dry_run ? answer.would_import : 0;
			sum.present += answer.present;
			sum.conflict += answer.conflict;
			tellConflicts(context, answer);
			for (const result of answer.results) {
				if (result.status === 'would_import') {
					const reason = why.get(keyOf(result, result))?.reason ?? '';
					segments.add(result.segment_id);
					peers[result.peer_id] = (peers[result.peer_id] ?? 0) + 1;
					reasons[reason] = (reasons[reason] ?? 0) + 1;
				}
			}
			sum.presentAlone += answer.results.filter(
				({status, segment_id: id}) => status === 'present' && !segments.has(id),
			).length;
		}
	}
	return {segments, ...sum, peers, reasons};
};

const keyOf = ({segment_id: segment}: {segment_id: string}, {peer_id: peer}: {peer_id: string}): string =>
	`${segment} ${peer}`;

export type Imported = {imported: number; present: number; conflict: number};

/** Carries it out; `sum` holds at every time what is durable. */
export const carryOut = async (work: ImportWork, plan: ImportPlan, sum: Imported): Promise<void> => {
	const {context, sending} = work;
	const isDue = async (segment: string): Promise<boolean> => plan.segments.has(segment);
	for await (const batch of batches(work, isDue, ({size}) => size)) {
		for (const answer of await sendBatch(sending, batch)) {
			sum.imported += answer.dry_run ? 0 : answer.imported;
			sum.present += answer.present;
			sum.conflict += answer.conflict;
			tellConflicts(context, answer);
		}
		const text = `${counted(sum.imported, 'deadletter')} imported`;
		context.output.progress({done: sum.imported, total: plan.wouldImport, text});
	}
};

const tellConflicts = ({output}: CommandContext, {results}: ImportAnswer): void => {
	for (const {segment_id: segment, peer_id: peer, status, note} of results) {
		if (status === 'conflict') {
			output.complain(
				`${segment} for ${peer}: CONFLICT: ${note ?? 'the id belongs to other bytes here'}; left out`,
				{
					code: 'CONFLICT',
				},
			);
		}
	}
};

async function* batches(
	{source, index, sending: {problems, signal}}: ImportWork,
	isChosen: (segment: string, group: Group) => Promise<boolean>,
	sizeOf: (group: Group) => number,
): AsyncGenerator<readonly SegmentArguments[]> {
	const handle = await open(path.join(source.directory, RECORDS), 'r');
	try {
		let batch = new Batch();
		for (const [id, group] of index.groups) {
			signal.throwIfAborted();
			if (!(await isChosen(id, group))) {
				continue;
			}
			const records = await Promise.all(
				group.places.map(async place => ({record: await readPlace(handle, place), peer: place.peer})),
			);
			const [first] = records;
			if (first === undefined) {
				continue;
			}
			const segment = {
				...segmentArguments(first.record),
				records: records.map(({record, peer}) => recordArguments(record, peer)),
			};
			if (Buffer.byteLength(JSON.stringify(segment)) > LONGEST_SEGMENT) {
				problems.tell(`${id}: its history is too long to be imported`);
				continue;
			}
			if (!batch.take(segment, sizeOf(group))) {
				yield batch.segments;
				batch = new Batch();
				batch.take(segment, sizeOf(group));
			}
		}
		if (batch.segments.length > 0) {
			yield batch.segments;
		}
	} finally {
		await handle.close();
	}
}

/** With a payload beside it, it must fit into a line. */
const LONGEST_SEGMENT = 3 * 2 ** 20;

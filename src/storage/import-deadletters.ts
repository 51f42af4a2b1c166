import type {BlockNo, EpochMs} from '../outbound/units.js';
import {atomically} from './atomically.js';
import {Bits} from './bits.js';
import {BlockPlan} from './block-plan.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import type {CounterChanges} from './counters.js';
import {type EncodedBlock, encodeBlock} from './encode-block.js';
import type {StoreHandles} from './handles.js';
import type {ImportDraft, ImportResults} from './import-draft.js';
import {noteImported} from './imported-blocks.js';
import {
	conflict,
	IMPORTED,
	type ImportedRecord,
	type ImportedSegment,
	prepareImport,
} from './imported-segment.js';
import {locate, type TableReader} from './locate.js';
import {makeRoom} from './make-room.js';
import {
	type Found,
	findSegment,
	isPresent,
	type PartsReader,
	placeRecord,
	presence,
	refusalOf,
	rememberParts,
} from './place-import.js';
import type {PreparedDraft} from './prepared-draft.js';
import {writeBlocks} from './write-blocks.js';
import {writeDead} from './write-dead.js';

/** Runs something while no segments come in. */
export type Alone = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** See `OutboundStore.importDeadletters`. */
export const importDeadletters = async (
	handles: StoreHandles,
	drafts: readonly ImportDraft[],
	alone: Alone,
): Promise<ImportResults> => {
	const call = prepareImport(handles, drafts);
	await alone(async () => {
		const {blockLimit} = handles.numbers;
		while (!(await importOnce(handles, call.segments, blockLimit))) {
			// Once more: something that was found here has gone meanwhile.
		}
	});
	return call.results();
};

const importOnce = async (
	handles: StoreHandles,
	segments: readonly ImportedSegment[],
	blockLimit: StoreHandles['numbers']['blockLimit'],
): Promise<boolean> => {
	const here: ImportedSegment[] = [];
	const absent: ImportedSegment[] = [];
	handles.env.root.resetReadTxn(); // Sees the commits of this turn.
	const read = rememberTables();
	const parts = rememberParts();
	for (const segment of segments) {
		const found = findSegment(handles, segment, blockLimit, read);
		if (found === 'absent') {
			absent.push(segment);
		} else if ('note' in found) {
			answerAll(segment, conflict(found.note));
		} else if (segment.records.every(record => isPresent(handles, found, record, parts))) {
			for (const record of segment.records) {
				record.result = presence(handles, found, record, parts);
			}
		} else {
			here.push(segment);
		}
	}
	const plan = new ImportPlan(handles, absent);
	if (plan.segments.length + here.length === 0) {
		return true;
	}
	await admit(handles, plan, here);
	return atomically(
		handles,
		changes => {
			const readNow = rememberTables();
			const partsNow = rememberParts();
			const isStill = here.every(segment => isFound(findSegment(handles, segment, blockLimit, readNow)));
			if (isStill) {
				plan.write(changes);
				for (const segment of here) {
					placeAll(handles, segment, changes, partsNow);
				}
			}
			return isStill;
		},
		'leaves the reserve',
	);
};

const isFound = (found: Found): boolean => found !== 'absent' && !('note' in found);

/** Inside a body. */
const placeAll = (
	handles: StoreHandles,
	segment: ImportedSegment,
	changes: CounterChanges,
	read: PartsReader,
): void => {
	for (const record of segment.records) {
		// Anew each time: the record before may have changed the table.
		const found = locate(handles, segment.id);
		if (found === undefined) {
			throw new Error(`segment ${segment.id} is gone in the middle of a write`);
		}
		record.result = placeRecord(handles, found, record, changes, read);
	}
};

/** For as long as nothing is written: segments that were stored together have one table, of some hundred KiB. */
const rememberTables = (): TableReader => {
	const tables = new Map<BlockNo, BlockTable | undefined>();
	return (handles, block) => {
		if (!tables.has(block)) {
			tables.set(block, readBlock(handles, block));
		}
		return tables.get(block);
	};
};

const answerAll = ({records}: ImportedSegment, result: ImportedRecord['result']): void => {
	for (const record of records) {
		record.result = result;
	}
};

/** Refuses what does not fit on the disk or below the ceiling. */
const admit = async (
	handles: StoreHandles,
	plan: ImportPlan,
	here: readonly ImportedSegment[],
): Promise<void> => {
	const {bytes, segments} = plan;
	const rows = [...segments, ...here].flatMap(({records}) => records).map(rowBytes);
	if (rows.length > 0) {
		handles.room.admit(rows.reduce((sum, each) => sum + each, bytes));
	}
	if (bytes > 0) {
		await makeRoom(handles, bytes);
	}
};

/** What the row of a deadletter takes, roughly. */
const rowBytes = ({attempts}: ImportedRecord): number =>
	attempts.reduce((sum, {error = ''}) => sum + 32 + Math.min(1024, error.length), 128);

/** Blocks for the segments that are not here, in the order of their enqueues: so they are sent again when they are retried. */
class ImportPlan {
	readonly segments: readonly ImportedSegment[];
	readonly #handles: StoreHandles;
	readonly #recordsOf = new Map<PreparedDraft, readonly ImportedRecord[]>();
	readonly #blocks: readonly EncodedBlock[];

	constructor(handles: StoreHandles, absent: readonly ImportedSegment[]) {
		this.#handles = handles;
		const {numbers, storeId, age, peers} = handles;
		const createdAge = age.now();
		const plans = new Map<EpochMs, BlockPlan>();
		const coming: ImportedSegment[] = [];
		for (const segment of [...absent].sort((a, b) => a.enqueuedAt - b.enqueuedAt)) {
			const records = segment.records.filter(record => this.#mayCome(record));
			if (records.length > 0) {
				const draft = {...segment.draft, route: peers.routeOf(records.map(({peer}) => peer))};
				this.#recordsOf.set(draft, records);
				const {enqueuedAt} = segment;
				// A block has one time.
				const plan = plans.get(enqueuedAt) ?? new BlockPlan(numbers, storeId);
				plans.set(enqueuedAt, plan);
				plan.add(draft);
				coming.push(segment);
			}
		}
		this.segments = coming;
		this.#blocks = [...plans].flatMap(([enqueuedAt, plan]) =>
			plan.blocks.map(block =>
				encodeBlock(block, storeId, {age: createdAge, wall: enqueuedAt, isImported: true}),
			),
		);
	}

	get bytes(): number {
		return this.#blocks.reduce((sum, {table, planned}) => sum + table.length + planned.payloadBytes, 0);
	}

	/** Inside a body. */
	write(changes: CounterChanges): void {
		noteImported(this.#handles, this.#blocks);
		writeBlocks(this.#handles, this.#blocks, changes, (handles, {planned}) => {
			for (const {record, bits} of this.#fatesOf(planned.drafts)) {
				writeDead(handles, planned, bits, record, changes);
			}
		});
	}

	/** The records of a block, those that share peer and fate together. */
	#fatesOf(
		drafts: readonly PreparedDraft[],
	): Iterable<{readonly record: ImportedRecord; readonly bits: Bits}> {
		const fates = new Map<string, {readonly record: ImportedRecord; readonly bits: Bits}>();
		for (const [entry, draft] of drafts.entries()) {
			for (const record of this.#recordsOf.get(draft) ?? []) {
				const {peer, death, attempts} = record;
				const key = JSON.stringify([peer, death.reason, death.chargedFailures, death.diedAt, attempts]);
				const fate = fates.get(key) ?? {record, bits: Bits.empty(drafts.length)};
				fates.set(key, fate);
				fate.bits.add(entry);
			}
		}
		return fates.values();
	}

	#mayCome(record: ImportedRecord): boolean {
		const refusal = refusalOf(record);
		record.result = refusal ?? IMPORTED;
		return refusal === undefined;
	}
}

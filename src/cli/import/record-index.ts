import type {FileHandle} from 'node:fs/promises';
import path from 'node:path';
import {parseMadeId} from '../../outbound/made-id.js';
import {type ExportedRecord, readExportedRecord} from './exported-record.js';
import {fileLines, MOST_LINE_BYTES} from './file-lines.js';
import type {Problems} from './problems.js';

/** Where a record is in records.jsonl, and whose it becomes. */
export type Place = {
	readonly line: number;
	readonly at: number;
	readonly length: number;
	readonly peer: string;
};

/** Of one segment; its records lie far apart, for an export goes by peer. */
export type Group = {
	readonly sha256: string;
	readonly size: number;
	readonly enqueuedAt: number;
	readonly places: Place[];
};

export type RecordIndex = {
	/** By segment, in the order of their enqueues: so they come in, and so they are sent again. */
	readonly groups: ReadonlyMap<string, Group>;
	/** Lines, good or not. */
	readonly lines: number;
	/** Records of which the export has no payload: nothing can be imported of them. */
	readonly withoutPayload: number;
	/** Records that were not asked for. */
	readonly notSelected: number;
	/** Those that records go to, each with the peers of the export that it stands for. */
	readonly peers: ReadonlyMap<string, ReadonlySet<string>>;
};

export const RECORDS = 'records.jsonl';

/** What cannot have been exported with a payload of its own. */
const PAYLOADLESS: ReadonlySet<string> = new Set(['EVICTED', 'CORRUPT', 'SEGMENT_MISSING']);

/** Reads all lines once and keeps their places alone. Lines that are wrong are told and left out. */
export const indexRecords = async (
	directory: string,
	{mapped, isAsked, problems, signal, progress}: IndexOptions,
): Promise<RecordIndex> => {
	const groups = new Map<string, Group>();
	const peers = new Map<string, Set<string>>();
	let lines = 0;
	let withoutPayload = 0;
	let notSelected = 0;
	for await (const {number, at, bytes} of fileLines(path.join(directory, RECORDS), signal)) {
		progress(++lines);
		try {
			if (bytes === undefined) {
				throw new Error(`it is longer than ${MOST_LINE_BYTES} bytes`);
			}
			const record = readExportedRecord(bytes);
			if (!isAsked(record)) {
				notSelected++;
				continue;
			}
			if (record.payload === null || PAYLOADLESS.has(record.reason)) {
				withoutPayload++;
				continue;
			}
			const peer = mapped.get(record.peer_id) ?? record.peer_id;
			put(groups, record, {line: number, at, length: bytes.length, peer});
			peers.set(peer, (peers.get(peer) ?? new Set()).add(record.peer_id));
		} catch (error) {
			problems.tell(`${RECORDS} line ${number}: ${(error as Error).message}`);
		}
	}
	return {groups: inOrder(groups), lines, withoutPayload, notSelected, peers};
};

/** What was enqueued in the same millisecond goes by its made id, which sorts as the enqueues did, else by its line. */
const inOrder = (groups: ReadonlyMap<string, Group>): ReadonlyMap<string, Group> => {
	const madeId = (id: string): string => (parseMadeId(id) === undefined ? '' : id);
	return new Map(
		[...groups].sort(([a, {enqueuedAt: at}], [b, {enqueuedAt: other}]) =>
			at === other ? compare(madeId(a), madeId(b)) : at - other,
		),
	);
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export type IndexOptions = {
	/** Peers of the export and who stands for them here. */
	readonly mapped: ReadonlyMap<string, string>;
	isAsked(record: ExportedRecord): boolean;
	readonly problems: Problems;
	readonly signal: AbortSignal;
	progress(lines: number): void;
};

const put = (groups: Map<string, Group>, record: ExportedRecord, place: Place): void => {
	const {segment_id: segment, sha256, size_bytes: size, enqueued_at: enqueued} = record;
	const group = groups.get(segment);
	if (group === undefined) {
		// biome-ignore lint/style/noRestrictedGlobals: reads a time, does not ask for it
		groups.set(segment, {sha256, size, enqueuedAt: Date.parse(enqueued), places: [place]});
		return;
	}
	const [first] = group.places;
	if (group.sha256 !== sha256 || group.size !== size) {
		throw new Error(`${segment} has another payload in line ${first?.line}`);
	}
	const same = group.places.find(({peer}) => peer === place.peer);
	if (same !== undefined) {
		throw new Error(`${segment} for ${place.peer} is in line ${same.line} already`);
	}
	group.places.push(place);
};

export const readPlace = async (handle: FileHandle, {at, length}: Place): Promise<ExportedRecord> => {
	const bytes = Buffer.alloc(length);
	const {bytesRead} = await handle.read(bytes, 0, length, at);
	return readExportedRecord(bytes.subarray(0, bytesRead));
};

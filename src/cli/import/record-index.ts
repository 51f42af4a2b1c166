import type {FileHandle} from 'node:fs/promises';
import path from 'node:path';
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
export type Group = {readonly sha256: string; readonly size: number; readonly places: Place[]};

export type RecordIndex = {
	/** By segment. */
	readonly groups: ReadonlyMap<string, Group>;
	/** Lines, good or not. */
	readonly lines: number;
	/** Records of which the export has no payload: nothing can be imported of them. */
	readonly withoutPayload: number;
	/** Those that records go to, each with the peers of the export that it stands for. */
	readonly peers: ReadonlyMap<string, ReadonlySet<string>>;
};

export const RECORDS = 'records.jsonl';

/** What cannot have been exported with a payload of its own. */
const PAYLOADLESS: ReadonlySet<string> = new Set(['EVICTED', 'CORRUPT', 'SEGMENT_MISSING']);

/** Reads all lines once and keeps their places alone. Lines that are wrong are told and left out. */
export const indexRecords = async (
	directory: string,
	{mapped, problems, signal}: IndexOptions,
): Promise<RecordIndex> => {
	const groups = new Map<string, Group>();
	const peers = new Map<string, Set<string>>();
	let lines = 0;
	let withoutPayload = 0;
	for await (const {number, at, bytes} of fileLines(path.join(directory, RECORDS), signal)) {
		lines++;
		try {
			if (bytes === undefined) {
				throw new Error(`it is longer than ${MOST_LINE_BYTES} bytes`);
			}
			const record = readExportedRecord(bytes);
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
	return {groups, lines, withoutPayload, peers};
};

export type IndexOptions = {
	/** Peers of the export and who stands for them here. */
	readonly mapped: ReadonlyMap<string, string>;
	readonly problems: Problems;
	readonly signal: AbortSignal;
};

const put = (groups: Map<string, Group>, record: ExportedRecord, place: Place): void => {
	const {segment_id: segment, sha256, size_bytes: size} = record;
	const group = groups.get(segment);
	if (group === undefined) {
		groups.set(segment, {sha256, size, places: [place]});
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

import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {payloadFileName, sidecarFileName} from '../../delivery/transports/directory/file-name.js';
import {type ClassNo, priorityOf} from '../../outbound/priorities.js';
import type {BlockNo} from '../../outbound/units.js';
import {formatTime} from '../../runtime/clock.js';
import type {BlockTable} from '../../storage/block-table.js';
import {readBlock} from '../../storage/blocks.js';
import type {StoreHandles} from '../../storage/handles.js';
import {BlockPayload} from '../../storage/lease-payloads.js';
import {partsOf} from '../../storage/record-view.js';
import {hasPayload, isPayloadGone} from '../../storage/release-block.js';

export type Exported = {readonly directory: string; readonly segments: number; readonly bytes: number};

/**
 * Writes every payload that some peer has not acknowledged, with the sidecar that a `directory` peer writes and the peers it is owed
 * to. Files that are there are overwritten: they are from an earlier export.
 */
export const exportOwed = async (handles: StoreHandles, directory: string): Promise<Exported> => {
	mkdirSync(directory, {recursive: true, mode: 0o700});
	let segments = 0;
	let bytes = 0;
	for (const key of handles.env.blocks.getKeys()) {
		const table = readBlock(handles, key as BlockNo);
		if (table === undefined || !hasPayload(handles, table.block)) {
			continue;
		}
		const payload = new BlockPayload(handles, table);
		for (const [entry, owed] of owedTo(handles, table)) {
			const read = payload.read(entry);
			if (typeof read !== 'string') {
				const name = payloadFileName(table.segmentIdOf(entry));
				writeFileSync(path.join(directory, name), read, {mode: 0o600});
				writeFileSync(path.join(directory, sidecarFileName(name)), sidecar(handles, table, entry, owed), {
					mode: 0o600,
				});
				segments++;
				bytes += read.length;
			}
		}
	}
	return {directory, segments, bytes};
};

/** The class is the most urgent of those in which it waits. */
type Owed = {readonly peers: readonly string[]; readonly classNo: ClassNo};

const owedTo = (handles: StoreHandles, table: BlockTable): ReadonlyMap<number, Owed> => {
	const owed = new Map<number, Owed>();
	for (const peer of table.route) {
		for (const part of partsOf(handles, table, peer)) {
			const isOwed = part.place === 'queue' || (part.place === 'group' && !isPayloadGone(part.row));
			for (const entry of isOwed ? part.bits : []) {
				const {peers = [], classNo: least = 3} = owed.get(entry) ?? {};
				const classNo = part.place === 'group' ? part.row.classNo : 'classNo' in part ? part.classNo : least;
				owed.set(entry, {
					peers: [...peers, handles.peers.id(peer)],
					classNo: Math.min(least, classNo) as ClassNo,
				});
			}
		}
	}
	return owed;
};

const sidecar = (handles: StoreHandles, table: BlockTable, entry: number, {peers, classNo}: Owed): string => {
	const {contentType, labels} = table.metadataOf(entry);
	const expiry = table.expiryOf(entry);
	return `${JSON.stringify({
		segment_id: table.segmentIdOf(entry),
		sha256: table.sha256Of(entry).toString('hex'),
		size_bytes: table.payloadBytesOf(entry),
		content_type: contentType ?? null,
		labels,
		priority: priorityOf(classNo),
		enqueued_at: formatTime(table.createdAt),
		hops: table.hopsOf(entry),
		peers,
		...(expiry === 0 ? {} : {expires_at: formatTime(handles.age.toWall(expiry as never))}),
	})}\n`;
};

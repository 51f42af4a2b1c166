import {CLASS_NUMBERS} from '../outbound/priorities.js';
import type {AgeMs, EpochMs, PeerNo} from '../outbound/units.js';
import {readBlock} from './blocks.js';
import {enqueuedAtOf} from './enqueued-at.js';
import type {StoreHandles} from './handles.js';
import {type DueKey, END, type QueueKey} from './layout.js';
import {overlayOf} from './lease-records.js';

/** See `OutboundStore.nextDueAt`. */
export const nextDueAt = (handles: StoreHandles, peer: PeerNo): EpochMs | undefined => {
	const {env, age} = handles;
	const overlay = overlayOf(handles, peer);
	let least: AgeMs | undefined;
	for (const classNo of CLASS_NUMBERS.filter(any => overlay.mayHaveDue(any))) {
		const start = [peer, classNo, ...(overlay.dueAfter(classNo) ?? [])];
		for (const {key} of env.due.getRange({start, end: [peer, classNo, END]})) {
			const [, , dueAt, , group] = key as DueKey;
			if (!overlay.isGroupOut(group)) {
				least = least === undefined || dueAt < least ? (dueAt as AgeMs) : least;
				break;
			}
		}
	}
	return least === undefined ? undefined : age.toWall(least);
};

/** See `OutboundStore.oldestScheduledAt`. */
export const oldestScheduledAt = (handles: StoreHandles, peer: PeerNo): EpochMs | undefined => {
	const {env} = handles;
	let least: EpochMs | undefined;
	for (const classNo of CLASS_NUMBERS) {
		for (const {key} of env.queue.getRange({start: [peer, classNo], end: [peer, classNo, END], limit: 1})) {
			const table = readBlock(handles, (key as QueueKey)[2]);
			const at = table === undefined ? undefined : enqueuedAtOf(handles, table);
			least = at !== undefined && (least === undefined || at < least) ? at : least;
		}
	}
	return least;
};

import {CLASS_NUMBERS, type ClassNo} from '../outbound/priorities.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import {counter, deadCounter} from './counters.js';
import {decodeGroup} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {type DeadletterKey, type DueKey, END, type LeaseKey, type QueueKey} from './layout.js';
import {decodeLease} from './lease-row.js';
import {isPayloadGone, PAYLOADLESS_REASONS} from './release-block.js';

/** Keys taken of one class and peer: more than a commit gives up. */
const LOOK = 256;
/** Dead groups looked at in one go, so that nobody waits long when few of them have a payload. */
const MAX_EXAMINED = 10_000;

/** The search for deadletters that still have a payload: those that were evicted stay in front of them. */
export class DeadletterSearch {
	/** Where it goes on, by peer. */
	readonly cursors = new Map<PeerNo, DeadletterKey>();
	/** The last look ended before the last deadletter and found nothing: look again. */
	isUnfinished = false;
}

/** Blocks with something that waits and is not being sent: of the lowest class first, the oldest first. */
export function* waitingBlocks(handles: StoreHandles): Generator<BlockNo> {
	for (const classNo of CLASS_NUMBERS.toReversed()) {
		const blocks = handles.peers.all.flatMap(({no}) => [
			...queuedBlocks(handles, no, classNo),
			...rescheduledBlocks(handles, no, classNo),
		]);
		yield* new Set(blocks.sort((a, b) => a - b));
	}
}

const queuedBlocks = ({env, overlays}: StoreHandles, peer: PeerNo, classNo: ClassNo): readonly BlockNo[] => {
	const start = [peer, classNo, overlays.get(peer)?.freshFrom(classNo) ?? 0];
	const keys = env.queue.getKeys({start, end: [peer, classNo, END], limit: LOOK});
	return [...keys].map(key => (key as QueueKey)[2]);
};

/** Failed, put back by a restart, or retried: by when they are due, so the oldest is sought among the first of them. */
const rescheduledBlocks = ({env}: StoreHandles, peer: PeerNo, classNo: ClassNo): readonly BlockNo[] => {
	const keys = env.due.getKeys({start: [peer, classNo], end: [peer, classNo, END], limit: LOOK});
	return [...keys].map(key => (key as DueKey)[3]);
};

/** The blocks of deadletters that still have a payload, the longest dead first. */
export function* deadBlocks(handles: StoreHandles, search: DeadletterSearch): Generator<BlockNo> {
	search.isUnfinished = false;
	const found = handles.peers.all.flatMap(({no}) => withPayload(handles, no, search));
	for (const [, , block] of found.sort(([, a], [, b]) => a - b)) {
		search.isUnfinished = false;
		yield block;
	}
}

const withPayload = (
	handles: StoreHandles,
	peer: PeerNo,
	search: DeadletterSearch,
): readonly DeadletterKey[] => {
	const {env} = handles;
	if (!hasPayloads(handles, peer)) {
		search.cursors.delete(peer);
		return [];
	}
	const found: DeadletterKey[] = [];
	let examined = 0;
	const start = search.cursors.get(peer) ?? [peer];
	for (const key of env.deadletters.getKeys({start, end: [peer, END]})) {
		const [, , block, group] = key as DeadletterKey;
		const value = env.groups.get([peer, block, group]);
		if (value !== undefined && !isPayloadGone(decodeGroup(value))) {
			found.push(key as DeadletterKey);
		} else if (found.length === 0) {
			search.cursors.set(peer, key as DeadletterKey);
		}
		if (found.length === LOOK) {
			return found;
		}
		if (++examined === MAX_EXAMINED) {
			search.isUnfinished ||= found.length === 0;
			return found;
		}
	}
	if (found.length === 0) {
		search.cursors.delete(peer); // The clock that deadletters are ordered by may have been set back.
	}
	return found;
};

const hasPayloads = ({counters}: StoreHandles, peer: PeerNo): boolean => {
	const row = counters.get(peer);
	const gone = PAYLOADLESS_REASONS.reduce((sum, reason) => sum + counter(row, deadCounter(reason)), 0);
	return counter(row, 'deadletter') > gone;
};

/** Blocks of which something is being sent, of the lowest class first. */
export function* leasedBlocks({env}: StoreHandles): Generator<BlockNo> {
	const parts = [...env.leases.getRange({start: [0], end: [END]})].flatMap(({key, value}) => {
		const [peer] = key as LeaseKey;
		return decodeLease(value)
			.parts.filter(({bits}) => !bits.isEmpty())
			.map(part => ({...part, peer}));
	});
	for (const {block} of parts.sort((a, b) => b.classNo - a.classNo || a.block - b.block)) {
		yield block;
	}
}

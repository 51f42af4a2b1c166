import {hash} from 'node:crypto';
import type {DeadletterReason} from '../../outbound/attempts.js';
import {nextState} from '../../outbound/transitions.js';
import type {PeerNo} from '../../outbound/units.js';
import {nextAttemptNumber} from '../attempts-row.js';
import {Bits} from '../bits.js';
import type {BlockTable} from '../block-table.js';
import {type CounterChanges, deadCounter} from '../counters.js';
import {isHeld, NEVER_HELD} from '../group-row.js';
import type {StoreHandles} from '../handles.js';
import {BlockPayload} from '../lease-payloads.js';
import {type PeerPart, partsOf} from '../record-view.js';
import {isPayloadGone, releaseBlock} from '../release-block.js';
import {addGroup, takeBits} from '../take-bits.js';

/** Entries whose payload is not what was stored, by what is wrong. */
export type BadPayloads = {readonly corrupt: Bits; readonly missing: Bits};

/** Reads the payloads of `entries` and compares each with its CRC-32 and its SHA-256. */
export const findBadPayloads = (
	handles: StoreHandles,
	table: BlockTable,
	entries: Iterable<number>,
): BadPayloads => {
	const payload = new BlockPayload(handles, table);
	const corrupt = Bits.empty(table.count);
	const missing = Bits.empty(table.count);
	for (const entry of entries) {
		const bytes = payload.read(entry);
		if (bytes === 'missing') {
			missing.add(entry);
		} else if (bytes === 'corrupt' || !hash('sha256', bytes, 'buffer').equals(table.sha256Of(entry))) {
			corrupt.add(entry);
		}
	}
	return {corrupt, missing};
};

/**
 * Inside a body: buries what waits for a payload that cannot be sent, for every peer, and gives dead records of it the reason that
 * keeps them from being retried. What is inflight is left to its sender. Returns how many records were buried.
 */
export const buryPayloads = (
	handles: StoreHandles,
	table: BlockTable,
	{corrupt, missing}: BadPayloads,
	changes: CounterChanges,
): number => {
	let buried = 0;
	for (const peer of table.route) {
		for (const [bits, reason] of [
			[corrupt, 'CORRUPT'],
			[missing, 'SEGMENT_MISSING'],
		] as const) {
			for (const part of bits.isEmpty() ? [] : partsOf(handles, table, peer)) {
				buried += buryPart(handles, table, {peer, part, bits: part.bits.and(bits), reason}, changes);
			}
		}
	}
	if (buried > 0) {
		releaseBlock(handles, table, changes);
	}
	return buried;
};

type Burial = {
	readonly peer: PeerNo;
	readonly part: PeerPart;
	readonly bits: Bits;
	readonly reason: DeadletterReason & ('CORRUPT' | 'SEGMENT_MISSING');
};

const buryPart = (
	handles: StoreHandles,
	table: BlockTable,
	{peer, part, bits, reason}: Burial,
	changes: CounterChanges,
): number => {
	const {block} = table;
	const group = part.place === 'group' ? part : undefined;
	const isSettled = part.place === 'settled' || part.place === 'span';
	const isOut = handles.overlays.get(peer)?.isAnyOut(block, group?.group, bits) ?? false;
	if (bits.isEmpty() || isSettled || isOut || (group !== undefined && isPayloadGone(group.row))) {
		return 0;
	}
	const from = group?.row.state ?? 'scheduled';
	if (from !== 'deadletter') {
		nextState(from, reason === 'CORRUPT' ? 'corrupt' : 'missing');
	}
	const classNo = 'classNo' in part ? part.classNo : (group?.row.classNo ?? table.classNo);
	const row = takeBits(handles, peer, {group: group?.group, classNo, block}, bits);
	const now = handles.clock.now();
	const attempts = row?.attempts ?? [];
	addGroup(handles, peer, block, {
		bits,
		classNo,
		charged: row?.charged ?? 0,
		abandons: row?.abandons ?? 0,
		changedAt: now,
		putBackBy: 0,
		isExpiryWaived: row?.isExpiryWaived ?? false,
		...NEVER_HELD,
		attempts: [
			...attempts,
			{
				number: nextAttemptNumber(attempts),
				startedAt: now,
				completedAt: now,
				outcome: reason,
				error:
					reason === 'CORRUPT' ? 'The payload in the store is damaged' : 'The payload is not in the store',
				bytesSent: 0,
			},
		],
		state: 'deadletter',
		reason,
		diedAt: row?.state === 'deadletter' ? row.diedAt : now,
		...(row?.state === 'deadletter' && row.diedAge !== undefined && {diedAge: row.diedAge}),
	});
	countBurial(peer, {from: row, bits}, reason, changes);
	if (from !== 'deadletter') {
		changes.add(peer, from, -bits.count());
		changes.add(peer, 'deadletter', bits.count());
		changes.add(peer, 'held', row !== undefined && isHeld(row) ? -bits.count() : 0);
		changes.addWaiting(peer, table, -bits.count(), -table.sizeOf(bits));
	}
	return bits.count();
};

const countBurial = (
	peer: PeerNo,
	{from, bits}: {readonly from: ReturnType<typeof takeBits>; readonly bits: Bits},
	reason: DeadletterReason,
	changes: CounterChanges,
): void => {
	if (from?.state === 'deadletter') {
		changes.add(peer, deadCounter(from.reason), -bits.count());
	}
	changes.add(peer, deadCounter(reason), bits.count());
};

import {nextState} from '../outbound/transitions.js';
import type {PeerNo} from '../outbound/units.js';
import {atomically, put} from './atomically.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {requireBlock} from './blocks.js';
import type {Candidate} from './candidates.js';
import {chosenCandidates} from './choose-candidates.js';
import type {CounterChanges} from './counters.js';
import {encodeGroup} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {LaneOverlay} from './lane-overlay.js';
import {MAX_LEASE_PARTS} from './layout.js';
import {encodeLease, type LeasePart} from './lease-row.js';
import {OpenLease, type OpenPart} from './open-lease.js';
import {Purse} from './purse.js';
import {WIDEST} from './quota-charge.js';
import {buryBeyondQuota, endWait, hasToWait, isWorthALease, type QuotaLook} from './quota-look.js';
import type {LeaseWindow} from './store.js';
import {ALONE, isOneAlone, suspicionOf, windowFor} from './suspects.js';

/** See `OutboundStore.lease`. An empty look writes nothing. What is taken is out at once for other leases, and in again when the commit fails. */
export const leaseRecords = async (
	handles: StoreHandles,
	peer: PeerNo,
	window: LeaseWindow,
): Promise<OpenLease | undefined> => {
	const look: QuotaLook = {handles, peer, overlay: overlayOf(handles, peer), window};
	while (handles.closed || isWorthALease(look)) {
		const lease = await leaseOnce(look);
		if (lease !== 'buried') {
			return lease;
		}
	}
	return undefined;
};

/** `buried`: what goes first was beyond a quota, and what comes behind it is to be looked at. */
const leaseOnce = async (look: QuotaLook): Promise<OpenLease | 'buried' | undefined> => {
	const {handles, peer, overlay} = look;
	const {quota} = handles;
	let taken: readonly LeasePart[] = [];
	let charged = 0;
	const undo = () => {
		putBack(overlay, taken);
		quota.charge(peer, -charged);
		taken = [];
		charged = 0;
	};
	try {
		return await atomically(handles, changes => {
			if (taken.length > 0) {
				undo(); // The first try did not fit on the disk.
			}
			const {parts, quotaBytes, unpaid} = chooseAnew(look);
			if (parts.length === 0) {
				const waits = unpaid === undefined || hasToWait(look, unpaid.candidate, unpaid.table);
				return !waits && buryBeyondQuota(look, changes) > 0 ? 'buried' : undefined;
			}
			endWait(look);
			const leaseNo = handles.numbers.nextLease();
			const leasedAt = handles.clock.now();
			taken = parts.map(({part}) => part);
			put(handles.env.leases, [peer, leaseNo], encodeLease({leasedAt, quotaBytes, parts: taken}));
			markLeased(handles, peer, parts, changes);
			overlay.take(taken);
			quota.charge(peer, quotaBytes);
			charged = quotaBytes;
			const isAlone = parts.some(({candidate}) => suspicionOf(candidate) === ALONE);
			overlay.noteLease(leaseNo, {leasedAt, parts: taken, quotaBytes, isAlone});
			return new OpenLease(handles, {peer, leaseNo, leasedAt, quotaBytes, parts});
		});
	} catch (error) {
		undo();
		throw error;
	}
};

const putBack = (overlay: LaneOverlay, taken: readonly LeasePart[]): void => {
	overlay.forget(taken);
	overlay.lookEverywhere();
};

export const overlayOf = ({overlays}: StoreHandles, peer: PeerNo): LaneOverlay => {
	let overlay = overlays.get(peer);
	if (overlay === undefined) {
		overlay = new LaneOverlay();
		overlays.set(peer, overlay);
	}
	return overlay;
};

type Chosen = OpenPart & {readonly candidate: Candidate};

/** A look that a damaged row ends has moved the cursors past what it did not take. */
const chooseAnew: typeof choose = look => {
	try {
		return choose(look);
	} catch (error) {
		look.overlay.lookEverywhere();
		throw error;
	}
};

type Choosing = {
	readonly parts: readonly Chosen[];
	readonly quotaBytes: number;
	/** Came next, and the daily quotas do not allow it now. */
	readonly unpaid: {readonly candidate: Candidate; readonly table: BlockTable} | undefined;
};

/** Whole blocks as long as they fit; the first is cut when it is larger than the window, and any at the end of the budget. */
const choose = ({handles, peer, overlay, window: asked}: QuotaLook): Choosing => {
	const chosen: Chosen[] = [];
	let window = asked;
	let bytes = 0;
	let entries = 0;
	const purse = new Purse(handles.quota, peer, asked.overhead ?? WIDEST);
	let unpaid: Choosing['unpaid'];
	for (const candidate of chosenCandidates(handles, peer, overlay, window)) {
		const suspicion = suspicionOf(candidate);
		const first = chosen[0];
		if (first !== undefined && suspicionOf(first.candidate) !== suspicion) {
			break;
		}
		if (suspicion === ALONE && isOneAlone(handles)) {
			continue; // The settlement of that one has everybody look again.
		}
		window = windowFor(suspicion, asked);
		const table = requireBlock(handles, candidate.block);
		if (table === undefined) {
			continue;
		}
		const count = candidate.bits.count();
		const size = count === table.count ? table.payloadBytes : table.sizeOf(candidate.bits);
		const fits = entries + count <= window.maxEntries && bytes + size <= window.maxBytes;
		if (!fits && chosen.length > 0) {
			break;
		}
		const {classNo, block} = candidate;
		const wanted = fits ? candidate.bits : firstThatFit(table, candidate.bits, window);
		const bits = purse.pay(table, classNo, wanted);
		if (bits.isEmpty()) {
			unpaid = {candidate, table};
			break;
		}
		const group = candidate.kind === 'due' ? candidate.group : undefined;
		chosen.push({part: {group, classNo, block, bits}, table, group: groupOf(candidate), candidate});
		if (!fits || bits !== wanted) {
			break;
		}
		advance(overlay, candidate);
		bytes += size;
		entries += count;
		if (chosen.length >= MAX_LEASE_PARTS || entries >= window.maxEntries || bytes >= window.maxBytes) {
			break;
		}
	}
	return {parts: chosen, quotaBytes: purse.paid, unpaid};
};

const groupOf = (candidate: Candidate): OpenPart['group'] =>
	candidate.kind === 'due'
		? {
				charged: candidate.row.charged,
				attempts: candidate.row.attempts.at(-1)?.number ?? 0,
				isExpiryWaived: candidate.row.isExpiryWaived,
				heldSince: candidate.row.heldSince,
				heldMs: candidate.row.heldMs,
			}
		: undefined;

const advance = (overlay: LaneOverlay, candidate: Candidate): void => {
	if (candidate.kind === 'fresh' && candidate.reach !== undefined) {
		overlay.exhaust(candidate.classNo, candidate.reach);
	} else if (candidate.kind === 'due' && candidate.cursor !== undefined) {
		overlay.advanceDue(candidate.classNo, candidate.cursor);
	}
};

/** At least one entry, however large. */
const firstThatFit = (table: BlockTable, bits: Bits, {maxBytes, maxEntries}: LeaseWindow): Bits => {
	const fitting = Bits.empty(bits.size);
	let bytes = 0;
	let entries = 0;
	for (const entry of bits) {
		bytes += table.payloadBytesOf(entry);
		entries++;
		if (entries > 1 && (bytes > maxBytes || entries > maxEntries)) {
			break;
		}
		fitting.add(entry);
	}
	return fitting;
};

/** Counts the records over to inflight. A group that was failed is due now, and one that a restart put back is no longer so. */
const markLeased = (
	{env}: StoreHandles,
	peer: PeerNo,
	parts: readonly Chosen[],
	changes: CounterChanges,
): void => {
	for (const {part, candidate} of parts) {
		const count = part.bits.count();
		const from = candidate.kind === 'due' && candidate.row.state === 'failed' ? 'failed' : 'scheduled';
		nextState(from === 'failed' ? (nextState('failed', 'due') as 'scheduled') : 'scheduled', 'lease');
		changes.add(peer, from, -count);
		changes.add(peer, 'inflight', count);
		if (candidate.kind === 'due' && (from === 'failed' || candidate.row.putBackBy !== 0)) {
			const {row, dueAt, group, block} = candidate;
			const left = row.bits.count() - count;
			const putBackBy = left === 0 ? 0 : row.putBackBy;
			put(env.groups, [peer, block, group], encodeGroup({...row, state: 'scheduled', dueAt, putBackBy}));
			// The rest of a group that was cut stays behind and is scheduled too.
			const rest = from === 'failed' ? left : 0;
			changes.add(peer, 'failed', -rest);
			changes.add(peer, 'scheduled', rest);
		}
	}
};

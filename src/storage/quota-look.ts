import type {PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {readBlock, requireBlock} from './blocks.js';
import {buryBits} from './bury.js';
import type {Candidate} from './candidates.js';
import {chosenCandidates, hasChosen} from './choose-candidates.js';
import type {CounterChanges} from './counters.js';
import type {StoreHandles} from './handles.js';
import type {LaneOverlay} from './lane-overlay.js';
import {entryCharge, WIDEST} from './quota-charge.js';
import type {LeaseWindow} from './store.js';

/** Buried in one commit at most. */
const MAX_BURIED_BLOCKS = 256;

/** A look for a lease of one peer. */
export type QuotaLook = {
	readonly handles: StoreHandles;
	readonly peer: PeerNo;
	readonly overlay: LaneOverlay;
	readonly window: LeaseWindow;
};

/**
 * Outside a body: is there anything for a lease to take, or to bury? Costs no write. A lane that has to wait for budget is noted as
 * doing so.
 */
export const isWorthALease = (look: QuotaLook): boolean => {
	const {handles, peer, overlay, window} = look;
	const {quota, env} = handles;
	quota.beginLook(peer);
	if (!quota.isLimited(peer)) {
		quota.endWait(peer);
		return hasChosen(handles, peer, overlay, window);
	}
	env.root.resetReadTxn();
	const first = overlay.look(() => firstOf(chosenCandidates(handles, peer, overlay, window)));
	if (first === undefined) {
		endWait(look);
		return false;
	}
	const table = readBlock(handles, first.block);
	return table === undefined || !hasToWait(look, first, table);
};

/** A look at a part of what waits says nothing of the rest. */
export const endWait = ({handles, peer, window: {again, except, moreUrgentThan}}: QuotaLook): void => {
	if (again === undefined && except === undefined && moreUrgentThan === undefined) {
		handles.quota.endWait(peer);
	}
};

const firstOf = (all: Iterable<Candidate>): Candidate | undefined => {
	for (const candidate of all) {
		return candidate; // Leaving the loop closes lmdb's cursor.
	}
	return undefined;
};

/** Nothing is leased before `candidate`, and its first entry neither fits nor is to be buried: then that is noted. */
export const hasToWait = (look: QuotaLook, candidate: Candidate, table: BlockTable): boolean => {
	const [first] = candidate.bits;
	const neededBytes = first === undefined ? 0 : chargeAlone(look, table, first);
	const waits = judgeCharge(look, candidate, neededBytes) === 'waits';
	if (waits) {
		look.handles.quota.wait(look.peer, {classNo: candidate.classNo, neededBytes});
	}
	return waits;
};

/** Of a lease that holds this one entry. */
const chargeAlone = ({window: {overhead = WIDEST}}: QuotaLook, table: BlockTable, entry: number): number =>
	overhead.perLease + entryCharge(table, entry, overhead);

/** What can never fit is buried under either policy; what does not fit today only under `deadletter`, and when that is certain. */
const judgeCharge = (
	{handles: {quota}, peer}: QuotaLook,
	{classNo}: Candidate,
	neededBytes: number,
): 'fits' | 'waits' | 'beyond' => {
	const room = quota.room(peer, classNo);
	if (neededBytes <= room.now) {
		return 'fits';
	}
	const most = quota.limits.policy === 'deadletter' ? room.atBest : room.ever;
	return neededBytes > most ? 'beyond' : 'waits';
};

/**
 * Inside a body that leases nothing: buries as `QUOTA` what goes first and does not fit, up to the first that does or has to wait.
 * How many records were buried.
 */
export const buryBeyondQuota = (look: QuotaLook, changes: CounterChanges): number => {
	const {handles, peer} = look;
	let buried = 0;
	// All are found before any is changed: a cursor must not run over what is written behind it.
	for (const {candidate, table, bits} of findBeyond(look)) {
		const from = candidate.kind === 'due' && candidate.row.state === 'failed' ? 'failed' : 'scheduled';
		const part =
			candidate.kind === 'due'
				? ({place: 'group', group: candidate.group, row: candidate.row, bits} as const)
				: ({place: 'queue', classNo: candidate.classNo, bits} as const);
		buryBits(handles, {table, peer, part, bits, from, event: 'quota', reason: 'QUOTA'}, changes);
		buried += bits.count();
	}
	changes.add(peer, 'quotaDrops', buried);
	return buried;
};

type Beyond = {readonly candidate: Candidate; readonly table: BlockTable; readonly bits: Bits};

const findBeyond = (look: QuotaLook): readonly Beyond[] => {
	const {handles, peer, overlay, window} = look;
	const found: Beyond[] = [];
	overlay.look(() => {
		for (const candidate of chosenCandidates(handles, peer, overlay, window)) {
			const table = requireBlock(handles, candidate.block);
			const bits = table && beyondIn(look, candidate, table);
			if (table === undefined || bits === undefined || bits.isEmpty()) {
				break;
			}
			found.push({candidate, table, bits});
			if (!bits.equals(candidate.bits) || found.length === MAX_BURIED_BLOCKS) {
				break;
			}
		}
	});
	return found;
};

/** The first entries of the candidate, as far as they are to be buried. */
const beyondIn = (look: QuotaLook, candidate: Candidate, table: BlockTable): Bits => {
	const beyond = Bits.empty(candidate.bits.size);
	for (const entry of candidate.bits) {
		if (judgeCharge(look, candidate, chargeAlone(look, table, entry)) !== 'beyond') {
			break;
		}
		beyond.add(entry);
	}
	return beyond;
};

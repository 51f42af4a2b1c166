import type {ClassNo} from '../outbound/priorities.js';
import type {AgeMs, BlockNo, GroupNo, PeerNo} from '../outbound/units.js';
import type {Bits} from './bits.js';
import {decodeBits} from './bits-row.js';
import {type Candidate, candidates, hasCandidates} from './candidates.js';
import {decodeGroup, isHeld} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {LaneOverlay} from './lane-overlay.js';
import type {LeasePart} from './lease-row.js';
import type {OpenLease} from './open-lease.js';
import type {Lease, LeaseWindow} from './store.js';

/** What a lease may hold of what waits; see `LeaseWindow`. */
export type Choice = Pick<LeaseWindow, 'again' | 'except' | 'chargedAlone' | 'moreUrgentThan' | 'order'>;

/** Charged groups that a lease of others passes over before it is closed: each costs a read. */
const MOST_PASSED_OVER = 64;

/** Inside a body: `candidates`, as far as the choice allows. The caller leases all it is given, or asks for no more. */
export const chosenCandidates = (
	handles: StoreHandles,
	peer: PeerNo,
	overlay: LaneOverlay,
	choice: Choice,
): Iterable<Candidate> => {
	const {again, except = [], chargedAlone = false} = choice;
	if (again !== undefined) {
		return stillWaiting(handles, peer, overlay, partsOf(again));
	}
	const all = candidates(handles, peer, overlay, choice);
	const allowed = except.length === 0 ? all : outside(all, overlay, except);
	return chargedAlone ? chargedApart(allowed, overlay) : allowed;
};

/** Outside a body: does the last commit hold anything that `choice` allows? Costs no write. */
export const hasChosen = (
	handles: StoreHandles,
	peer: PeerNo,
	overlay: LaneOverlay,
	{again, except = [], moreUrgentThan}: Choice,
): boolean => {
	if (again !== undefined) {
		handles.env.root.resetReadTxn();
		return !stillWaiting(handles, peer, overlay, partsOf(again)).next().done;
	}
	const excluded = except.length === 0 ? undefined : new Excluded(except);
	const isWanted = (candidate: Candidate): boolean => excluded?.restOf(candidate) !== 'nothing';
	return hasCandidates(handles, peer, overlay, isWanted, moreUrgentThan);
};

const partsOf = (lease: Lease): readonly LeasePart[] => (lease as OpenLease).parts.map(({part}) => part);

/** Looks each part up: whatever else waits costs nothing. */
function* stillWaiting(
	{env, age}: StoreHandles,
	peer: PeerNo,
	overlay: LaneOverlay,
	parts: readonly LeasePart[],
): Generator<Candidate, undefined> {
	for (const {group, classNo, block, bits: leased} of parts) {
		if (group === undefined) {
			const row = env.queue.get([peer, classNo, block]);
			const bits = row && overlay.free(block, undefined, decodeBits(row)).and(leased);
			if (bits?.isEmpty() === false) {
				yield {kind: 'fresh', classNo, block, bits, reach: undefined};
			}
			continue;
		}
		const stored = overlay.isGroupOut(group) ? undefined : env.groups.get([peer, block, group]);
		const row = stored && decodeGroup(stored);
		if (row !== undefined && row.state !== 'deadletter' && !isHeld(row) && row.dueAt <= age.now()) {
			const bits = row.bits.and(leased);
			yield {kind: 'due', classNo, block, bits, group, dueAt: row.dueAt as AgeMs, row, cursor: undefined};
		}
	}
}

/** The bits of some leases, by where they wait. */
class Excluded {
	readonly #queue = new Map<BlockNo, Bits>();
	readonly #groups = new Set<GroupNo>();

	constructor(leases: readonly Lease[]) {
		for (const {group, block, bits} of leases.flatMap(partsOf)) {
			if (group === undefined) {
				this.#queue.set(block, this.#queue.get(block)?.or(bits) ?? bits);
			} else {
				this.#groups.add(group);
			}
		}
	}

	/** A group is passed over whole: leased in part, it would be out for whoever asks for the rest. */
	restOf(candidate: Candidate): Candidate | 'nothing' {
		if (candidate.kind === 'due') {
			return this.#groups.has(candidate.group) ? 'nothing' : candidate;
		}
		const excluded = this.#queue.get(candidate.block);
		if (excluded === undefined) {
			return candidate;
		}
		const bits = candidate.bits.without(excluded);
		return bits.isEmpty() ? 'nothing' : {...candidate, bits};
	}
}

function* outside(
	all: Iterable<Candidate>,
	overlay: LaneOverlay,
	except: readonly Lease[],
): Generator<Candidate> {
	const excluded = new Excluded(except);
	const passed: Candidate[] = [];
	try {
		for (const candidate of all) {
			const rest = excluded.restOf(candidate);
			if (rest !== candidate) {
				passed.push(candidate);
			}
			if (rest !== 'nothing') {
				yield rest;
			}
		}
	} finally {
		lookAgainFor(passed, overlay);
	}
}

/**
 * A charged group that comes first is all that is yielded; behind others it is passed over. When the last lease was such a
 * group, others go first: both get their turn.
 */
function* chargedApart(all: Iterable<Candidate>, overlay: LaneOverlay): Generator<Candidate> {
	const passed: Candidate[] = [];
	const goesFirst = !overlay.servedCharged;
	let hasOthers = false;
	overlay.servedCharged = false;
	try {
		for (const candidate of all) {
			if (!isCharged(candidate)) {
				hasOthers = true;
				yield candidate;
			} else if (goesFirst && !hasOthers) {
				overlay.servedCharged = true;
				yield candidate;
				return;
			} else if (passed.push(candidate) >= MOST_PASSED_OVER) {
				break;
			}
		}
		const [first] = passed;
		if (!hasOthers && first !== undefined) {
			overlay.servedCharged = true;
			yield first;
		}
	} finally {
		lookAgainFor(passed, overlay);
	}
}

const isCharged = (candidate: Candidate): boolean => candidate.kind === 'due' && candidate.row.charged > 0;

/** The cursors have gone past them, and they still wait. */
const lookAgainFor = (passed: readonly Candidate[], overlay: LaneOverlay): void => {
	const classesOfGroups = new Set<ClassNo>();
	for (const candidate of passed) {
		if (candidate.kind === 'fresh') {
			overlay.lookAgainAt(candidate.classNo, candidate.block);
		} else {
			classesOfGroups.add(candidate.classNo);
		}
	}
	for (const classNo of classesOfGroups) {
		overlay.lookForDueAgain(classNo);
	}
};

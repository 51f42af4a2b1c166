import {nextState} from '../outbound/transitions.js';
import type {AgeMs, EpochMs, PeerNo} from '../outbound/units.js';
import {atomically, put, remove} from './atomically.js';
import {nextAttemptNumber} from './attempts-row.js';
import {requireBlock} from './blocks.js';
import {type CounterChanges, counter, deadCounter} from './counters.js';
import {type GroupRow, NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {END, type LeaseKey} from './layout.js';
import {decodeLease, type LeasePart} from './lease-row.js';
import {META_STARTS} from './meta-keys.js';
import {type Spent, writeSpent} from './quota-rows.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';
import {moreSuspicious} from './suspects.js';
import {addGroup, takeBits} from './take-bits.js';

/** How the last run ended. */
export type LastEnd = {
	/** By its own crash, as a marker says. A kill from outside or a loss of power is none, and buries nobody. */
	readonly isOwnCrash: boolean;
	/** A record that was being sent alone in more crashes than this is buried. */
	readonly maxAbandons: number;
};
export const ORDINARY_END: LastEnd = {isOwnCrash: false, maxAbandons: Number.POSITIVE_INFINITY};

/**
 * The start-up transaction: every lease found was inflight when the daemon ended. Its records go inflight -> abandoned -> scheduled
 * with an attempt of outcome `ABANDONED`, without touching the retry budget. Returns how many there were.
 */
export const abandonLeases = async (handles: StoreHandles, end: LastEnd = ORDINARY_END): Promise<number> => {
	const {abandoned, charges} = await abandonAll(handles, end);
	for (const spent of charges) {
		handles.quota.charge(spent.peer, -spent.bytes);
		handles.quota.spent(spent);
	}
	return abandoned;
};

const abandonAll = (
	handles: StoreHandles,
	end: LastEnd,
): Promise<{readonly abandoned: number; readonly charges: readonly Spent[]}> =>
	atomically(handles, changes => {
		const {env, clock} = handles;
		const start = startNumber(handles);
		for (const {no} of handles.peers.all) {
			changes.add(no, 'abandoned', -counter(handles.counters.get(no), 'abandoned'));
		}
		let abandoned = 0;
		const charges: Spent[] = [];
		const leases = [...env.leases.getRange({start: [0], end: [END]})];
		for (const {key, value} of leases) {
			const [peer] = key as LeaseKey;
			const {leasedAt, quotaBytes, parts} = decodeLease(value);
			// How much of it had left nobody knows.
			charges.push(writeSpent(handles, peer, quotaBytes));
			const isAlone = parts.reduce((sum, {bits}) => sum + bits.count(), 0) === 1;
			const death = {peer, leasedAt, diedAt: clock.now(), start, isAlone, end};
			for (const part of parts.filter(({bits}) => !bits.isEmpty())) {
				abandoned += abandon(handles, death, part, changes);
			}
			remove(env.leases, key);
		}
		return {abandoned, charges};
	});

const startNumber = ({env}: StoreHandles): number => {
	const saved = env.meta.get(META_STARTS);
	const start = saved === undefined ? 1 : new RowReader(saved).u32() + 1;
	put(env.meta, META_STARTS, new RowWriter(4).u32(start).done());
	return start;
};

/** For a row that is damaged: above any that was counted up to, so that no group seems to be put back by this start. */
export const startsRow = ({clock}: StoreHandles): Buffer =>
	new RowWriter(4).u32(Math.floor(Math.max(0, clock.now()) / 1000) % 2 ** 32).done();

/** The number of this start, as group rows carry it. */
export const currentStart = ({env}: StoreHandles): number => {
	const saved = env.meta.get(META_STARTS);
	return saved === undefined ? 0 : new RowReader(saved).u32();
};

type Death = {
	readonly peer: PeerNo;
	readonly leasedAt: EpochMs;
	readonly diedAt: EpochMs;
	readonly start: number;
	/** The lease held one record. */
	readonly isAlone: boolean;
	readonly end: LastEnd;
};

/** How many are scheduled again. */
const abandon = (
	handles: StoreHandles,
	{peer, leasedAt, diedAt, start, isAlone, end}: Death,
	part: LeasePart,
	changes: CounterChanges,
): number => {
	nextState('inflight', 'abandon');
	const from = takeBits(handles, peer, part, part.bits);
	const attempts = from?.attempts ?? [];
	const {suspicion, crashes} = blameOf(from, isAlone, end);
	const count = part.bits.count();
	changes.add(peer, 'inflight', -count);
	const common = {
		bits: part.bits,
		classNo: part.classNo,
		charged: from?.charged ?? 0,
		abandons: (from?.abandons ?? 0) + 1,
		changedAt: diedAt,
		heldSince: NEVER_HELD.heldSince,
		heldMs: from?.heldMs ?? 0,
		isExpiryWaived: from?.isExpiryWaived ?? false,
		suspicion,
		crashes,
		attempts: [
			...attempts,
			{
				number: nextAttemptNumber(attempts),
				startedAt: leasedAt,
				completedAt: diedAt,
				outcome: 'ABANDONED' as const,
				error: 'the daemon ended while this was being sent',
				bytesSent: 0,
			},
		],
	};
	if (crashes > end.maxAbandons) {
		nextState('abandoned', 'exhaust');
		const dead = {state: 'deadletter', reason: 'CRASH_LOOP', diedAt} as const;
		addGroup(handles, peer, part.block, {...common, putBackBy: 0, ...dead});
		changes.add(peer, 'deadletter', count);
		changes.add(peer, deadCounter('CRASH_LOOP'), count);
		const table = requireBlock(handles, part.block);
		if (table !== undefined) {
			changes.addWaiting(peer, table, -count, -table.sizeOf(part.bits));
		}
		return 0;
	}
	const state = nextState('abandoned', 'reschedule') as 'scheduled';
	addGroup(handles, peer, part.block, {...common, putBackBy: start, state, dueAt: 0 as AgeMs});
	changes.add(peer, state, count);
	changes.add(peer, 'abandoned', count);
	return count;
};

/** An end that was no crash of its own neither adds to a suspicion nor ends it. */
const blameOf = (
	from: GroupRow | undefined,
	isAlone: boolean,
	{isOwnCrash}: LastEnd,
): {readonly suspicion: number; readonly crashes: number} => {
	const {suspicion = 0, crashes = 0} = from ?? {};
	return isOwnCrash
		? {suspicion: moreSuspicious(suspicion), crashes: crashes + (isAlone ? 1 : 0)}
		: {suspicion, crashes};
};

import {nextState} from '../outbound/transitions.js';
import type {AgeMs, EpochMs, PeerNo} from '../outbound/units.js';
import {atomically, put, remove} from './atomically.js';
import {nextAttemptNumber} from './attempts-row.js';
import {type CounterChanges, counter} from './counters.js';
import {NEVER_HELD} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {END, type LeaseKey} from './layout.js';
import {decodeLease, type LeasePart} from './lease-row.js';
import {META_STARTS} from './meta-keys.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';
import {addGroup, takeBits} from './take-bits.js';

/**
 * The start-up transaction: every lease found was inflight when the daemon ended. Its records go inflight -> abandoned -> scheduled
 * with an attempt of outcome `ABANDONED`, without touching the retry budget. Returns how many there were.
 */
export const abandonLeases = (handles: StoreHandles): Promise<number> =>
	atomically(handles, changes => {
		const {env, clock} = handles;
		const start = startNumber(handles);
		for (const {no} of handles.peers.all) {
			changes.add(no, 'abandoned', -counter(handles.counters.get(no), 'abandoned'));
		}
		let abandoned = 0;
		const leases = [...env.leases.getRange({start: [0], end: [END]})];
		for (const {key, value} of leases) {
			const [peer] = key as LeaseKey;
			const {leasedAt, parts} = decodeLease(value);
			for (const part of parts.filter(({bits}) => !bits.isEmpty())) {
				putBack(handles, {peer, leasedAt, diedAt: clock.now(), start}, part, changes);
				abandoned += part.bits.count();
			}
			remove(env.leases, key);
		}
		return abandoned;
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
};

const putBack = (
	handles: StoreHandles,
	{peer, leasedAt, diedAt, start}: Death,
	part: LeasePart,
	changes: CounterChanges,
): void => {
	nextState('inflight', 'abandon');
	const state = nextState('abandoned', 'reschedule') as 'scheduled';
	const from = takeBits(handles, peer, part, part.bits);
	const attempts = from?.attempts ?? [];
	addGroup(handles, peer, part.block, {
		bits: part.bits,
		classNo: part.classNo,
		charged: from?.charged ?? 0,
		abandons: (from?.abandons ?? 0) + 1,
		changedAt: diedAt,
		heldSince: NEVER_HELD.heldSince,
		heldMs: from?.heldMs ?? 0,
		putBackBy: start,
		isExpiryWaived: from?.isExpiryWaived ?? false,
		attempts: [
			...attempts,
			{
				number: nextAttemptNumber(attempts),
				startedAt: leasedAt,
				completedAt: diedAt,
				outcome: 'ABANDONED',
				error: 'the daemon ended while this was being sent',
				bytesSent: 0,
			},
		],
		state,
		dueAt: 0 as AgeMs,
	});
	const count = part.bits.count();
	changes.add(peer, 'inflight', -count);
	changes.add(peer, state, count);
	changes.add(peer, 'abandoned', count);
};

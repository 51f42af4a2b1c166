import type {PeerNo} from '../../outbound/units.js';
import {
	COUNTERS,
	type CounterChanges,
	counter,
	decodeCounters,
	emptyRow,
	STORE_COUNTERS,
} from '../counters.js';
import type {StoreHandles} from '../handles.js';
import {countRecords, NEVER_COUNTED_HERE} from '../invariant.js';
import {META_COUNTERS} from '../meta-keys.js';
import {type Place, placeName} from '../read-watch.js';

/**
 * Inside a body that is tolerant, after its other writes: brings the counters to what the rows say. Reads every row. `acked` and
 * `satisfied` only rise: of what has no proof any more it is taken that it expired. Returns the rows that are damaged: what they hold is
 * not counted.
 */
export const recount = (handles: StoreHandles, changes: CounterChanges): readonly Place[] => {
	const {env, peers} = handles;
	const {counted, damaged} = countWhole(handles);
	changes.clear();
	for (const no of [STORE_COUNTERS, ...peers.all.map(peer => peer.no)]) {
		const saved = env.meta.get([META_COUNTERS, no]);
		const stored = saved === undefined ? emptyRow() : decodeCounters(saved);
		const rows = counted.rows.get(no);
		for (const name of COUNTERS.filter(other => !NEVER_COUNTED_HERE.includes(other))) {
			if (name === 'acked' || name === 'satisfied') {
				const expired = name === 'acked' ? 'ackedExpired' : 'satisfiedExpired';
				const proven = counter(rows, name);
				const total = Math.max(counter(stored, name), proven);
				add(changes, no, name, total - counter(stored, name));
				add(changes, no, expired, total - proven - counter(stored, expired));
			} else {
				add(changes, no, name, counter(rows, name) - counter(stored, name));
			}
		}
	}
	return damaged;
};

const countWhole = (
	handles: StoreHandles,
): {readonly counted: CounterChanges; readonly damaged: readonly Place[]} => {
	const {watch} = handles.env;
	const {onDamaged} = watch;
	const damaged = new Map<string, Place>();
	watch.onDamaged = ({place}) => damaged.set(placeName(place), place);
	try {
		return {counted: countRecords(handles), damaged: [...damaged.values()]};
	} finally {
		watch.onDamaged = onDamaged;
	}
};

const add = (
	changes: CounterChanges,
	peer: PeerNo,
	name: Parameters<CounterChanges['add']>[1],
	by: number,
): void => {
	if (by !== 0) {
		changes.add(peer, name, by);
	}
};

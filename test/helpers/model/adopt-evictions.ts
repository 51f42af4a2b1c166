import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import type {ModelRecord, ModelSegment, QueueModel} from './queue-model.js';

/** A payload above 64 KiB has a block of its own, so the model can tell what its eviction concerned. */
const OWN_BLOCK_BYTES = 65_536;

/**
 * Which blocks go depends on sizes that the model does not know, so it takes over what the store evicted, and throws where that is
 * against the rules: all open records of a segment go together, and nothing goes while something remains that goes before it.
 */
export const adoptEvictions = (model: QueueModel, store: LmdbStore): void => {
	const evicted = model.segments.filter(segment => isEvicted(model, store, segment));
	if (evicted.length === 0) {
		return;
	}
	const ranks = evicted.map(segment => ({segment, rank: rankOf(segment)}));
	const held = ranks.find(({rank}) => rank === Number.POSITIVE_INFINITY);
	if (held !== undefined) {
		throw new Error(`${held.segment.id} was evicted though an operator holds it`);
	}
	for (const segment of evicted) {
		for (const record of segment.records.filter(each => isOpen(each) && keeps(each))) {
			for (const lease of model.leases.filter(({isOpen, records}) => isOpen && records.includes(record))) {
				lease.cut.add(record);
			}
			model.bury(record, 'EVICTED');
		}
	}
	const remaining = model.segments.filter(
		segment =>
			segment.payload.length > OWN_BLOCK_BYTES &&
			segment.records.some(record => isOpen(record) && keeps(record)) &&
			!isCutOut(model, segment),
	);
	for (const {segment, rank} of ranks.filter(({segment: {payload}}) => payload.length > OWN_BLOCK_BYTES)) {
		const better = remaining.find(other => rankOf(other) < rank);
		if (better !== undefined) {
			throw new Error(
				`${segment.id} (rank ${rank}) was evicted before ${better.id} (rank ${rankOf(better)})`,
			);
		}
	}
};

/** Buried out of a lease that is not settled: the store lets its block be as if it were still being sent. */
const isCutOut = ({leases}: QueueModel, {records}: ModelSegment): boolean =>
	records.some(
		record =>
			record.state === 'deadletter' && leases.some(lease => lease.isOpen && lease.records.includes(record)),
	);

const isOpen = ({state}: ModelRecord): boolean =>
	['scheduled', 'inflight', 'failed', 'deadletter'].includes(state);
const keeps = ({reason}: ModelRecord): boolean => reason !== 'EVICTED' && reason !== 'SEGMENT_MISSING';

/** Has the store evicted it since the last look? One that lost its payload otherwise, before, tells nothing. */
const isEvicted = (model: QueueModel, store: LmdbStore, segment: ModelSegment): boolean => {
	if (model.find(segment.id) !== segment) {
		return false;
	}
	const open = segment.records.filter(record => isOpen(record) && keeps(record));
	const gone = open.filter(
		({peer, segment: {id}}) => store.inspect(id as never, peer)[0]?.reason === 'EVICTED',
	);
	if (gone.length > 0 && gone.length < open.length) {
		throw new Error(`${segment.id} was evicted for some of its peers and not for the others`);
	}
	return gone.length > 0;
};

/** What goes first has the lowest: 0-3 what waits, from the lowest class on; then the dead; then what is being sent; held never. */
const rankOf = ({records}: ModelSegment): number => {
	const open = records.filter(record => isOpen(record) && keeps(record));
	if (open.some(({heldSince}) => heldSince !== undefined)) {
		return Number.POSITIVE_INFINITY;
	}
	if (open.some(({state}) => state === 'inflight')) {
		return 5;
	}
	const waiting = open.filter(({state}) => state !== 'deadletter');
	return waiting.length > 0 ? 3 - Math.max(...waiting.map(({classNo}) => classNo)) : 4;
};

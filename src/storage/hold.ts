import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import {atomically} from './atomically.js';
import {Bits} from './bits.js';
import type {CounterChanges} from './counters.js';
import type {StoreHandles} from './handles.js';
import {holdBits, releaseBits} from './hold-moves.js';
import {type LocatedRecord, locate, locateRecord} from './locate.js';
import {holdingLease, stateOf} from './record-state.js';
import {partsOf} from './record-view.js';
import type {HoldResult, HoldVerb} from './store.js';

/** See `OutboundStore.hold`. */
export const holdOrRelease = async (
	handles: StoreHandles,
	verb: HoldVerb,
	{segment, peer}: {readonly segment: SegmentId; readonly peer?: PeerId | undefined},
): Promise<HoldResult> => {
	const touched = new Set<PeerNo>();
	const result = await atomically(handles, changes => {
		const records =
			peer === undefined ? waitingRecords(handles, segment) : [locateRecord(handles, segment, peer)];
		const fates = records.map(record => apply(handles, verb, record, changes));
		for (const [at, fate] of fates.entries()) {
			if (fate === 'changed') {
				touched.add((records[at] as LocatedRecord).peer);
			} else if (fate instanceof EdgedError && (peer !== undefined || records.length === 1)) {
				throw fate;
			}
		}
		return {
			changed: fates.filter(fate => fate === 'changed').length,
			refused: fates.filter(fate => fate instanceof EdgedError).length,
		};
	});
	if (verb === 'release') {
		for (const no of touched) {
			handles.announce(no);
		}
	}
	return result;
};

/** What of a segment is not done with, for all its peers. Throws `NOT_FOUND`, and `INVALID_STATE` when all of it is. */
const waitingRecords = (handles: StoreHandles, segment: SegmentId): readonly LocatedRecord[] => {
	const found = locate(handles, segment);
	if (found === undefined) {
		throw new EdgedError('NOT_FOUND', `segment ${segment} is not known here`, {segment_id: segment});
	}
	const {table, entry} = found;
	const records = table.route.flatMap(peer =>
		partsOf(handles, table, peer)
			.filter(part => part.bits.has(entry))
			.map(part => ({table, entry, peer, part})),
	);
	const waiting = records.filter(
		({part}) => part.place === 'queue' || (part.place === 'group' && part.row.state !== 'deadletter'),
	);
	if (waiting.length === 0) {
		throw new EdgedError('INVALID_STATE', `nothing of segment ${segment} waits any more`, {
			segment_id: segment,
		});
	}
	return waiting;
};

/** What is held and what is not stay as they are when that is what was asked for. */
const apply = (
	handles: StoreHandles,
	verb: HoldVerb,
	record: LocatedRecord,
	changes: CounterChanges,
): 'changed' | 'unchanged' | EdgedError => {
	const {table, entry, peer, part} = record;
	const state = stateOf(record, holdingLease(handles, record));
	if (part.place === 'settled' || part.place === 'span' || (state !== 'scheduled' && state !== 'failed')) {
		return refusal(handles, verb, record, state);
	}
	const bits = Bits.of(table.count, entry);
	if (verb === 'hold') {
		return holdBits(handles, {table, peer, part, bits}, changes) ? 'changed' : 'unchanged';
	}
	const isReleased = part.place === 'group' && releaseBits(handles, {table, peer, part, bits}, changes);
	return isReleased ? 'changed' : 'unchanged';
};

const refusal = (
	{peers}: StoreHandles,
	verb: HoldVerb,
	{table, entry, peer}: LocatedRecord,
	state: string,
): EdgedError => {
	const [segment, peerId] = [table.segmentIdOf(entry), peers.id(peer)];
	const why =
		state === 'inflight'
			? `it is being sent: ${verb} it when the attempt has ended, or pause ${peerId} first`
			: `only what waits can be ${verb === 'hold' ? 'held' : 'released'}`;
	return new EdgedError('INVALID_STATE', `segment ${segment} for peer ${peerId} is ${state}: ${why}`, {
		segment_id: segment,
		peer_id: peerId,
		state,
	});
};

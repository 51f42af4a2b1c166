import {EdgedError} from '../outbound/errors.js';
import type {PeerId, SegmentId} from '../outbound/names.js';
import {applyChange} from './apply-change.js';
import {atomically} from './atomically.js';
import {Bits} from './bits.js';
import {isOpenPart} from './bury.js';
import {segmentMissing} from './deadletter-moves.js';
import {isHeld} from './group-row.js';
import type {StoreHandles} from './handles.js';
import type {WaitingBits} from './hold-moves.js';
import {type LocatedRecord, locate, locateRecord} from './locate.js';
import {QuotaDesk} from './quota-desk.js';
import {holdingLease, stateOf} from './record-state.js';
import {partsOf} from './record-view.js';
import {RefusalCount} from './refusal-count.js';
import type {ChangeResult, Refusal, WaitingChange} from './store.js';
import {type Change, resolveChange, sift} from './waiting-change.js';

/** One peer's record of a segment, or all that the segment waits for. */
export type ChangeTarget = {readonly segment: SegmentId; readonly peer?: PeerId | undefined};

/** See `OutboundStore.change`. */
export const changeRecord = async (
	handles: StoreHandles,
	wanted: WaitingChange,
	target: ChangeTarget,
): Promise<ChangeResult> => {
	const change = resolveChange(handles, wanted);
	const {wake, result} = await atomically(handles, changes => {
		const {matches, result: found} = look(handles, change, target);
		return {wake: applyChange(handles, change, matches, changes), result: found};
	});
	for (const no of wake) {
		handles.announce(no);
	}
	return result;
};

/** See `OutboundStore.previewChange`. */
export const previewRecord = (
	handles: StoreHandles,
	change: WaitingChange,
	target: ChangeTarget,
): ChangeResult => {
	handles.env.root.resetReadTxn();
	return look(handles, resolveChange(handles, change), target).result;
};

type Look = {readonly matches: readonly WaitingBits[]; readonly result: ChangeResult};

const look = (handles: StoreHandles, change: Change, {segment, peer}: ChangeTarget): Look => {
	if (peer === undefined && change.verb === 'move') {
		throw new EdgedError('INVALID_ARGUMENT', 'say from which peer the segment is to be moved');
	}
	const records =
		peer === undefined ? waitingRecords(handles, segment) : [locateRecord(handles, segment, peer)];
	const matches: WaitingBits[] = [];
	const refusals = new RefusalCount();
	for (const record of records) {
		const fate = fateOf(handles, change, record);
		if ('match' in fate) {
			matches.push(fate.match);
		} else if ('refused' in fate && records.length === 1) {
			throw fate.error;
		} else if ('refused' in fate) {
			refusals.add(fate.refused, Bits.full(1));
		}
	}
	return {matches, result: {changed: matches.length, ...refusals.told()}};
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

type Fate =
	| {readonly match: WaitingBits}
	| {readonly refused: Refusal; readonly error: EdgedError}
	| {readonly isAsAsked: true};

const fateOf = (handles: StoreHandles, change: Change, record: LocatedRecord): Fate => {
	const {table, entry, peer, part} = record;
	const state = stateOf(record, holdingLease(handles, record));
	const waits = state === 'scheduled' || state === 'failed';
	if (!isOpenPart(part) || !(waits || (change.verb === 'move' && state === 'deadletter'))) {
		return {refused: 'being_sent', error: notNow(handles, change, record, state)};
	}
	const held = part.place === 'group' && isHeld(part.row);
	if ((change.verb === 'hold' && held) || (change.verb === 'release' && !held)) {
		return {isAsAsked: true};
	}
	const found = {table, peer, part, bits: Bits.of(table.count, entry)};
	const {able, refused} = sift(handles, change, found);
	const [why] = refused;
	if (why !== undefined) {
		return {refused: why[0], error: notThere(handles, change, record, why[0])};
	}
	return able.isEmpty() ? {isAsAsked: true} : {match: found};
};

const INFINITIVE = {
	hold: 'hold it',
	release: 'release it',
	expire: 'expire it',
	force: 'bury it',
	set_priority: 'change its priority',
	move: 'move it',
} as const satisfies Record<Change['verb'], string>;

const PASSIVE = {
	hold: 'only what waits can be held',
	release: 'only what waits can be released',
	expire: 'only what waits can be expired',
	force: 'only what waits can be buried',
	set_priority: 'only what waits can change its priority',
	move: 'only what waits and deadletters can be moved',
} as const satisfies Record<Change['verb'], string>;

/** Because of its state. */
const notNow = (
	{peers}: StoreHandles,
	{verb}: Change,
	{table, entry, peer}: LocatedRecord,
	state: string,
): EdgedError => {
	const [segment, peerId] = [table.segmentIdOf(entry), peers.id(peer)];
	const why =
		state === 'inflight'
			? `it is being sent: ${INFINITIVE[verb]} when the attempt has ended, or pause ${peerId} first`
			: PASSIVE[verb];
	return new EdgedError('INVALID_STATE', `segment ${segment} for peer ${peerId} is ${state}: ${why}`, {
		segment_id: segment,
		peer_id: peerId,
		state,
	});
};

/** Because of where it should go. */
const notThere = (
	handles: StoreHandles,
	change: Change,
	{table, entry, peer, part}: LocatedRecord,
	why: Refusal,
): EdgedError => {
	const {peers} = handles;
	const to = change.verb === 'move' ? change.to : peer;
	const segment = table.segmentIdOf(entry);
	const data = {segment_id: segment, peer_id: peers.id(peer), to_peer_id: peers.id(to)};
	if (why === 'payload_gone') {
		return segmentMissing(`segment ${segment} for peer ${peers.id(peer)}`, 'moved');
	}
	if (why === 'too_large') {
		const classNo =
			change.verb === 'set_priority'
				? change.classNo
				: part.place === 'group'
					? part.row.classNo
					: 'classNo' in part
						? part.classNo
						: table.classNo;
		const refusal = new QuotaDesk(handles).refusal([to], classNo, table.payloadBytesOf(entry));
		return new EdgedError('TOO_LARGE', refusal ?? 'it could never be sent within the daily quota', data);
	}
	return new EdgedError(
		'INVALID_STATE',
		`segment ${segment} cannot be moved to ${peers.id(to)}, which has a record of it already or had one`,
		data,
	);
};

import {EdgedError} from '../outbound/errors.js';
import {type ClassNo, classOf} from '../outbound/priorities.js';
import type {PeerNo} from '../outbound/units.js';
import {Bits} from './bits.js';
import {canRetry} from './deadletter-moves.js';
import type {StoreHandles} from './handles.js';
import type {WaitingBits} from './hold-moves.js';
import type {Stage} from './list-stages.js';
import {QuotaDesk} from './quota-desk.js';
import type {Refusal, WaitingChange, WaitingSelector} from './selectors.js';

/** A change by the numbers that the store knows things by. */
export type Change =
	| {readonly verb: 'hold' | 'release' | 'expire' | 'force'}
	| {readonly verb: 'set_priority'; readonly classNo: ClassNo}
	| {readonly verb: 'move'; readonly to: PeerNo};

/** Throws `UNKNOWN_PEER`. */
export const resolveChange = ({peers}: StoreHandles, change: WaitingChange): Change => {
	if (typeof change === 'string') {
		return {verb: change};
	}
	return 'moveTo' in change
		? {verb: 'move', to: peers.no(change.moveTo)}
		: {verb: 'set_priority', classNo: classOf(change.setPriority)};
};

/** Where the records that a change is meant for may be. Throws `INVALID_ARGUMENT` for dead ones that are not to be moved. */
export const stagesOf = ({verb}: Change, {state}: WaitingSelector): readonly Stage[] => {
	if (state === 'deadletter') {
		if (verb !== 'move') {
			throw new EdgedError('INVALID_ARGUMENT', 'a deadletter can be moved, retried and purged, nothing else');
		}
		return ['deadletters'];
	}
	const all: readonly Stage[] = STAGES[verb];
	return state === 'held' ? (verb === 'hold' ? [] : ['held']) : all;
};

/** `expire` finds what is held only when it is asked for: a hold protects it from selectors that do not name it. */
const STAGES = {
	hold: ['queue', 'due'],
	release: ['held'],
	expire: ['queue', 'due'],
	force: ['queue', 'held', 'due'],
	set_priority: ['queue', 'held', 'due'],
	move: ['queue', 'held', 'due'],
} as const satisfies Record<Change['verb'], readonly Stage[]>;

/** What of some records can be changed, and what cannot and why. What is as asked already is neither. */
export type Sifted = {
	readonly able: Bits;
	readonly refused: readonly (readonly [Refusal, Bits])[];
};

/** Of records that are not being sent. Reads only. */
export const sift = (handles: StoreHandles, change: Change, found: WaitingBits): Sifted => {
	const {table, part, bits} = found;
	switch (change.verb) {
		case 'hold':
		case 'release':
		case 'expire':
		case 'force':
			return {able: bits, refused: []};
		case 'set_priority': {
			const classNo = part.place === 'group' ? part.row.classNo : part.classNo;
			return classNo === change.classNo
				? {able: Bits.empty(table.count), refused: []}
				: fitting(handles, found, {peer: found.peer, classNo: change.classNo}, bits);
		}
		case 'move':
			return siftMove(handles, found, change.to);
	}
};

const siftMove = (handles: StoreHandles, found: WaitingBits, to: PeerNo): Sifted => {
	const {table, peer, part, bits} = found;
	const isDead = part.place === 'group' && part.row.state === 'deadletter';
	const dead = isDead ? {peer, table, group: part.group, row: part.row as never, bits} : undefined;
	if (dead !== undefined && !canRetry(handles, dead)) {
		return {able: Bits.empty(table.count), refused: [['payload_gone', bits]]};
	}
	// What was purged there, or done with so long ago that its proof is gone, was there too.
	const has = table.route.includes(to) ? bits.without(table.elsewhereOf(to)) : Bits.empty(table.count);
	const classNo = part.place === 'group' ? part.row.classNo : part.classNo;
	const {able, refused} = fitting(handles, found, {peer: to, classNo}, bits.without(has));
	return {able, refused: has.isEmpty() ? refused : [['has_it', has], ...refused]};
};

type Destination = {readonly peer: PeerNo; readonly classNo: ClassNo};

/** What could be sent within the daily quotas, on a day on which nothing else is. */
const fitting = (
	handles: StoreHandles,
	{table}: WaitingBits,
	{peer, classNo}: Destination,
	bits: Bits,
): Sifted => {
	if (!handles.quota.isAnySet) {
		return {able: bits, refused: []};
	}
	const desk = new QuotaDesk(handles);
	const large = [...bits].filter(
		entry => desk.refusal([peer], classNo, table.payloadBytesOf(entry)) !== undefined,
	);
	const tooLarge = Bits.of(table.count, ...large);
	return {able: bits.without(tooLarge), refused: large.length === 0 ? [] : [['too_large', tooLarge]]};
};

import {DEADLETTER_REASONS} from '../outbound/attempts.js';
import {counter, deadCounter} from './counters.js';
import {findDead} from './dead-groups.js';
import type {StoreHandles} from './handles.js';
import type {DeadletterSelector, DeadTally, TallyStep} from './store.js';

/** See `OutboundStore.tallyMatching`: from counters, in one step, where they cover the selector. */
export const tallyMatching = (handles: StoreHandles, selector: DeadletterSelector): TallyStep => {
	const {since, before, label, numberedBelow} = selector;
	const isCovered = [since, before, label, numberedBelow].every(part => part === undefined);
	return isCovered
		? {tally: fromCounters(handles, selector), cursor: undefined, done: true}
		: byLooking(handles, selector);
};

const fromCounters = ({counters, peers}: StoreHandles, {peer, reason}: DeadletterSelector): DeadTally => {
	const wanted = peer === undefined ? peers.all : [{id: peer, no: peers.no(peer)}];
	const reasons = reason === undefined ? DEADLETTER_REASONS : [reason];
	return wanted
		.flatMap(({id, no}) =>
			reasons.map(each => ({peer: id, reason: each, records: counter(counters.get(no), deadCounter(each))})),
		)
		.filter(({records}) => records > 0);
};

const byLooking = (handles: StoreHandles, selector: DeadletterSelector): TallyStep => {
	handles.env.root.resetReadTxn();
	const {matches, cursor, atEnd} = findDead(handles, selector, Number.POSITIVE_INFINITY);
	const ids = new Map(handles.peers.all.map(({id, no}) => [no, id]));
	const tally = matches.flatMap(({dead: {peer, row, bits}}) => {
		const id = ids.get(peer);
		return id === undefined ? [] : [{peer: id, reason: row.reason, records: bits.count()}];
	});
	return {tally, cursor, done: atEnd};
};

import type {PeerNo} from '../outbound/units.js';
import {buryBits} from './bury.js';
import type {CounterChanges} from './counters.js';
import type {StoreHandles} from './handles.js';
import {classify, holdBits, releaseBits, type WaitingBits} from './hold-moves.js';
import {RecordMover} from './record-mover.js';
import type {Change} from './waiting-change.js';

/**
 * Inside a body: changes what `sift` has found able. Returns the peers whose lanes may have something to send now: to be told after the
 * commit.
 */
export const applyChange = (
	handles: StoreHandles,
	change: Change,
	matches: readonly WaitingBits[],
	changes: CounterChanges,
): ReadonlySet<PeerNo> => {
	const wake = new Set<PeerNo>();
	const mover = change.verb === 'move' ? new RecordMover(handles, changes, change.to) : undefined;
	for (const match of matches) {
		const {peer, part, bits} = match;
		switch (change.verb) {
			case 'hold':
				holdBits(handles, match, changes);
				break;
			case 'release':
				if (part.place === 'group') {
					releaseBits(handles, {...match, part}, changes);
					wake.add(peer);
				}
				break;
			case 'expire':
			case 'force': {
				const from = part.place === 'group' && part.row.state === 'failed' ? 'failed' : 'scheduled';
				buryBits(handles, {...match, bits, from, event: change.verb, reason: REASON[change.verb]}, changes);
				break;
			}
			case 'set_priority':
				classify(handles, match, change.classNo);
				wake.add(peer);
				break;
			case 'move':
				mover?.move(match);
				wake.add(change.to);
				break;
		}
	}
	if (matches.length > 0) {
		mover?.write();
	}
	return wake;
};

const REASON = {expire: 'EXPIRED', force: 'FORCED'} as const;

import type {BlockNo} from '../outbound/units.js';
import {atomically, put} from './atomically.js';
import {readBlock} from './blocks.js';
import type {StoreHandles} from './handles.js';
import {META_SUCCESS} from './meta-keys.js';
import {releaseBlock} from './release-block.js';
import {Satisfier} from './satisfy.js';
import {encodeAdopted} from './success-condition.js';

/** Blocks looked at, and blocks changed, in one commit. */
const MOST_LOOKED_AT = 512;
const MOST_CHANGED = 64;

/**
 * After a change of the success condition: makes satisfied what waits though enough peers had it before, as far as proofs of that are
 * kept. One commit a call, which notes how far it is; `true` while there is more.
 */
export const satisfyLate = async (handles: StoreHandles): Promise<boolean> => {
	const {acksSince, settings} = handles;
	if (settings.successCondition === 'all_peers' || handles.satisfiedTo >= acksSince) {
		return false;
	}
	handles.satisfiedTo = await atomically(handles, changes => {
		const satisfier = new Satisfier(handles, changes);
		const {next, changed} = lookAt(handles, satisfier);
		satisfier.write();
		for (const table of changed) {
			releaseBlock(handles, table, changes);
		}
		const {successCondition: condition} = settings;
		put(handles.env.meta, META_SUCCESS, encodeAdopted({condition, since: acksSince, satisfiedTo: next}));
		return next;
	});
	return handles.satisfiedTo < acksSince;
};

const lookAt = (handles: StoreHandles, satisfier: Satisfier) => {
	const {env, satisfiedTo, acksSince} = handles;
	const range = {start: satisfiedTo, end: acksSince, limit: MOST_LOOKED_AT};
	const blocks = [...env.blocks.getKeys(range)] as BlockNo[];
	const changed = [];
	for (const block of blocks) {
		const table = readBlock(handles, block);
		if (table !== undefined && satisfier.satisfyLate(table)) {
			changed.push(table);
		}
		if (changed.length === MOST_CHANGED) {
			return {next: (block + 1) as BlockNo, changed};
		}
	}
	const last = blocks.at(-1);
	const isEnd = last === undefined || blocks.length < MOST_LOOKED_AT;
	return {next: isEnd ? acksSince : ((last + 1) as BlockNo), changed};
};

import type {BlockNo} from '../../outbound/units.js';
import {commit} from '../atomically.js';
import {readBlock} from '../blocks.js';
import type {StoreHandles} from '../handles.js';
import {DATABASE_NAMES} from '../layout.js';
import type {Place} from '../read-watch.js';
import {recount} from './recount.js';
import {findOverhangs, trimLeases} from './trim-leases.js';

/** Written by the last commits before the end: where a bad end shows first. */
const LAST_BLOCKS = 64;

/** Reads `meta`, the leases with what they name and the tables of the blocks written last, and has put right what is damaged there. */
export const checkAtStart = async (handles: StoreHandles): Promise<void> => {
	for (const place of damagedPlaces(handles)) {
		await handles.mend(place);
	}
	const overhangs = findOverhangs(handles);
	if (overhangs.length > 0) {
		await commit(
			handles,
			changes => {
				trimLeases(handles, overhangs);
				recount(handles, changes);
			},
			'tolerant',
		);
		for (const block of new Set(overhangs.flatMap(({blocks}) => blocks))) {
			await handles.mend({database: 'payloads', key: [block, 0]});
		}
	}
};

const damagedPlaces = (handles: StoreHandles): readonly Place[] => {
	const {env} = handles;
	const found: Place[] = [];
	const {onDamaged} = env.watch;
	env.watch.onDamaged = ({place}) => found.push(place);
	try {
		for (const name of DATABASE_NAMES.filter(each => each === 'meta' || each === 'leases')) {
			for (const _ of env[name].getRange()) {
				// Reading is the check.
			}
		}
		findOverhangs(handles); // So it is of what they name.
		for (const {key} of env.blocks.getRange({reverse: true, limit: LAST_BLOCKS})) {
			readBlock(handles, key as BlockNo);
		}
	} finally {
		env.watch.onDamaged = onDamaged;
	}
	return found;
};

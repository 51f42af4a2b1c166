import type {BlockNo} from '../../outbound/units.js';
import {readBlock} from '../blocks.js';
import type {StoreHandles} from '../handles.js';
import {DATABASE_NAMES} from '../layout.js';
import type {Place} from '../read-watch.js';

/** Written by the last commits before the end: where a bad end shows first. */
const LAST_BLOCKS = 64;

/** Reads `meta`, the leases and the tables of the blocks written last, and has put right what is damaged there. */
export const checkAtStart = async (handles: StoreHandles): Promise<void> => {
	for (const place of damagedPlaces(handles)) {
		await handles.mend(place);
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
		for (const {key} of env.blocks.getRange({reverse: true, limit: LAST_BLOCKS})) {
			readBlock(handles, key as BlockNo);
		}
	} finally {
		env.watch.onDamaged = onDamaged;
	}
	return found;
};

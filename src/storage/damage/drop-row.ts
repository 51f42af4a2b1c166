import {remove} from '../atomically.js';
import type {StoreHandles} from '../handles.js';
import {END} from '../layout.js';
import type {Place} from '../read-watch.js';

/** Inside a body: takes away a row that cannot be read; of a group, whatever key leads to it, for the row does not tell which that is. */
export const dropRow = ({env}: StoreHandles, {database, key}: Place): void => {
	remove(env[database], key);
	if (database !== 'groups') {
		return;
	}
	const [peer, ...blockAndGroup] = key as [number, number, number];
	for (const name of ['due', 'held', 'deadletters'] as const) {
		const keys = [...env[name].getKeys({start: [peer], end: [peer, END]})] as number[][];
		for (const found of keys) {
			if (found.slice(-2).join() === blockAndGroup.join()) {
				remove(env[name], found);
			}
		}
	}
};

import type {Key} from 'lmdb';
import {remove} from '../atomically.js';
import type {StoreHandles} from '../handles.js';
import {END} from '../layout.js';

/** Inside a body: takes away whatever key leads to the group of this key, whose row cannot be read and so does not tell which it is. */
export const removeKeysOf = ({env}: StoreHandles, groupKey: Key): void => {
	const [peer, ...blockAndGroup] = groupKey as [number, number, number];
	for (const name of ['due', 'held', 'deadletters'] as const) {
		const keys = [...env[name].getKeys({start: [peer], end: [peer, END]})] as number[][];
		for (const key of keys) {
			if (key.slice(-2).join() === blockAndGroup.join()) {
				remove(env[name], key);
			}
		}
	}
};

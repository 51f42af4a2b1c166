import {EdgedError} from '../outbound/errors.js';
import {atomically} from './atomically.js';
import type {StoreHandles} from './handles.js';

/** Pages that a commit has freed serve the next but one. */
const COMMITS = 2;

/** See `LmdbStore.recover`: the store must write, and there must be room for more than that. */
export const recover = async (handles: StoreHandles): Promise<boolean> => {
	if (!handles.env.isInPlace()) {
		return false;
	}
	try {
		for (let count = 0; count < COMMITS; count++) {
			await atomically(handles, () => undefined);
		}
	} catch (error) {
		if (error instanceof EdgedError) {
			return false;
		}
		throw error;
	}
	return handles.room.recover();
};

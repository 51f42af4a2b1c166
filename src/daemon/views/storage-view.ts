import {statfsSync} from 'node:fs';
import type {WireStorage} from '../../rpc/contract/status.js';
import type {SpaceUse} from '../../storage/store.js';

export const storageView = (space: SpaceUse, freeBytes: number, writes: 'well' | 'failing'): WireStorage => ({
	live_bytes: space.liveBytes,
	ceiling_bytes: space.ceilingBytes,
	file_bytes: space.fileBytes,
	free_bytes: freeBytes,
	state: stateOf(space, writes),
});

const stateOf = (
	{liveBytes, ceilingBytes, warningBytes}: SpaceUse,
	writes: 'well' | 'failing',
): WireStorage['state'] => {
	if (writes === 'failing') {
		return 'degraded';
	}
	if (liveBytes >= ceilingBytes) {
		return 'full';
	}
	return liveBytes >= warningBytes ? 'warning' : 'ok';
};

/** What a process without privileges may still write on the file system of `directory`; 0 when it is gone. */
export const freeBytesOf = (directory: string): number => {
	try {
		const {bavail, bsize} = statfsSync(directory);
		return bavail * bsize;
	} catch {
		return 0; // An operator who has lost the directory needs status the more.
	}
};

import {statfsSync} from 'node:fs';
import type {WireStorage} from '../../rpc/contract/status.js';
import {formatTime} from '../../runtime/clock.js';
import type {SpaceUse} from '../../storage/store.js';
import type {CheckProgress} from '../store-check.js';

export type StoreFacts = {
	readonly space: SpaceUse;
	readonly freeBytes: number;
	readonly writes: 'well' | 'failing';
	readonly check: CheckProgress;
	readonly damage: {readonly mended: number; readonly buried: number};
};

export const storageView = ({space, freeBytes, writes, check, damage}: StoreFacts): WireStorage => ({
	live_bytes: space.liveBytes,
	ceiling_bytes: space.ceilingBytes,
	file_bytes: space.fileBytes,
	free_bytes: freeBytes,
	state: stateOf(space, writes),
	check: {
		state: check.state,
		checked_bytes: check.bytes,
		completed_at: check.completedAt === undefined ? null : formatTime(check.completedAt),
	},
	damage: {rows: damage.mended, buried_records: damage.buried},
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

import type {WireStorage} from '../../rpc/contract/status.js';
import {formatTime} from '../../runtime/clock.js';
import type {SpaceUse} from '../../storage/store.js';
import type {CheckProgress} from '../store-check.js';

export type StoreFacts = {
	readonly space: SpaceUse;
	readonly writes: 'well' | 'failing';
	readonly check: CheckProgress;
	readonly damage: {readonly mended: number; readonly buried: number};
};

export const storageView = ({space, writes, check, damage}: StoreFacts): WireStorage => ({
	live_bytes: space.liveBytes,
	ceiling_bytes: space.ceilingBytes,
	file_bytes: space.fileBytes,
	free_bytes: space.freeBytes,
	state: stateOf(space, writes),
	check: {
		state: check.state,
		checked_bytes: check.bytes,
		completed_at: check.completedAt === undefined ? null : formatTime(check.completedAt),
	},
	damage: {rows: damage.mended, buried_records: damage.buried},
});

const stateOf = (space: SpaceUse, writes: 'well' | 'failing'): WireStorage['state'] => {
	if (writes === 'failing') {
		return 'degraded';
	}
	if (space.liveBytes >= space.ceilingBytes) {
		return 'full';
	}
	return isStrained(space) ? 'warning' : 'ok';
};

/** More than four fifths of the ceiling are stored, or next to nothing is free on the disk. */
export const isStrained = ({liveBytes, warningBytes, freeBytes, freeFloorBytes}: SpaceUse): boolean =>
	liveBytes >= warningBytes || freeBytes < freeFloorBytes;

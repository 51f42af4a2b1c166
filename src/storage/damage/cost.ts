import type {PeerId, SegmentId} from '../../outbound/names.js';
import type {EpochMs} from '../../outbound/units.js';
import type {StoreHandles} from '../handles.js';
import {list} from '../list.js';

/** A record that damage has cost its payload. */
export type BuriedRecord = {readonly segmentId: SegmentId; readonly peerId: PeerId};

const PAGE = 1000;

/** The records that were buried as `CORRUPT` at `since` or later: what putting right from then on has cost. */
export const buriedSince = (handles: StoreHandles, since: EpochMs): readonly BuriedRecord[] => {
	const found: BuriedRecord[] = [];
	let cursor: string | undefined;
	do {
		const page = list(
			handles,
			{state: 'deadletter', reason: 'CORRUPT'},
			{limit: PAGE, ...(cursor === undefined ? {} : {cursor})},
		);
		for (const {segmentId, peerId, updatedAt} of page.records) {
			if (updatedAt >= since) {
				found.push({segmentId, peerId});
			}
		}
		cursor = page.nextCursor;
	} while (cursor !== undefined);
	return found;
};

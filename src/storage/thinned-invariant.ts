import type {BlockTable} from './block-table.js';
import type {StoreHandles} from './handles.js';
import {keptEntries} from './kept-entries.js';
import {hasPayload} from './release-block.js';
import {neededEntries} from './thin.js';

/** What is wrong with the `thinned` row of a block, in words. */
export const thinnedViolations = (handles: StoreHandles, table: BlockTable): readonly string[] => {
	const {block} = table;
	const kept = keptEntries(handles, block);
	if (kept === undefined) {
		return [];
	}
	if (!hasPayload(handles, block)) {
		return [`block ${block}: thinned, and it has no payload`];
	}
	const found: string[] = [];
	const length = handles.env.payloads.get([block, 0])?.length ?? 0;
	if (kept.size !== table.count || length !== table.sizeOf(kept)) {
		found.push(`block ${block}: thinned to ${table.sizeOf(kept)} bytes, and its chunk has ${length}`);
	}
	if (!neededEntries(handles, table).without(kept).isEmpty()) {
		found.push(`block ${block}: thinned of what is still needed`);
	}
	return found;
};

import type {BlockNo} from '../../outbound/units.js';
import {remove} from '../atomically.js';
import type {BlockTable} from '../block-table.js';
import type {StoreHandles} from '../handles.js';
import {forgetKept} from '../kept-entries.js';
import {END} from '../layout.js';
import {hasPayload, isOrphan, isPayloadNeeded} from '../release-block.js';

/** Inside a body: removes the payload of a block, whatever its table says. How many bytes it had. */
export const removeChunks = (handles: StoreHandles, block: BlockNo): number => {
	const {env} = handles;
	let bytes = 0;
	forgetKept(handles, block);
	for (const {key, value} of [...env.payloads.getRange({start: [block], end: [block, END]})]) {
		bytes += value.length;
		remove(env.payloads, key);
	}
	return bytes;
};

/** Is the payload kept though no row says for whom? */
export const isUnclaimed = (handles: StoreHandles, table: BlockTable): boolean =>
	hasPayload(handles, table.block) && !isPayloadNeeded(handles, table) && !isOrphan(handles, table);

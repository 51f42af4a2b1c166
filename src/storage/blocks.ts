import type {BlockNo} from '../outbound/units.js';
import {BlockTable} from './block-table.js';
import type {StoreHandles} from './handles.js';

/** The table of `block`; `undefined` when the store has it no more. Throws `DamagedRowError`. */
export const readBlock = ({env, storeId}: StoreHandles, block: BlockNo): BlockTable | undefined => {
	const row = env.blocks.get(block);
	return row === undefined ? undefined : new BlockTable(block, row, storeId);
};

import type {BlockNo} from '../outbound/units.js';
import {BlockTable} from './block-table.js';
import type {StoreHandles} from './handles.js';
import {DamagedRowError} from './row-reader.js';

/**
 * The table of `block`, checked; `undefined` when the store has it no more. A damaged one throws `DamagedRowError` inside a body;
 * elsewhere it is as good as gone.
 */
export const readBlock = (
	{env, storeId}: Pick<StoreHandles, 'env' | 'storeId'>,
	block: BlockNo,
): BlockTable | undefined => {
	const row = env.blocks.get(block);
	if (row === undefined) {
		return undefined;
	}
	try {
		const table = new BlockTable(block, row, storeId);
		if (table.verifyChecksum()) {
			return table;
		}
	} catch (error) {
		if (!(error instanceof DamagedRowError)) {
			throw error;
		}
	}
	return env.watch.damaged({database: 'blocks', key: block}, 'the table of the block is damaged');
};

/** For a block that has records: a table that is not there is damage too. */
export const requireBlock = (handles: StoreHandles, block: BlockNo): BlockTable | undefined =>
	readBlock(handles, block) ??
	handles.env.watch.damaged({database: 'blocks', key: block}, 'the block has records and no table');

import type {EpochMs} from '../outbound/units.js';
import type {BlockTable} from './block-table.js';
import type {StoreHandles} from './handles.js';

/** For display: when the segments of a block were enqueued; what was imported, elsewhere and by another clock. */
export const enqueuedAtOf = (
	{age}: Pick<StoreHandles, 'age'>,
	{createdAt, createdAge, isImported}: Pick<BlockTable, 'createdAt' | 'createdAge' | 'isImported'>,
): EpochMs => (isImported ? createdAt : age.noted(createdAt, createdAge));

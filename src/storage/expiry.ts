import type {AgeMs} from '../outbound/units.js';
import type {BlockTable} from './block-table.js';
import type {GroupRow} from './group-row.js';

type Bounds = Pick<GroupRow, 'isExpiryWaived' | 'heldSince' | 'heldMs'>;

/** When the lifetime of an entry ends, for a record of `group` or of the queue; `undefined`: never, or not while it is held. */
export const expiryOf = (table: BlockTable, entry: number, group: Bounds | undefined): AgeMs | undefined => {
	const expiry = table.expiryOf(entry);
	if (expiry === 0 || group?.isExpiryWaived || (group !== undefined && group.heldSince !== 0)) {
		return undefined;
	}
	return (expiry + (group?.heldMs ?? 0)) as AgeMs;
};

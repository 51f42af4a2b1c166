import {formatMadeId} from '../../src/outbound/made-id.js';
import type {ImportDraft} from '../../src/storage/store.js';
import {death, imported} from './exported.js';

const BATCH = 40;

/** Always the same for the same number: ids of producers and of another store, for one peer or two. */
export const batchOf = (batch: number): readonly ImportDraft[] =>
	Array.from({length: BATCH}, (_, n) => {
		const address = {store: 7 as never, block: (batch + 1) as never, entry: n as never};
		const id = n % 2 === 0 ? `batch-${batch}-${n}` : formatMadeId(address);
		const dead = n % 3 === 0 ? [death('a'), death('b', {reason: 'EXPIRED'})] : [death('a')];
		return imported(id, `${batch} ${n} ${'x'.repeat(500)}`, {dead});
	});

/** How many deadletters a batch makes. */
export const RECORDS_OF_BATCH = batchOf(0).reduce((sum, {dead}) => sum + dead.length, 0);

import {formatMadeId, type StoreId} from '../outbound/made-id.js';
import type {SegmentId} from '../outbound/names.js';
import type {EntryNo} from '../outbound/units.js';
import type {Verdict} from './duplicates.js';
import type {PreparedDraft} from './prepared-draft.js';
import type {Enqueued, EnqueueStatus} from './store.js';

/** The answer to one enqueue call; ids are made into text only when asked for. */
export const enqueuedOf = (
	drafts: readonly PreparedDraft[],
	verdicts: readonly Verdict[],
	store: StoreId,
): Enqueued => ({
	durability: 'durable',
	count: drafts.length,
	status: (index): EnqueueStatus => {
		const status = verdictAt(verdicts, index).status;
		return status === 'new' ? 'accepted' : status;
	},
	segmentId: (index): SegmentId => {
		const draft = drafts[index];
		if (draft === undefined) {
			throw new RangeError(`answer ${index} of ${drafts.length}`);
		}
		return (
			draft.givenId ??
			formatMadeId(draft.address ?? {store, block: draft.block, entry: draft.entry as EntryNo})
		);
	},
	note: index => {
		const verdict = verdictAt(verdicts, index);
		return verdict.status === 'new' ? undefined : verdict.note;
	},
});

const verdictAt = (verdicts: readonly Verdict[], index: number): Verdict => {
	const verdict = verdicts[index];
	if (verdict === undefined) {
		throw new RangeError(`answer ${index} of ${verdicts.length}`);
	}
	return verdict;
};

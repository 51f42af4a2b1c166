import {type PrunePlan, planPrune} from '../../../audit/trail/prune.js';
import type {Fields} from '../../../outbound/audit-event.js';
import {daysAgo} from '../../control/audit.js';
import type {Acts} from '../act.js';

/** What is done to the trail itself. */
export const auditActs: Pick<Acts, 'audit.prune'> = {
	'audit.prune': {
		verb: 'pruneAudit',
		event: 'audit.pruned',
		category: 'system',
		action: 'prune',
		resourceType: 'audit_trail',
		resource: (_, {audit}) => audit.directory,
		// Noted before the files go: whatever happens then, the chain has its beginning.
		before: async ({older_than_days: days}, {audit, clock}) =>
			prunedFields(await planPrune(audit.directory, daysAgo(clock, days))),
		came: prunedFields,
		onFullDisk: 'goes on',
	},
};

/** `after_seq` and `after_hash`: of the last line that goes. `edgectl audit verify` looks for them. */
export function prunedFields({
	files,
	bytes,
	after,
}: Omit<PrunePlan, 'after'> & Partial<Pick<PrunePlan, 'after'>>): Fields {
	return {
		files: files.length,
		first_file: files[0],
		last_file: files.at(-1),
		bytes,
		after_seq: after?.seq,
		after_hash: after?.hash,
	};
}

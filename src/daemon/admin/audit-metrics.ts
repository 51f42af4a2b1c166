import type {Parts} from '../parts.js';
import type {Metric} from './metrics.js';

/** What concerns the audit trail. */
export const auditMetrics = ({audit}: Pick<Parts, 'audit'>): readonly Metric[] => [
	{
		name: 'edged_audit_records_total',
		help: 'Records written to the audit trail, by outcome.',
		kind: 'counter',
		labels: ['outcome'],
		read: () => audit.counters.outcomes.map(([outcome, value]) => ({labels: {outcome}, value})),
	},
	{
		name: 'edged_audit_failing',
		help: '1 while the audit trail cannot be written: what neither frees space nor stops delivery is refused.',
		kind: 'gauge',
		labels: [],
		read: () => [{value: audit.failure === undefined ? 0 : 1}],
	},
	{
		name: 'edged_audit_waiting_records',
		help: 'Records that wait in the store because the audit trail cannot be written.',
		kind: 'gauge',
		labels: [],
		read: () => [{value: audit.lateCount}],
	},
	{
		name: 'edged_audit_refusals_left_out_total',
		help: 'Refusals that were counted and not written: the same again and again, or no room.',
		kind: 'counter',
		labels: [],
		read: () => [{value: audit.counters.refusalsLost}],
	},
];

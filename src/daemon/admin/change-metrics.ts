import {CHANGES_BY_HAND, type ChangedByHand} from '../control/changed-by-hand.js';
import type {Metric} from './metrics.js';

/** Of what operators do to records that wait. What they bury with force is among the deadletters by reason. */
export const changeMetrics = ({
	changedByHand,
}: {
	readonly changedByHand: Pick<ChangedByHand, 'of'>;
}): readonly Metric[] => [
	{
		name: 'edged_records_changed_total',
		help: 'Waiting records, and moved deadletters, that an operator moved, expired, reprioritised, held or released.',
		kind: 'counter',
		labels: ['change'],
		read: () => CHANGES_BY_HAND.map(change => ({labels: {change}, value: changedByHand.of(change)})),
	},
];

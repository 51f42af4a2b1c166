import {rollbackFacts} from '../../../outbound/rollback.js';
import {type Examples, ME} from './example.js';
import {LATER, MORNING} from './values.js';

const ID = 'rb-1hn5c0q0g-5f0c1a2b';
const CHANGE = {what: 'lane', peer_id: 'hub', from: 'running', to: 'paused'} as const;

export const rollbackExamples: Pick<Examples, 'rollback.preview' | 'rollback.execute' | 'rollback.undo'> = {
	'rollback.preview': [
		{
			name: 'what a suspension would change',
			params: {target: 'relay_suspend', peer_id: 'hub'},
			result: {
				...rollbackFacts('relay_suspend'),
				now: {
					changes: [{strategy: 'pause', ...CHANGE}],
					rollbacks: [],
					queried_at: MORNING,
				},
			},
		},
	],
	'rollback.execute': [
		{
			name: 'pause one peer',
			params: {
				target: 'relay_suspend',
				strategy: 'pause',
				peer_id: 'hub',
				reason: 'INC-42',
				operator: ME.operator,
			},
			result: {
				rollback_id: ID,
				target: 'relay_suspend',
				strategy: 'pause',
				reversible: true,
				changes: [CHANGE],
				refused: 0,
			},
		},
	],
	'rollback.undo': [
		{
			name: 'as it was',
			params: {rollback_id: ID, ...ME},
			result: {
				rollback_id: ID,
				target: 'relay_suspend',
				strategy: 'pause',
				undone: true,
				undone_at: LATER,
				restored: [{what: 'lane', peer_id: 'hub', from: 'paused', to: 'running'}],
				left: [],
			},
		},
	],
};

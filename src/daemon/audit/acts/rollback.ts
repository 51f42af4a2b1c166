import type {Act, Acts} from '../act.js';

/** One act each, whatever it does: the verbs inside are not recorded a second time. */
export const rollbackActs: Pick<Acts, 'rollback.execute' | 'rollback.undo'> = {
	'rollback.execute': {
		verb: 'executeRollback',
		event: 'rollback.executed',
		category: 'rollback',
		action: 'execute',
		resourceType: 'rollback_target',
		resource: params =>
			[params.target, 'segment_id' in params ? params.segment_id : undefined, params.peer_id]
				.filter(part => part !== undefined)
				.join(' '),
		came: ({rollback_id, reversible, changes, refused}) => ({rollback_id, reversible, changes, refused}),
		onFullDisk: ({strategy}) => (strategy === 'retry' ? 'refuse' : 'goes on'),
	} satisfies Act<'rollback.execute'>,
	'rollback.undo': {
		verb: 'undoRollback',
		event: 'rollback.undone',
		category: 'rollback',
		action: 'undo',
		resourceType: 'rollback',
		resource: ({rollback_id: id}) => id,
		came: ({target, strategy, restored, left}) => ({target, strategy, restored, left}),
		looksOnly: ({rollback_id: id}, {rollbacks}) =>
			rollbacks.list().some(row => row.id === id && row.undoneAt !== null),
		onFullDisk: 'goes on', // As resume: what leaves makes room.
	} satisfies Act<'rollback.undo'>,
};

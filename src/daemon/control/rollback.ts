import {EdgedError} from '../../outbound/errors.js';
import type {PeerId} from '../../outbound/names.js';
import {
	RELAY_TARGETS,
	type RelayTarget,
	type RollbackTarget,
	rollbackFacts,
} from '../../outbound/rollback.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import type {WirePreview, WireRollback} from '../../rpc/contract/rollback.js';
import {formatTime} from '../../runtime/clock.js';
import type {Parts} from '../parts.js';
import {bury} from '../rollback/bury.js';
import {changesNow} from '../rollback/changes-now.js';
import {pendingItems, type RollbackRow} from '../rollback/rollback-row.js';
import {suspend} from '../rollback/suspend.js';
import {undo} from '../rollback/undo.js';
import {noteChange} from './note-change.js';

export const previewRollback = (
	parts: Parts,
	{target, peer_id: peer, segment_id: segment}: Params<'rollback.preview'>,
): Result<'rollback.preview'> => {
	if (segment !== undefined && peer === undefined) {
		throw new EdgedError('INVALID_ARGUMENT', 'A record is named by segment_id and peer_id');
	}
	return {...rollbackFacts(target), now: isOurs(target) ? now(parts, target, {peer, segment}) : null};
};

const isOurs = (target: RollbackTarget): target is RelayTarget =>
	(RELAY_TARGETS as readonly RollbackTarget[]).includes(target);

const now = (
	parts: Parts,
	target: RelayTarget,
	resource: Parameters<typeof changesNow>[2],
): WirePreview['now'] => ({
	changes: [...changesNow(parts, target, resource)],
	rollbacks: parts.rollbacks.list(target).map(rollbackView),
	queried_at: formatTime(parts.clock.now()),
});

const rollbackView = (row: RollbackRow): WireRollback => ({
	rollback_id: row.id,
	target: row.target,
	strategy: row.strategy,
	peer_id: row.peer,
	segment_id: row.segment,
	executed_at: formatTime(row.executedAt),
	operator: row.operator,
	reason: row.reason,
	can_undo: pendingItems(row).length > 0,
	undone_at: row.undoneAt === null ? null : formatTime(row.undoneAt),
});

/** One after the other, and what undoes it is on disk when and only when it is done. */
export const executeRollback = (
	parts: Parts,
	params: Params<'rollback.execute'>,
): Promise<Result<'rollback.execute'>> =>
	parts.rollbacks.inTurn(async () => {
		const {target, strategy, peer_id: peer, operator, reason} = params;
		const segment = 'segment_id' in params ? params.segment_id : undefined;
		if (target === 'relay_deadletter' && strategy === 'purge' && params.force !== true) {
			throw new EdgedError('INVALID_ARGUMENT', 'A purge cannot be undone: it needs force');
		}
		requirePeer(parts, target, peer);
		const row = parts.rollbacks.begin({
			target,
			strategy,
			peer: peer ?? null,
			segment: segment ?? null,
			operator: operator ?? null,
			reason,
		});
		const {changes, refused} =
			target === 'relay_suspend'
				? {changes: await suspend(parts, row, strategy), refused: 0}
				: await bury(parts, row, params);
		noteChange(parts, 'rollback.executed', params, {
			rollback_id: row.id,
			target,
			strategy,
			peer_id: peer ?? null,
			...(segment !== undefined && {segment_id: segment}),
			changes,
		});
		const reversible = target === 'relay_suspend';
		return {rollback_id: row.id, target, strategy, reversible, changes: [...changes], refused};
	});

/** What was buried of a peer that is not configured any more can still be worked on. */
const requirePeer = ({peers, store}: Parts, target: RelayTarget, peer: PeerId | undefined): void => {
	const isKnown = target === 'relay_deadletter' && store.peers().some(({id}) => id === peer);
	if (peer !== undefined && !isKnown) {
		peers.find(peer);
	}
};

/** A second time changes nothing. `INVALID_STATE` for what cannot be undone, or was changed since. */
export const undoRollback = (
	parts: Parts,
	params: Params<'rollback.undo'>,
): Promise<Result<'rollback.undo'>> =>
	parts.rollbacks.inTurn(async () => {
		const row = parts.rollbacks.find(params.rollback_id);
		const {id, target, strategy, peer} = row;
		if (target === 'relay_deadletter') {
			throw new EdgedError('INVALID_STATE', `${id} cannot be undone: ${whyFinal(row)}`, {rollback_id: id});
		}
		const {restored, left} = await undo(parts, row);
		if (restored.length > 0) {
			const facts = {rollback_id: id, target, strategy, peer_id: peer, restored, left};
			noteChange(parts, 'rollback.undone', params, facts);
		}
		const {undoneAt} = parts.rollbacks.find(id);
		return {
			rollback_id: id,
			target,
			strategy,
			undone: restored.length > 0,
			undone_at: undoneAt === null ? null : formatTime(undoneAt),
			restored: [...restored],
			left: [...left],
		};
	});

/** And what resumes. */
const whyFinal = ({strategy, segment, peer}: RollbackRow): string => {
	const records = segment === null ? `--all --peer-id ${peer}` : `${segment} ${peer}`;
	switch (strategy) {
		case 'force':
			return `what was buried is not given back its former budget and backoff. To deliver it: edgectl relay deadletter retry ${records}`;
		case 'retry':
			return `what was retried may have been sent. To bury what still waits: edgectl relay deadletter force ${records}`;
		default:
			return 'a purge is permanent';
	}
};

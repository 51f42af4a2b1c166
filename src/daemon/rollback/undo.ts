import type {Override} from '../../delivery/bandwidth.js';
import {isSameMode} from '../../delivery/dispatcher.js';
import {EdgedError} from '../../outbound/errors.js';
import type {PeerId} from '../../outbound/names.js';
import type {Result} from '../../rpc/contract/methods.js';
import type {WireRollbackChange} from '../../rpc/contract/rollback.js';
import type {Parts} from '../parts.js';
import {
	type LaneItem,
	pendingItems,
	type RateItem,
	type RollbackItem,
	type RollbackRow,
	withRestored,
} from './rollback-row.js';
import {laneChange} from './suspend.js';
import {modeWords, rateWords} from './words.js';

type Undoing = Pick<Parts, 'bandwidth' | 'dispatcher' | 'rollbacks' | 'clock'>;
type Undone = {
	readonly restored: readonly WireRollbackChange[];
	readonly left: Result<'rollback.undo'>['left'];
};

/**
 * Gives back what was, in one commit with the note that it was. What somebody has changed since is left alone; when that is all,
 * `INVALID_STATE`, and nothing has changed. Nothing to give back is no refusal.
 */
export const undo = async (parts: Undoing, row: RollbackRow): Promise<Undone> => {
	const pending = pendingItems(row);
	const [rate] = pending.filter(item => item.kind === 'rate');
	if (rate !== undefined) {
		return restoreRate(parts, row, rate);
	}
	const lanes = pending.filter(item => item.kind === 'lane');
	return lanes.length === 0 ? {restored: [], left: []} : restoreLanes(parts, row, lanes);
};

const restoreRate = async (parts: Undoing, row: RollbackRow, item: RateItem): Promise<Undone> => {
	const {bandwidth, rollbacks, clock} = parts;
	const peer = item.peer ?? undefined;
	const from = rateWords(bandwidth.state(peer));
	const done = withRestored(row, new Set([item]), clock.now());
	await bandwidth.amend(
		peer,
		current => {
			const why = whyLeft(parts, row, item, current?.bytesPerSecond === item.to || from);
			if (why !== undefined) {
				throw nothingRestored(row, [{what: 'rate', peer_id: item.peer, why}]);
			}
			return withRate(current, item.from);
		},
		() => rollbacks.settings(done),
	);
	rollbacks.keep(done);
	const to = rateWords(bandwidth.state(peer));
	return {restored: [{what: 'rate', peer_id: item.peer, from, to}], left: []};
};

const restoreLanes = async (
	parts: Undoing,
	row: RollbackRow,
	items: readonly LaneItem[],
): Promise<Undone> => {
	const {dispatcher, rollbacks, clock} = parts;
	const byPeer = new Map<PeerId, LaneItem>(items.map(item => [item.peer, item]));
	const restored = new Set<RollbackItem>();
	const left: Array<Undone['left'][number]> = [];
	let done = row;
	const changes = await dispatcher.steer(
		undefined,
		(mode, peer) => {
			const item = byPeer.get(peer);
			byPeer.delete(peer);
			if (item === undefined) {
				return mode;
			}
			const why = whyLeft(parts, row, item, isSameMode(mode, item.to) || modeWords(mode));
			if (why !== undefined) {
				left.push({what: 'lane', peer_id: peer, why});
				return mode;
			}
			restored.add(item);
			return item.from;
		},
		() => {
			for (const peer of byPeer.keys()) {
				left.push({what: 'lane', peer_id: peer, why: 'it is not configured any more'});
			}
			if (restored.size === 0) {
				throw nothingRestored(row, left);
			}
			done = withRestored(row, restored, clock.now());
			return rollbacks.settings(done);
		},
	);
	rollbacks.keep(done);
	return {restored: changes.map(({peerId, from, to}) => laneChange(peerId, from, to)), left};
};

/** `asLeft`: it is as the rollback has left it; else in words how it is. */
const whyLeft = (
	{rollbacks}: Undoing,
	row: RollbackRow,
	item: RollbackItem,
	asLeft: true | string,
): string | undefined => {
	const later = rollbacks.laterThan(row, item);
	if (later !== undefined) {
		return `${later.id} (${later.strategy}) has changed it since: undo that first`;
	}
	return asLeft === true ? undefined : `somebody has changed it since: it is ${asLeft} now`;
};

/** The quota is none of the rollback's: whatever was set meanwhile stays. */
const withRate = (current: Override | undefined, rate: number | null): Override | undefined => {
	const {bytesPerSecond: _, ...rest} = current ?? {};
	if (rate !== null) {
		return {...rest, bytesPerSecond: rate};
	}
	return Object.keys(rest).length === 0 ? undefined : rest;
};

const nothingRestored = ({id}: RollbackRow, left: Undone['left']): EdgedError =>
	new EdgedError(
		'INVALID_STATE',
		`Nothing of ${id} was restored: ${left.map(({what, peer_id: peer, why}) => `${what} of ${peer ?? 'all'}: ${why}`).join('; ')}`,
		{rollback_id: id, left},
	);

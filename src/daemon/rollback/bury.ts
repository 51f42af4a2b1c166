import type {Params} from '../../rpc/contract/methods.js';
import type {WireRollbackChange} from '../../rpc/contract/rollback.js';
import {force, purge, retry} from '../control/deadletter.js';
import type {Parts} from '../parts.js';
import type {RollbackRow} from './rollback-row.js';

type Burying = Pick<
	Parts,
	'clock' | 'replays' | 'desk' | 'dispatcher' | 'logger' | 'buriedOrFreed' | 'store' | 'rollbacks'
>;
type BuryParams = Extract<Params<'rollback.execute'>, {target: 'relay_deadletter'}>;
type Buried = {readonly changes: readonly WireRollbackChange[]; readonly refused: number};

/** Nothing of it can be undone exactly, so the row is only told of: it is written once the act is done. */
export const bury = async (parts: Burying, row: RollbackRow, params: BuryParams): Promise<Buried> => {
	const {records, refused} = await VERBS[params.strategy](parts, params);
	await remember(parts, row);
	const [from, to] = MOVES[params.strategy];
	return {
		changes: records === 0 ? [] : [{what: 'records', peer_id: params.peer_id, from, to, records}],
		refused,
	};
};

/** What is done is done, whether or not it can be remembered. */
const remember = async ({store, rollbacks, logger}: Burying, row: RollbackRow): Promise<void> => {
	try {
		await store.writeSettings(rollbacks.settings(row));
		rollbacks.keep(row);
	} catch (error) {
		logger.warn({err: error, rollback_id: row.id}, 'a rollback was done and cannot be remembered');
	}
};

/** From where to where each strategy takes a record. */
export const MOVES = {
	force: ['waiting', 'deadletter (FORCED)'],
	retry: ['deadletter', 'waiting'],
	purge: ['deadletter', 'gone for good'],
} as const satisfies Record<BuryParams['strategy'], readonly [string, string]>;

type Verb = (parts: Burying, params: BuryParams) => Promise<{records: number; refused: number}>;

const VERBS: Readonly<Record<BuryParams['strategy'], Verb>> = {
	async force(parts, {segment_id, peer_id, operator, reason}) {
		const who = {operator, reason};
		const done = await force(
			parts,
			segment_id === undefined ? {all: true, peer_id, ...who} : {segment_id, peer_id, ...who},
		);
		return 'buried' in done
			? {records: done.buried, refused: done.left.inflight}
			: {records: 'forced' in done && done.forced ? 1 : 0, refused: 0};
	},
	async retry(parts, {segment_id, peer_id, operator, reason}) {
		const done = await retry(
			parts,
			segment_id === undefined
				? {all: true, peer_id, operator, note: reason}
				: {segment_id, peer_id, operator, reason},
		);
		return 'retried' in done ? {records: done.retried, refused: done.refused} : {records: 0, refused: 0};
	},
	async purge(parts, {segment_id, peer_id, operator, reason}) {
		const done = await purge(
			parts,
			segment_id === undefined
				? {all: true, peer_id, operator, note: reason, force: true}
				: {segment_id, peer_id, operator, reason, force: true},
		);
		return {records: done.dry_run ? 0 : done.purged, refused: 0};
	},
};

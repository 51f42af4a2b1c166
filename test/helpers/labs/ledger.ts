import {isDeepStrictEqual} from 'node:util';
import type {Result} from '../../../src/rpc/contract/methods.js';
import type {Status} from '../edge-daemon.js';
import type {DaemonProcess} from '../process.js';
import type {Bar} from './lab-report.js';

export type LedgerRecord = Result<'relay.list'>['records'][number];
const PAGE = 1000;
const STATES = ['scheduled', 'inflight', 'failed', 'acked', 'satisfied', 'deadletter'] as const;

/** Every record that the daemon lists. */
export const ledgerOf = async (daemon: DaemonProcess): Promise<readonly LedgerRecord[]> => {
	const found: LedgerRecord[] = [];
	let cursor: string | undefined;
	do {
		const params = {limit: PAGE, ...(cursor !== undefined && {cursor})};
		const page = (await daemon.call('relay.list', params)) as Result<'relay.list'>;
		found.push(...page.records);
		cursor = page.next_cursor;
	} while (cursor !== undefined);
	return found;
};

/** Does `queue_depth` of the status say what counting the ledger says? */
export const depthBar = (
	when: string,
	{queue_depth: depth}: Pick<Status, 'queue_depth'>,
	ledger: readonly LedgerRecord[],
): Bar => {
	const counted = Object.fromEntries(
		STATES.map(name => [name, ledger.filter(({state}) => state === name).length]),
	);
	const shown = Object.fromEntries(STATES.map(name => [name, depth[name]]));
	return {
		bar: `queue_depth equals the ledger ${when}`,
		is_met: isDeepStrictEqual(counted, shown) && depth.total === ledger.length,
		seen: {queue_depth: {...shown, total: depth.total}, ledger: {...counted, total: ledger.length}},
	};
};

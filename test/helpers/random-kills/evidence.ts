import {readFile} from 'node:fs/promises';
import {type LedgerRecord, ledgerOf} from '../labs/ledger.js';
import type {LoadSegment} from '../two-daemons/handovers.js';
import {readOutbox} from '../two-daemons/outbox.js';
import type {Producer} from '../two-daemons/producer.js';
import type {Conditions} from './conditions.js';
import type {Evidence} from './oracle.js';
import type {Parties} from './parties.js';
import {readReceived} from './web-received.js';

/** Reads what the peers have and what the edge says of it. */
export const gather = async (
	{edge, hubOutbox, files, webFile}: Parties,
	format: 'raw' | 'cloudevents',
	{acknowledged}: Producer,
	conditions: Conditions,
): Promise<Evidence> => {
	const segmentOf = (number: number): LoadSegment | undefined => acknowledged.get(number)?.segment;
	return {
		acknowledged,
		records: await ledgerOf(edge.daemon),
		arrived: new Map([
			['hub', await readOutbox(hubOutbox, segmentOf)],
			['web', readReceived(await readFile(webFile, 'utf8'), format, segmentOf)],
			['files', await readOutbox(files, segmentOf)],
		]),
		needed: enqueuedAt => conditions.needed(enqueuedAt),
	};
};

/** By peer: records that were charged with a failure. */
export const chargedAt = (records: readonly LedgerRecord[], peer: string): readonly LedgerRecord[] =>
	records.filter(({peer_id: id, charged_failures: charged}) => id === peer && charged > 0);

/** Copies at the web endpoint beyond the first. */
export const duplicatesAt = ({arrived}: Evidence, peer: string): number => {
	const arrivals = arrived.get(peer)?.arrivals ?? [];
	return arrivals.length - new Set(arrivals.map(({id}) => id)).size;
};

/** Records of a peer that has the segment though others were enough: its word came too late. */
export const satisfiedAndThere = ({arrived, records}: Evidence): number => {
	const there = new Map(
		[...arrived].map(([peer, {arrivals}]) => [peer, new Set(arrivals.map(({id}) => id))]),
	);
	return records.filter(
		({state, peer_id: peer, segment_id: id}) => state === 'satisfied' && there.get(peer)?.has(id) === true,
	).length;
};

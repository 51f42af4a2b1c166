import {atLeast, provenAcks} from './acks.js';
import {type AcksRow, decodeAcks} from './acks-row.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import type {StoreHandles} from './handles.js';
import {partsOf} from './record-view.js';
import {peersNeeded} from './success-condition.js';

/** What is wrong, in words, between `acks` and the records of one block. */
export const acksViolations = (handles: StoreHandles, table: BlockTable): readonly string[] => {
	const {env, settings, acksSince} = handles;
	const saved = env.acks.get(table.block);
	const needed = peersNeeded(settings.successCondition, table.routeAsEnqueued.length);
	const where = `block ${table.block}`;
	if (needed === undefined) {
		return saved === undefined ? [] : [`${where}: acks are kept though all of its peers are needed`];
	}
	const acks: AcksRow = saved === undefined ? new Map() : decodeAcks(saved);
	const found = [...acks].flatMap(([peer, bits]) =>
		bits.size === table.count && table.route.includes(peer)
			? []
			: [`${where}: acks of peer ${peer} are not of this block`],
	);
	if (found.length > 0 || (saved === undefined && table.block < acksSince)) {
		return found;
	}
	for (const [peer, bits] of provenAcks(handles, table)) {
		if (!bits.without(acks.get(peer) ?? Bits.empty(table.count)).isEmpty()) {
			found.push(`${where} peer ${peer}: was acknowledged and is not counted in acks`);
		}
	}
	return table.block < acksSince ? found : [...found, ...unsatisfied(handles, table, acks, needed)];
};

/** Records that wait though enough other peers have their segment. What an operator retried may. */
const unsatisfied = (
	handles: StoreHandles,
	table: BlockTable,
	acks: AcksRow,
	needed: number,
): readonly string[] => {
	const reached = atLeast([...acks.values()], needed, table.count);
	// Acknowledgements counted anew after damage lack those whose proof was over.
	const isProven = table.route.every(
		peer => table.elsewhereOf(peer).isFull() || partsOf(handles, table, peer).length > 0,
	);
	return table.route.flatMap(peer =>
		partsOf(handles, table, peer).flatMap(part => {
			const where = `block ${table.block} peer ${peer}`;
			if (isProven && part.place === 'settled' && !part.row.satisfied.without(reached).isEmpty()) {
				return [`${where}: satisfied though too few peers have it`];
			}
			if (isProven && part.place === 'span' && part.row.fate === 'satisfied' && !reached.isFull()) {
				return [`${where}: satisfied as a whole though too few peers have it`];
			}
			const waits =
				part.place === 'queue' ||
				(part.place === 'group' && part.row.state !== 'deadletter' && !part.row.isExpiryWaived);
			return waits && part.bits.intersects(reached) ? [`${where}: waits though enough peers have it`] : [];
		}),
	);
};

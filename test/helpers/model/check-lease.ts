import type {PeerId} from '../../../src/outbound/names.js';
import {CLASS_NUMBERS} from '../../../src/outbound/priorities.js';
import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import type {Lease, LeaseWindow} from '../../../src/storage/store.js';
import type {ModelRecord, QueueModel} from './queue-model.js';

/**
 * Checks what the store leased against what the model says may be: only waiting records, each once, classes strictly by priority,
 * fresh ones in the order of their enqueues, the window kept; the payloads right. Returns the records in lease order.
 */
export const checkLease = (
	model: QueueModel,
	peer: PeerId,
	lease: Lease | undefined,
	window: LeaseWindow,
	store: LmdbStore,
): readonly ModelRecord[] => {
	const available = model.available(peer);
	if (lease === undefined) {
		// A group that was cut by a window keeps its rest back while a part of it is inflight.
		const held = available.filter(record => record.fresh && mayBePaid(model, record));
		if (
			held.length > 0 ||
			(available.some(record => mayBePaid(model, record)) && !model.leases.some(({isOpen}) => isOpen))
		) {
			throw new Error(`nothing leased while ${available.length} wait`);
		}
		return [];
	}
	const payloads = store.readPayloads(lease);
	const leased: ModelRecord[] = [];
	for (let index = 0; index < lease.entryCount; index++) {
		const entry = lease.entry(index);
		const record = available.find(
			({segment}) => segment.id === entry.segmentId && model.find(segment.id) === segment,
		);
		if (record === undefined || leased.includes(record)) {
			throw new Error(`${entry.segmentId} is leased and does not wait`);
		}
		const bytes = payloads.read(index);
		if (String(bytes) !== record.segment.payload) {
			throw new Error(`${entry.segmentId}: wrong payload (${String(bytes).slice(0, 20)})`);
		}
		if (entry.chargedFailures !== record.charged) {
			throw new Error(
				`${entry.segmentId}: charged ${entry.chargedFailures}, the model says ${record.charged}`,
			);
		}
		leased.push(record);
	}
	checkWindow(lease, window);
	checkOrder(available, leased, orderOfCalls(model, window.order));
	return leased;
};

/** Is it certain that the daily quota does not keep it, nor what goes before it? */
const mayBePaid = (model: QueueModel, {peer}: ModelRecord): boolean => {
	const left = model.quota.limit - model.used();
	return (
		model.quota.limit === 0 ||
		model.available(peer).every(({segment}) => mostCharged(segment.payload.length) <= left)
	);
};

/** With an id, a label or none. */
const mostCharged = (bytes: number): number => bytes + bytes / 32 + 4096;

const checkWindow = (lease: Lease, {maxBytes, maxEntries}: LeaseWindow): void => {
	if (lease.entryCount > maxEntries || (lease.entryCount > 1 && lease.byteLength > maxBytes)) {
		throw new Error(`a lease of ${lease.entryCount} entries and ${lease.byteLength} bytes passes its window`);
	}
};

/** How early a call's segments are served; `undefined` for the order of enqueues, which is known segment by segment. */
type CallRank = ((call: number) => number) | undefined;

const orderOfCalls = ({live}: QueueModel, order: LeaseWindow['order']): CallRank => {
	switch (order?.kind) {
		case 'newest_first':
			return call => -call;
		case 'live_first':
			return call => (call > live.calls ? call - Number.MAX_SAFE_INTEGER : call);
		default:
			return undefined;
	}
};

const checkOrder = (
	available: readonly ModelRecord[],
	leased: readonly ModelRecord[],
	rankOf: CallRank,
): void => {
	const classes = leased.map(record => record.classNo);
	if (classes.some((classNo, at) => at > 0 && classNo < (classes[at - 1] ?? 0))) {
		throw new Error(`classes are leased in the order ${classes.join(' ')}`);
	}
	for (const classNo of CLASS_NUMBERS) {
		const ofClass = (record: ModelRecord) => record.classNo === classNo && record.fresh;
		const isLeft = (record: ModelRecord) => ofClass(record) && !leased.includes(record);
		const waiting = available.filter(ofClass).map(({segment}) => segment.seq);
		const taken = leased.filter(ofClass).map(({segment}) => segment.seq);
		const isMixed = available.some(record => ofClass(record) && record.isDisplaced);
		const rankBy = rankOf ?? (isMixed ? (call: number) => call : undefined);
		if (rankBy !== undefined) {
			const ranks = leased.filter(ofClass).map(({segment}) => rankBy(segment.call));
			const left = available.filter(isLeft).map(({segment}) => rankBy(segment.call));
			const isSorted = ranks.every((rank, at) => at === 0 || rank >= (ranks[at - 1] as number));
			if (!isSorted || left.some(rank => rank < Math.max(...ranks))) {
				throw new Error(`class ${classNo}: leased calls ranked ${ranks.join(' ')}, left ${left.join(' ')}`);
			}
		} else if (String(waiting.slice(0, taken.length)) !== String(taken)) {
			throw new Error(`class ${classNo}: leased ${taken.join(' ')} of ${waiting.join(' ')}`);
		}
		const isWaitingBehind = waiting.length > taken.length && classes.some(other => other > classNo);
		if (isWaitingBehind) {
			throw new Error(`class ${classNo} waits while a lower class is leased`);
		}
	}
};

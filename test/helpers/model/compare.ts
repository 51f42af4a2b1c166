import {isDeepStrictEqual} from 'node:util';
import {priorityOf} from '../../../src/outbound/priorities.js';
import type {DeliveryRecord} from '../../../src/outbound/record.js';
import {findViolations} from '../../../src/storage/invariant.js';
import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import type {ModelRecord, QueueModel} from './queue-model.js';

/** Throws, in words, when the store is not what the model says, or breaks its own invariant. */
export const compare = (model: QueueModel, store: LmdbStore, retentionMs: number): void => {
	const violations = findViolations(store.handles);
	if (violations.length > 0) {
		throw new Error(`invariant: ${violations.join('; ')}`);
	}
	const found = listAll(store);
	for (const record of model.records.filter(({state}) => state !== 'purged' && state !== 'forgotten')) {
		const key = keyOf(record.segment.id, record.peer);
		const real = found.get(key);
		if (real === undefined) {
			if (model.mayBeForgotten(record, retentionMs)) {
				record.state = 'forgotten';
				continue;
			}
			throw new Error(`${key} is ${record.state} in the model and not in the store`);
		}
		found.delete(key);
		check(key, shownModel(record), shownReal(real));
	}
	if (found.size > 0) {
		throw new Error(`the store has ${[...found.keys()].join(', ')}, the model has not`);
	}
	compareDepth(model, store);
	check('used', model.used(), store.quota.use().usedBytes);
	for (const {id} of store.peers()) {
		check(`used of ${id}`, model.used(id), store.quota.use(id).usedBytes);
	}
};

const keyOf = (id: string, peer: string): string => `${id} -> ${peer}`;

const listAll = (store: LmdbStore): Map<string, DeliveryRecord> => {
	const found = new Map<string, DeliveryRecord>();
	let cursor: string | undefined;
	do {
		const page = store.list({}, {limit: 7, ...(cursor === undefined ? {} : {cursor})});
		for (const record of page.records) {
			const key = keyOf(record.segmentId, record.peerId);
			if (found.has(key)) {
				throw new Error(`${key} is listed twice`);
			}
			found.set(key, record);
		}
		cursor = page.nextCursor;
	} while (cursor !== undefined);
	return found;
};

const shownModel = (record: ModelRecord): unknown => ({
	state: record.state,
	charged: record.charged,
	abandons: record.state === record.settledAs ? 0 : record.abandons,
	reason: record.reason,
	held: record.heldSince !== undefined,
	outcomes: record.outcomes,
	size: record.segment.payload.length,
	// What is settled shows the class it was enqueued in.
	priority: record.state === record.settledAs ? undefined : priorityOf(record.classNo),
});

const shownReal = (record: DeliveryRecord): unknown => ({
	state: record.state,
	charged: record.chargedFailures,
	abandons: record.abandons,
	reason: record.reason,
	held: record.held,
	outcomes: record.attempts.map(({outcome}) => outcome),
	size: record.sizeBytes,
	priority: record.state === 'acked' || record.state === 'satisfied' ? undefined : record.priority,
});

const check = (key: string, model: unknown, real: unknown): void => {
	if (!isDeepStrictEqual(model, real)) {
		throw new Error(`${key}: model ${JSON.stringify(model)}, store ${JSON.stringify(real)}`);
	}
};

const compareDepth = (model: QueueModel, store: LmdbStore): void => {
	const depth = store.depth();
	for (const state of ['scheduled', 'inflight', 'failed', 'deadletter'] as const) {
		check(`depth.${state}`, model.records.filter(record => record.state === state).length, depth[state]);
	}
	check('depth.held', model.records.filter(({heldSince}) => heldSince !== undefined).length, depth.held);
	for (const state of ['acked', 'satisfied'] as const) {
		const settled = model.records.filter(record => record.settledAs === state).length;
		check(`depth.${state}`, settled, depth[state]);
	}
};

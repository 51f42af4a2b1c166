import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import type {ServiceOrder} from '../../../src/storage/store.js';
import {checkLease} from './check-lease.js';
import {Command, PEER_IDS, type Real} from './command.js';
import type {ModelRecord, QueueModel} from './queue-model.js';

export class TakeLease extends Command {
	readonly peer: number;
	readonly maxBytes: number;
	readonly maxEntries: number;
	readonly order: ServiceOrder['kind'];

	constructor(
		peer: number,
		maxBytes: number,
		maxEntries: number,
		order: ServiceOrder['kind'] = 'oldest_first',
	) {
		super();
		this.peer = peer;
		this.maxBytes = maxBytes;
		this.maxEntries = maxEntries;
		this.order = order;
	}

	async act(model: QueueModel, {store, peers}: Real): Promise<void> {
		const at = this.peer % peers.length;
		const id = PEER_IDS[at] as PeerId;
		const order = {kind: this.order, live: model.live.horizon};
		const window = {maxBytes: this.maxBytes, maxEntries: this.maxEntries, order};
		const lease = await store.lease(peers[at] as Real['peers'][number], window);
		const records = checkLease(model, id, lease, window, store);
		for (const record of records) {
			record.state = 'inflight';
		}
		for (const record of model.records.filter(other => isRestOfCut(model, other, records))) {
			record.state =
				store.inspect(record.segment.id as SegmentId, id)[0]?.state === 'scheduled' ? 'scheduled' : 'failed';
		}
		if (lease !== undefined) {
			const {chargedBytes} = lease;
			model.leases.push({records, cut: new Set(), handle: lease, peer: id, chargedBytes, isOpen: true});
			if (model.quota.limit > 0 && model.used() > model.quota.limit) {
				throw new Error(`${model.used()} bytes may be sent, the quota is ${model.quota.limit}`);
			}
		}
	}
}

/**
 * Did it fail together with a record that was leased just now, and is due too? Whether both were one group, of which the window cut the
 * rest off, the model does not know: the rest of a cut group is scheduled, all others stay failed until they are leased.
 */
const isRestOfCut = (
	{now}: QueueModel,
	{state, peer, dueAt, classNo}: ModelRecord,
	leased: readonly ModelRecord[],
): boolean =>
	state === 'failed' &&
	dueAt <= now &&
	leased.some(other => other.peer === peer && other.dueAt === dueAt && other.classNo === classNo);

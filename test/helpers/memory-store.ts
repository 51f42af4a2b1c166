import {hash} from 'node:crypto';
import {EdgedError} from '../../src/outbound/errors.js';
import {formatMadeId, type StoreId} from '../../src/outbound/made-id.js';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {BlockNo, EntryNo, PeerNo} from '../../src/outbound/units.js';
import type {Enqueued, EnqueueStatus, OutboundStore, Route, SegmentDraft} from '../../src/storage/store.js';
import {noQuota} from './no-quota.js';

type Stored = {readonly draft: SegmentDraft; readonly bytes: Buffer; readonly sha256: string};

/** What an ingest needs of a store, over a map. Keeps every draft that it accepted, in order. */
export class MemoryStore implements Pick<OutboundStore, 'enqueue' | 'payload' | 'route'> {
	quota = noQuota;
	readonly segments = new Map<SegmentId, Stored>();
	/** Size of each `enqueue`. */
	readonly calls: number[] = [];
	/** Awaited by each `enqueue`; throw here to make it fail. */
	beforeCommit: () => Promise<void> = async () => {};
	#block = 0;

	get drafts(): readonly SegmentDraft[] {
		return [...this.segments.values()].map(({draft}) => draft);
	}

	async enqueue(drafts: readonly SegmentDraft[], mode: 'all' | 'each'): Promise<Enqueued> {
		this.calls.push(drafts.length);
		await this.beforeCommit();
		this.#block++;
		const results = drafts.map((draft, index) => this.#put(draft, index));
		const conflict = results.find(({status}) => status === 'conflict');
		if (mode === 'all' && conflict !== undefined) {
			throw new EdgedError('CONFLICT', `${conflict.id} has other bytes`);
		}
		const at = (index: number): {id: SegmentId; status: EnqueueStatus} => {
			const result = results[index];
			if (result === undefined) {
				throw new RangeError(`no result ${index}`);
			}
			return result;
		};
		return {
			durability: 'durable',
			count: drafts.length,
			status: index => at(index).status,
			segmentId: index => at(index).id,
			note: index => (at(index).status === 'conflict' ? 'has other bytes' : undefined),
		};
	}

	route(ids: readonly PeerId[]): Route {
		for (const id of ids) {
			if (!id.startsWith('peer-')) {
				throw new EdgedError('UNKNOWN_PEER', `${id} is not known`);
			}
		}
		return {peers: ids.map((_, index) => index as PeerNo), key: ids.join(',') as Route['key']};
	}

	payload(id: SegmentId): ReturnType<OutboundStore['payload']> {
		const stored = this.segments.get(id);
		if (id === 'gone') {
			throw new EdgedError('SEGMENT_MISSING', 'the payload of gone is gone');
		}
		return (
			stored && {
				bytes: stored.bytes,
				sha256: stored.sha256,
				contentType: stored.draft.contentType,
				labels: stored.draft.labels ?? {},
			}
		);
	}

	#put(draft: SegmentDraft, index: number): {id: SegmentId; status: EnqueueStatus} {
		const {identity} = draft;
		const id =
			identity.kind === 'given'
				? identity.id
				: formatMadeId(
						identity.kind === 'foreign'
							? identity.address
							: {
									store: 1 as StoreId,
									block: (this.#block * 64 + (index >> 10)) as BlockNo,
									entry: (index & 1023) as EntryNo,
								},
					);
		const bytes = Buffer.from(draft.payload);
		const sha256 = hash('sha256', bytes);
		const known = this.segments.get(id);
		if (known !== undefined) {
			return {id, status: known.sha256 === sha256 ? 'duplicate' : 'conflict'};
		}
		this.segments.set(id, {draft, bytes, sha256});
		return {id, status: 'accepted'};
	}
}

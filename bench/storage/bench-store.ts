import {randomBytes, randomUUID} from 'node:crypto';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {systemClock} from '../../src/runtime/clock.js';
import {atomically} from '../../src/storage/atomically.js';
import {encodeBlock} from '../../src/storage/encode-block.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {openStore} from '../../src/storage/open-store.js';
import {prepareDraft} from '../../src/storage/prepared-draft.js';
import type {Lease, SegmentDraft, SegmentIdentity, Settlement} from '../../src/storage/store.js';
import {writeBlocks} from '../../src/storage/write-blocks.js';

const DAY_MS = 86_400_000;

/** A store with the peers `a`, `b`, `c` on the disk that is measured. */
export const openBenchStore = async (
	directory: string,
	ackedRetentionMs = DAY_MS,
): Promise<{readonly store: LmdbStore; readonly peers: readonly PeerNo[]}> => {
	const store = await openStore({
		stateDirectory: directory,
		clock: systemClock,
		pid: process.pid,
		settings: {
			diskCeilingBytes: 2 ** 36,
			maxSegmentBytes: 2 ** 26,
			ackedRetentionMs,
			orphanRetentionMs: DAY_MS,
			dedupWindowMs: DAY_MS,
			dedupMaxEntries: 1_000_000,
			maxTrustedDowntimeMs: 30 * DAY_MS,
			commitDeadlineMs: 30_000,
		},
		failStop: (why, error) => {
			throw new Error(why, {cause: error});
		},
	});
	return {store, peers: await store.registerPeers(['a', 'b', 'c'] as PeerId[])};
};

export type DraftMaker = (index: number) => SegmentDraft;

/** Drafts of random bytes; a few payloads are used again and again, so that making them is not what is measured. */
export const draftMaker = (
	store: LmdbStore,
	byteLength: number,
	{peerCount = 1, ids = 'made'}: {peerCount?: number; ids?: 'made' | 'random'} = {},
): DraftMaker => {
	const payloads = Array.from({length: 16}, () => randomBytes(byteLength));
	const route = store.route((['a', 'b', 'c'] as PeerId[]).slice(0, peerCount));
	return index => ({
		identity:
			ids === 'made'
				? {kind: 'made'}
				: ({kind: 'given', id: randomUUID() as SegmentId} satisfies SegmentIdentity),
		payload: payloads[index & 15] as Buffer,
		route,
		classNo: 2,
		hops: 0,
	});
};

/** Enqueues `count` segments as `callers` callers of `perCall` segments each. */
export const enqueueMany = async (
	store: LmdbStore,
	make: DraftMaker,
	{count, callers, perCall}: {count: number; callers: number; perCall: number},
): Promise<void> => {
	let next = 0;
	const call = async (): Promise<void> => {
		while (next < count) {
			const size = Math.min(perCall, count - next);
			next += size;
			await store.enqueue(
				Array.from({length: size}, (_, at) => make(at)),
				'all',
			);
		}
	};
	await Promise.all(Array.from({length: callers}, call));
};

/** Makes `count` segments durable in blocks of one, many blocks a commit, as if each had come alone. */
export const fillBlocksOfOne = async (store: LmdbStore, make: DraftMaker, count: number): Promise<void> => {
	const {handles} = store;
	for (let done = 0; done < count; done += 4096) {
		const blocks = Array.from({length: Math.min(4096, count - done)}, (_, at) => {
			const draft = prepareDraft(make(at), 2 ** 26);
			const planned = {
				block: handles.numbers.nextBlock(),
				route: draft.route,
				classNo: draft.classNo,
				drafts: [draft],
				stores: [],
				payloadBytes: draft.payload.length,
			};
			return encodeBlock(planned, handles.storeId, handles.age.now(), handles.clock.now());
		});
		await atomically(handles, changes => {
			writeBlocks(handles, blocks, changes);
		});
	}
};

/** How a lease is settled; reads the payloads as a transport would. */
export type Judgement = (lease: Lease) => Settlement;
export const ackAll: Judgement = () => ({acked: 'all', exceptions: []});

/** Leases and settles until `wanted` records of `peer` are acknowledged; two leases at a time. */
export const deliver = async (
	store: LmdbStore,
	peer: PeerNo,
	wanted: number,
	judge: Judgement = ackAll,
): Promise<void> => {
	const start = store.depth(peer).acked;
	let wake: (() => void) | undefined;
	store.onWork(() => wake?.());
	const slot = async (): Promise<void> => {
		while (store.depth(peer).acked - start < wanted) {
			const lease = await store.lease(peer, {maxBytes: 2 ** 20, maxEntries: 4096});
			if (lease === undefined) {
				await new Promise<void>(resolve => {
					wake = resolve;
					setTimeout(resolve, 5);
				});
				continue;
			}
			const payloads = store.readPayloads(lease);
			for (let index = 0; index < lease.entryCount; index++) {
				payloads.read(index);
			}
			await store.settle(lease, judge(lease));
		}
	};
	await Promise.all([slot(), slot()]);
};

import {randomBytes, randomUUID} from 'node:crypto';
import {setTimeout as wait} from 'node:timers/promises';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {systemClock} from '../../src/runtime/clock.js';
import {atomically} from '../../src/storage/atomically.js';
import {encodeBlock} from '../../src/storage/encode-block.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {openStore} from '../../src/storage/open-store.js';
import {prepareDraft} from '../../src/storage/prepared-draft.js';
import type {
	ExceptionVerdict,
	Lease,
	SegmentDraft,
	SegmentIdentity,
	Settlement,
} from '../../src/storage/store.js';
import {writeBlocks} from '../../src/storage/write-blocks.js';

const DAY_MS = 86_400_000;

export type BenchStore = {readonly store: LmdbStore; readonly peers: readonly PeerNo[]};

/** A store with the peers `a`, `b`, `c` on the disk that is measured. Proofs are kept for a day, as the default is. */
export const openBenchStore = async (directory: string): Promise<BenchStore> => {
	const store = await openStore({
		stateDirectory: directory,
		clock: systemClock,
		pid: process.pid,
		settings: {
			successCondition: 'all_peers',
			diskCeilingBytes: 2 ** 36,
			overflow: 'reject',
			maxSegmentBytes: 2 ** 26,
			ackedRetentionMs: DAY_MS,
			orphanRetentionMs: DAY_MS,
			dedupWindowMs: DAY_MS,
			dedupMaxEntries: 1_000_000,
			maxTrustedDowntimeMs: 30 * DAY_MS,
			ballastBytes: 0,
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

export type Calls = {
	/** Segments in all. */
	readonly count: number;
	/** Calls that wait at a time. */
	readonly callers: number;
	/** Segments of each call. */
	readonly perCall: number;
};

/** Enqueues `count` segments and returns how long each call took. Throws when one was not accepted. */
export const enqueueMany = async (
	store: LmdbStore,
	make: DraftMaker,
	{count, callers, perCall}: Calls,
): Promise<readonly number[]> => {
	const milliseconds: number[] = [];
	let next = 0;
	const caller = async (): Promise<void> => {
		while (next < count) {
			const size = Math.min(perCall, count - next);
			next += size;
			const drafts = Array.from({length: size}, (_, at) => make(at));
			const start = performance.now();
			const enqueued = await store.enqueue(drafts, 'all');
			milliseconds.push(performance.now() - start);
			for (let at = 0; at < size; at++) {
				if (enqueued.status(at) !== 'accepted') {
					throw new Error(`A new segment was answered as ${enqueued.status(at)}`);
				}
			}
		}
	};
	await Promise.all(Array.from({length: callers}, caller));
	return milliseconds;
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
			return encodeBlock(planned, handles.storeId, {age: handles.age.now(), wall: handles.clock.now()});
		});
		await atomically(handles, changes => {
			writeBlocks(handles, blocks, changes);
		});
	}
};

/** How a lease is settled. */
export type Judgement = (lease: Lease) => Settlement;
export const ackAll: Judgement = () => ({acked: 'all', exceptions: []});

/** Of the entries that were never tried, every `every`-th fails and is due again after a millisecond; the others are acknowledged. */
export const failOnce =
	(every: number): Judgement =>
	lease => {
		const exceptions: ExceptionVerdict[] = [];
		for (let index = 0; index < lease.entryCount; index++) {
			if (index % every === 0 && lease.entry(index).attemptCount === 0) {
				exceptions.push({
					index,
					error: 'The peer could not take it now',
					outcome: 'FAILED',
					bytesSent: 0,
					event: 'fail',
					retryInMs: 1,
				});
			}
		}
		return {acked: 'all', exceptions};
	};

const LEASES_AT_A_TIME = 2;
const LOOK_AGAIN_MS = 2;

/** Leases, reads every payload, and settles until `count` records more of `peer` are acknowledged. */
export const deliver = async (
	store: LmdbStore,
	peer: PeerNo,
	count: number,
	judge: Judgement = ackAll,
): Promise<void> => {
	const wanted = store.depth(peer).acked + count;
	const slot = async (): Promise<void> => {
		while (store.depth(peer).acked < wanted) {
			const lease = await store.lease(peer, {maxBytes: 2 ** 20, maxEntries: 4096});
			if (lease === undefined) {
				await wait(LOOK_AGAIN_MS); // Nothing is due: it comes, or the other slot has it.
				continue;
			}
			const read = readAll(store, lease);
			await store.settle(lease, judge(lease));
			read.release();
		}
	};
	await Promise.all(Array.from({length: LEASES_AT_A_TIME}, slot));
};

/** As the transport between two edged does: in one piece as long as all of it can be sent, into buffers that are used again. */
const readAll = (store: LmdbStore, lease: Lease): {release(): void} => {
	const payloads = store.readPayloads(lease);
	const request = payloads.frame();
	if (request !== undefined) {
		return {release: () => request.release?.()};
	}
	for (let index = 0; index < lease.entryCount; index++) {
		const payload = payloads.read(index);
		if (typeof payload === 'string') {
			throw new Error(`A payload is ${payload}`);
		}
	}
	return {release() {}};
};

/** Throws unless `acked` records of each of `peers` are acknowledged and none is anywhere else. */
export const checkDelivered = (store: LmdbStore, peers: readonly PeerNo[], acked: number): void => {
	for (const peer of peers) {
		const depth = store.depth(peer);
		if (depth.acked !== acked || depth.total !== acked) {
			throw new Error(`${acked} records should be acknowledged and none be left: ${JSON.stringify(depth)}`);
		}
	}
};

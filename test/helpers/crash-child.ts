import {writeSync} from 'node:fs';
import type {SuccessCondition} from '../../src/config/relay.js';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {systemClock} from '../../src/runtime/clock.js';
import type {Enqueued, IndexRange, Lease, SegmentDraft} from '../../src/storage/store.js';
import {crashPayload} from './crash-payload.js';
import {draftFor, openTestStore, SHORT_OF_ROOM} from './store-fixture.js';
import {buried, fails} from './verdicts.js';

// Works on a store without pause until it is killed. Says what it is about to do (`try`) and, only when that has resolved, what was
// acknowledged (`did`): the parent holds the store to the second and allows the first.
const [directory = '', round = '0', condition = '"all_peers"', room = 'ample'] = process.argv.slice(2);
const PEERS = ['a', 'b', 'c'] as PeerId[];
const successCondition = JSON.parse(condition) as SuccessCondition;
const settings = {successCondition, ...(room === 'short' ? SHORT_OF_ROOM : {})};
const store = await openTestStore(directory, systemClock, settings);
const numbers = await store.registerPeers(PEERS);
const say = (what: string, verb: string, ...words: readonly (string | number)[]): void => {
	writeSync(1, `${what} ${verb} ${words.join(' ')}\n`);
};
const chance = (of: number): boolean => Math.random() < of;
const upTo = (count: number): number => Math.floor(Math.random() * count);

let serial = 0;
const known: SegmentId[] = [];
const handOver = (drafts: readonly SegmentDraft[]): Promise<Enqueued | undefined> =>
	store.enqueue(drafts, 'all').catch((error: {code?: string}) => {
		if (room !== 'short' || error.code !== 'QUEUE_FULL') {
			throw error;
		}
		return undefined;
	});
const produce = async (): Promise<never> => {
	for (;;) {
		const drafts = Array.from({length: 1 + upTo(6)}, () => Number(round) * 1_000_000 + serial++);
		const to = PEERS.slice(upTo(3)).slice(0, chance(0.5) ? 1 : 3);
		const answer = await handOver(
			drafts.map(number =>
				draftFor(store, crashPayload(number), {
					route: store.route(to),
					classNo: upTo(4) as 0,
					...(chance(0.3) ? {identity: {kind: 'given', id: `given-${number}` as SegmentId}} : {}),
				}),
			),
		);
		for (const [at, number] of answer === undefined ? [] : drafts.entries()) {
			const id = answer?.segmentId(at) as SegmentId;
			say('did', 'enqueue', id, number, to.join(','));
			known.push(id);
		}
	}
};

/** Acknowledges some, fails some, buries some and releases the rest. */
const settle = async (lease: Lease, peer: PeerId): Promise<void> => {
	const acked: IndexRange[] = [];
	const exceptions = [];
	const ids: SegmentId[] = [];
	for (let index = 0; index < lease.entryCount; index++) {
		if (chance(0.6)) {
			acked.push([index, index]);
			ids.push(lease.entry(index).segmentId);
		} else if (chance(0.5)) {
			exceptions.push(chance(0.5) ? fails(index, 1 + upTo(20)) : buried(index));
		}
	}
	say('try', 'ack', peer, ...ids);
	const bytesSent = upTo(lease.chargedBytes);
	say('did', 'wire', peer, bytesSent);
	await store.settle(lease, {acked, exceptions, bytesSent});
	say('did', 'ack', peer, ...ids);
};
const deliver = async (no: PeerNo, peer: PeerId): Promise<never> => {
	for (;;) {
		const lease = await store.lease(no, {maxBytes: 200_000, maxEntries: 1 + upTo(60)});
		if (lease === undefined) {
			await new Promise(resolve => setImmediate(resolve));
		} else {
			await settle(lease, peer);
		}
	}
};

const operate = async (): Promise<never> => {
	for (;;) {
		const id = known[upTo(known.length)];
		const verb = (['force', 'retry', 'purge'] as const)[upTo(3)] ?? 'force';
		const peer = PEERS[upTo(3)] as PeerId;
		if (id !== undefined) {
			say('try', verb, peer, id);
			const result = await store[verb](id, peer).catch((error: {code?: string}) => {
				if (error.code === undefined) {
					throw error;
				}
				return 'refused';
			});
			if (result !== 'refused') {
				say('did', verb, peer, id);
			}
		}
		await new Promise(resolve => setImmediate(resolve));
	}
};

say('did', 'open', round);
await Promise.all([
	...Array.from({length: 4}, produce),
	...numbers.flatMap((no, at) => [0, 1].map(() => deliver(no, PEERS[at] as PeerId))),
	operate(),
	operate(),
]);

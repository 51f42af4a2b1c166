import test, {type ExecutionContext} from 'ava';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import type {Lease, SegmentDraft} from '../../src/storage/store.js';
import {type IngestFixture, startIngest} from '../helpers/ingest.js';
import {BIG_WINDOW, draftFor, type StoreFixture, storeFixture} from '../helpers/store-fixture.js';
import {openContext, openTransport} from '../helpers/transports.js';

type Hub = StoreFixture & {readonly ingest: IngestFixture};

/** A real store behind a real door. */
const startHub = async (t: ExecutionContext): Promise<Hub> => {
	const fixture = await storeFixture(t);
	const {store} = fixture;
	const ingest = await startIngest(t, {
		backend: {store, defaultRoute: () => store.route(['a' as PeerId])},
	});
	return {...fixture, ingest};
};

const takeLease = async (edge: StoreFixture): Promise<Lease> => {
	const lease = await edge.store.lease(edge.peers[0] as PeerNo, BIG_WINDOW);
	if (lease === undefined) {
		throw new Error('nothing to lease');
	}
	return lease;
};

const drafts = (store: StoreFixture['store']): readonly SegmentDraft[] => [
	draftFor(store, 'made here'),
	draftFor(store, 'a producer named it', {
		identity: {kind: 'given', id: 'camera:1' as SegmentId},
		contentType: 'text/plain',
		labels: {site: 'north', unit: '°C'},
		expiresInMs: 3_600_000,
	}),
	draftFor(store, Buffer.alloc(700_000, 9), {classNo: 0}),
	draftFor(store, ''),
];

test('segments pass from one store to the next and are known when they come again', async t => {
	const hub = await startHub(t);
	const edge = await storeFixture(t);
	await edge.store.enqueue(drafts(edge.store), 'all');
	const transport = openTransport(t, {url: `unix:${hub.ingest.socketPath}`});
	const lease = await takeLease(edge);
	t.is(lease.entryCount, 4);

	const first = await transport.send(lease, edge.store.readPayloads(lease), openContext());
	t.like(first, {kind: 'answered', acked: [[0, 3]], troubles: []});
	const again = await transport.send(lease, edge.store.readPayloads(lease), openContext());
	t.like(again, {kind: 'answered', acked: [[0, 3]], troubles: []});
	t.like(hub.ingest.server.counters, {accepted: 4, duplicate: 4, rejected: 0});

	for (let index = 0; index < lease.entryCount; index++) {
		const {segmentId, sizeBytes} = lease.entry(index);
		const here = edge.store.inspect(segmentId)[0];
		const there = hub.store.inspect(segmentId)[0];
		t.is(there?.sizeBytes, sizeBytes);
		t.is(there?.sha256, here?.sha256);
		t.is(there?.priority, here?.priority);
		t.deepEqual(hub.store.payload(segmentId)?.bytes, edge.store.payload(segmentId)?.bytes);
	}
	t.like(hub.store.inspect('camera:1' as SegmentId)[0], {
		contentType: 'text/plain',
		labels: {site: 'north', unit: '°C'},
		state: 'scheduled',
	});
	const onward = await takeLease(hub);
	t.deepEqual(
		Array.from({length: 4}, (_, index) => onward.entry(index).hops),
		[1, 1, 1, 1],
	);
	t.is(onward.entry(0).address?.store, edge.store.storeId);
});

test('other bytes under a known id are rejected on their own', async t => {
	const hub = await startHub(t);
	const edge = await storeFixture(t);
	await hub.ingest.ask({headers: {'edged-segment-id': 'camera:1'}}, 'other bytes');
	await edge.store.enqueue(drafts(edge.store), 'all');
	const lease = await takeLease(edge);
	const transport = openTransport(t, {url: `unix:${hub.ingest.socketPath}`});
	const outcome = await transport.send(lease, edge.store.readPayloads(lease), openContext());
	t.is(outcome.kind, 'answered');
	const troubles = outcome.kind === 'answered' ? outcome.troubles : [];
	t.is(troubles.length, 1);
	t.like(troubles[0], {kind: 'rejected'});
	t.is(String(lease.entry(troubles[0]?.index ?? -1).segmentId), 'camera:1');
	t.regex(troubles[0]?.message ?? '', /^CONFLICT: /);
	t.like(hub.ingest.server.counters, {accepted: 4, rejected: 1});
});

test('what came over HTTP can be fetched again over HTTP', async t => {
	const {ingest} = await startHub(t);
	const bytes = Buffer.from(Array.from({length: 500_000}, (_, index) => index * 7));
	const {segment_id: id} = (await ingest.ask({}, bytes)).json() as {segment_id: string};
	const answer = await ingest.ask({method: 'GET', path: `/v1/segments/${id}`});
	t.is(answer.status, 200);
	t.true(answer.body.equals(bytes));
	t.is((await ingest.ask({headers: {'edged-segment-id': id}}, bytes)).status, 200);
	t.is((await ingest.ask({headers: {'edged-segment-id': id}}, 'other')).status, 409);
});

test('what the store refuses is worded for the caller', async t => {
	const {ingest} = await startHub(t);
	const refused = async (headers: Record<string, string>): Promise<unknown> =>
		(await ingest.ask({headers}, 'x')).json();
	t.like(await refused({'edged-label-bad!': '1'}), {error: {code: 'INVALID_ARGUMENT'}});
	t.like(await refused({'edged-label-a': 'x'.repeat(2000)}), {error: {code: 'INVALID_ARGUMENT'}});
	t.like(await refused({'content-type': 'x'.repeat(300)}), {error: {code: 'INVALID_ARGUMENT'}});
	t.like(await refused({'edged-peers': 'nobody'}), {error: {code: 'UNKNOWN_PEER'}});
	t.deepEqual(ingest.errors, []);
});

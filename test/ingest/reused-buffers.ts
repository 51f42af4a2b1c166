import {randomBytes} from 'node:crypto';
import test from 'ava';
import {PackPool} from '../../src/delivery/transports/request-body.js';
import {BodyBuffers} from '../../src/ingest/body-buffers.js';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {FrameBuffers} from '../../src/storage/frame-buffers.js';
import type {Lease} from '../../src/storage/store.js';
import {startIngest} from '../helpers/ingest.js';
import {draftFor, storeFixture} from '../helpers/store-fixture.js';
import {openContext, openTransport} from '../helpers/transports.js';

/** In this process, whatever is given back for reuse is spoilt at once: who still reads it reads this. */
const POISON = 0xee;
const spoilt = {bodies: 0, frames: 0, packs: 0};

const giveBody = BodyBuffers.prototype.give;
BodyBuffers.prototype.give = function (buffer) {
	spoilt.bodies += buffer.length > 0 ? 1 : 0;
	giveBody.call(this, buffer.fill(POISON));
};
for (const [pool, name] of [
	[FrameBuffers, 'frames'],
	[PackPool, 'packs'],
] as const) {
	const {give} = pool.prototype;
	pool.prototype.give = function (buffers: readonly Buffer[]) {
		spoilt[name] += buffers.length;
		for (const buffer of buffers) {
			buffer.fill(POISON);
		}
		give.call(this as never, buffers);
	};
}

test('nothing that is sent, received or stored lies in a buffer that was given back', async t => {
	const hub = await storeFixture(t);
	const ingest = await startIngest(t, {
		backend: {store: hub.store, defaultRoute: () => hub.store.route(['a' as PeerId])},
	});
	const edge = await storeFixture(t);
	const sizes = Array.from({length: 120}, (_, index) => [900, 40_000, 300_000, 1_000_000][index & 3] ?? 0);
	const payloads = new Map(sizes.map((size, index) => [`camera:${index}`, randomBytes(size)]));
	const ids = [...payloads.keys()] as SegmentId[];
	for (const id of ids) {
		const payload = payloads.get(id) as Buffer;
		await edge.store.enqueue([draftFor(edge.store, payload, {identity: {kind: 'given', id}})], 'all');
	}
	const transport = openTransport(t, {url: `unix:${ingest.socketPath}`});
	const leases: Lease[] = [];
	for (let lease = await next(edge); lease !== undefined; lease = await next(edge)) {
		leases.push(lease);
	}
	const outcomes = await Promise.all(
		leases.map(lease => transport.send(lease, edge.store.readPayloads(lease), openContext())),
	);
	t.deepEqual(
		outcomes.map(({kind}) => kind),
		leases.map(() => 'answered' as const),
	);
	for (const id of ids) {
		const stored = hub.store.payload(id);
		t.true(stored !== undefined && Buffer.from(stored.bytes).equals(payloads.get(id) as Buffer), id);
	}
	t.true(spoilt.bodies > 20 && spoilt.frames > 20 && spoilt.packs > 0, JSON.stringify(spoilt));
});

test('nor does a segment that comes alone', async t => {
	const {store} = await storeFixture(t);
	const {ask} = await startIngest(t, {backend: {store, defaultRoute: () => store.route(['a' as PeerId])}});
	const payloads = Array.from({length: 32}, (_, index) => randomBytes(70_000 + index * 10_000));
	const answers = await Promise.all(payloads.map(payload => ask({}, payload)));
	for (const [index, answer] of answers.entries()) {
		const {segment_id: id} = answer.json() as {segment_id: SegmentId};
		t.true(Buffer.from(store.payload(id)?.bytes ?? '').equals(payloads[index] as Buffer));
	}
});

const next = ({store, peers}: Awaited<ReturnType<typeof storeFixture>>): Promise<Lease | undefined> =>
	store.lease(peers[0] as PeerNo, {maxBytes: 2 ** 20, maxEntries: 4096});

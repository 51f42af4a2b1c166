import test from 'ava';
import fc from 'fast-check';
import {classOf} from '../../src/outbound/priorities.js';
import {atomically, put, remove} from '../../src/storage/atomically.js';
import {
	type EncodedRequest,
	encodeRequest,
	identityOf,
	type ParsedRequest,
	parseRequest,
	type RequestEntry,
} from '../../src/storage/request-codec.js';
import type {Lease, LeasedPayloads, SegmentDraft} from '../../src/storage/store.js';
import {BIG_WINDOW, draftFor, storeFixture} from '../helpers/store-fixture.js';
import {fails, foreign, peerA} from '../helpers/store-verbs.js';

const parse = ({head, payloads, byteLength}: EncodedRequest): ParsedRequest => {
	const body = Buffer.concat([head, ...payloads]);
	const request = parseRequest(body, {maxEntries: 4096});
	if (request.kind === 'fault' || body.length !== byteLength) {
		throw new Error(request.kind === 'fault' ? request.message : 'a wrong length');
	}
	return request;
};

/** Everything that a receiver reads; throws when a payload is not what its record says. */
const entriesOf = (encoded: EncodedRequest): unknown[] => {
	const request = parse(encoded);
	return Array.from({length: request.entryCount}, (_, index) => {
		const metadata = request.metadata(index);
		if (metadata === undefined || request.verifyEntry(index) !== undefined) {
			throw new Error(`entry ${index} cannot be read`);
		}
		return {
			identity: request.identity(index, metadata),
			contentType: metadata.contentType,
			labels: metadata.labels,
			classNo: request.classNo(index),
			hops: request.hops(index),
			lifetime: request.lifetime(index),
			payload: request.payload(index).toString('hex'),
		};
	});
};

/** The same lease, framed from what it tells of each entry. */
const framedByEntry = (lease: Lease, payloads: LeasedPayloads): EncodedRequest =>
	encodeRequest(
		Array.from({length: lease.entryCount}, (_, index): RequestEntry => {
			const {segmentId, address, expiresInMs, priority, contentType, labels, hops} = lease.entry(index);
			const identity = address === undefined ? identityOf(segmentId) : {kind: 'foreign' as const, address};
			const payload = payloads.read(index);
			if (identity === undefined || typeof payload === 'string') {
				throw new Error(`entry ${index} cannot be read`);
			}
			return {
				identity,
				payload,
				classNo: classOf(priority),
				hops,
				contentType,
				labels,
				lifetimeMs: expiresInMs,
			};
		}),
	);

type Shape = {
	readonly size: number;
	readonly from: 'here' | 'store 7' | 'store 8' | 'a producer';
	readonly label: string | undefined;
	readonly lifetimeMs: number | undefined;
	readonly hops: number;
};
const shapes = fc.array(
	fc.record<Shape>({
		size: fc.oneof(fc.nat({max: 600}), fc.constantFrom(0, 65_536, 65_537, 300_000, 600_000)),
		from: fc.constantFrom('here', 'store 7', 'store 8', 'a producer'),
		label: fc.option(fc.string({maxLength: 20, unit: 'grapheme-ascii'}), {nil: undefined}),
		lifetimeMs: fc.option(fc.integer({min: 100_000, max: 200_000}), {nil: undefined}),
		hops: fc.nat({max: 6}),
	}),
	{minLength: 1, maxLength: 30},
);

const identityFrom = (from: Shape['from'], index: number): SegmentDraft['identity'] => {
	switch (from) {
		case 'here':
			return {kind: 'made'};
		case 'a producer':
			return identityOf(`own-${index}` as Parameters<typeof identityOf>[0]) ?? {kind: 'made'};
		default:
			return foreign(from === 'store 7' ? 7 : 8, 5, index);
	}
};

test('a lease framed in one piece says what it says framed entry by entry, whole blocks and cut ones', async t => {
	await fc.assert(
		fc.asyncProperty(shapes, fc.nat({max: 4}), async (drafts, failing) => {
			const {store, clock} = await storeFixture(t);
			await store.enqueue(
				drafts.map(({size, from, label, lifetimeMs, hops}, index) =>
					draftFor(store, Buffer.alloc(size, index + 1), {
						identity: identityFrom(from, index),
						hops,
						...(label !== undefined && {labels: {label}, contentType: 'text/plain'}),
						...(lifetimeMs !== undefined && {expiresInMs: lifetimeMs}),
					}),
				),
				'all',
			);
			const window = {maxBytes: 2 ** 24, maxEntries: 4096};
			const check = (lease: Lease | undefined): lease is Lease => {
				if (lease === undefined) {
					return false;
				}
				const payloads = store.readPayloads(lease);
				const framed = payloads.frame();
				t.deepEqual(framed && entriesOf(framed), entriesOf(framedByEntry(lease, payloads)));
				return true;
			};
			const first = await store.lease(peerA, window);
			if (check(first)) {
				const exceptions = Array.from({length: first.entryCount}, (_, index) => index)
					.filter(index => index % 5 === failing)
					.map(index => fails(index, 1000));
				await store.settle(first, {acked: 'all', exceptions});
				clock.advance(1500);
				check(await store.lease(peerA, window));
			}
		}),
		{numRuns: 60},
	);
});

for (const [what, answer] of [
	['damaged', 'corrupt'],
	['gone', 'missing'],
] as const) {
	test(`a lease with a payload that is ${what} is not framed in one piece, and reading tells which`, async t => {
		const {store} = await storeFixture(t);
		await store.enqueue([draftFor(store, Buffer.alloc(65_537, 1))], 'all');
		await store.enqueue([draftFor(store, 'fine'), draftFor(store, 'bad')], 'all');
		const lease = await store.lease(peerA, BIG_WINDOW);
		const {env} = store.handles;
		await atomically(store.handles, () => {
			if (what === 'gone') {
				remove(env.payloads, [2, 0]);
			} else {
				put(env.payloads, [2, 0], Buffer.from('finebat'));
			}
		});
		const payloads = store.readPayloads(lease as Lease);
		t.is(payloads.frame(), undefined);
		t.is(payloads.read(2), answer);
	});
}

test('a frame that was released lends its buffers to the next, one that was not keeps its bytes', async t => {
	const {store} = await storeFixture(t);
	await store.enqueue(
		[draftFor(store, Buffer.alloc(1000, 1)), draftFor(store, Buffer.alloc(1000, 2))],
		'all',
	);
	const lease = (await store.lease(peerA, BIG_WINDOW)) as Lease;
	const frame = () => store.readPayloads(lease).frame() as EncodedRequest;
	const kept = frame();
	const released = frame();
	const bytes = (framed: EncodedRequest) => Buffer.concat(framed.payloads);
	released.release?.();
	released.release?.();
	const next = frame();
	const another = frame();
	t.is(next.payloads[0]?.buffer, released.payloads[0]?.buffer);
	t.not(another.payloads[0]?.buffer, next.payloads[0]?.buffer, 'a second release gives nothing twice');
	next.payloads[0]?.fill(9);
	t.deepEqual(bytes(kept), Buffer.concat([Buffer.alloc(1000, 1), Buffer.alloc(1000, 2)]));
});

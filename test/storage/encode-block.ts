import {createHash, randomBytes} from 'node:crypto';
import fc from 'fast-check';
import {encodeRequest, parseRequest} from '../../src/storage/request-codec.js';
import type {SegmentDraft} from '../../src/storage/store.js';
import {draft, idsOf, storeTest} from '../helpers/store-verbs.js';

const BODY = randomBytes(20_000);

/** Where a payload lies: behind the one before it, or somewhere else. */
const pieces = fc.array(
	fc.record({follows: fc.boolean(), at: fc.nat({max: 10_000}), length: fc.nat({max: 300})}),
	{minLength: 1, maxLength: 40},
);

storeTest('payloads that lie one behind another are stored like any', async (t, {store}) => {
	await fc.assert(
		fc.asyncProperty(pieces, async layout => {
			let end = 0;
			const payloads = layout.map(({follows, at, length}) => {
				const start = follows ? end : at;
				end = start + length;
				return BODY.subarray(start, end);
			});
			const enqueued = await store.enqueue(
				payloads.map(payload => draft(store, payload)),
				'all',
			);
			t.deepEqual(
				idsOf(enqueued).map(id => store.payload(id)?.bytes),
				payloads.map(payload => Buffer.from(payload)),
			);
		}),
		{numRuns: 50},
	);
});

storeTest(
	'records of a request are stored as verified, whichever of its entries are taken',
	async (t, {store}) => {
		const payloads = Array.from({length: 20}, (_, at) => Buffer.alloc(at * 7, at));
		const {head, payloads: bytes} = encodeRequest(
			payloads.map(payload => ({identity: {kind: 'made'}, payload, classNo: 2, hops: 0})),
		);
		const request = parseRequest(Buffer.concat([head, ...bytes]), {maxEntries: 100});
		if (request.kind === 'fault') {
			throw new Error(request.message);
		}
		await fc.assert(
			fc.asyncProperty(fc.array(fc.nat({max: 19}), {minLength: 1, maxLength: 30}), async taken => {
				const drafts = taken.map(
					(index): SegmentDraft => ({
						...draft(store, request.payload(index)),
						verified: request.record(index),
					}),
				);
				const enqueued = await store.enqueue(drafts, 'all');
				const stored = idsOf(enqueued).map(id => store.payload(id));
				t.deepEqual(
					stored.map(payload => payload?.sha256),
					taken.map(index =>
						createHash('sha256')
							.update(payloads[index] as Buffer)
							.digest('hex'),
					),
				);
			}),
			{numRuns: 50},
		);
	},
);

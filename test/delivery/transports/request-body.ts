import test from 'ava';
import fc from 'fast-check';
import {ChunkReader, ChunkSize, PackPool} from '../../../src/delivery/transports/request-body.js';
import type {EncodedRequest} from '../../../src/storage/request-codec.js';
import {holds} from '../../helpers/holds.js';

const requestOf = (sizes: readonly number[]): EncodedRequest => {
	let next = 0;
	const [head = Buffer.alloc(1), ...payloads] = sizes.map(size =>
		Buffer.from(Array.from({length: size}, () => next++)),
	);
	return {head, payloads, byteLength: 0, digest: ''};
};

test('the chunks of a request are its bytes in order, whatever their sizes', t => {
	const packs = new PackPool();
	holds(
		fc.property(
			fc.array(fc.nat({max: 200}), {minLength: 1}),
			fc.array(fc.integer({min: 1, max: 150}), {minLength: 1}),
			(sizes, chunkSizes) => {
				const request = requestOf(sizes);
				const reader = new ChunkReader(request, packs);
				const chunks: Buffer[] = [];
				for (let turn = 0; ; turn++) {
					const size = chunkSizes[turn % chunkSizes.length] ?? 1;
					const chunk = reader.next(size);
					if (chunk === undefined) {
						break;
					}
					t.true(chunk.length > 0 && chunk.length <= size);
					chunks.push(Buffer.from(chunk));
				}
				t.true(Buffer.concat(chunks).equals(Buffer.concat([request.head, ...request.payloads])));
				reader.release();
			},
		),
	);
});

test('small payloads are packed together, a large one is not copied', t => {
	const large = Buffer.alloc(400_000, 7);
	const request = {...requestOf([100, 10, 0, 20]), byteLength: 0};
	const reader = new ChunkReader(
		{...request, payloads: [...request.payloads, large, Buffer.alloc(5)]},
		new PackPool(),
	);
	const lengths: number[] = [];
	for (let chunk = reader.next(262_144); chunk !== undefined; chunk = reader.next(262_144)) {
		lengths.push(chunk.length);
		t.is(chunk.buffer === large.buffer, chunk.length > 1000 && chunk.length !== 137_861);
	}
	t.deepEqual(lengths, [130, 262_144, 137_856, 5]);
});

test('packs are used again only when they were given back', t => {
	const packs = new PackPool();
	const request = requestOf([10, 10]);
	const first = new ChunkReader(request, packs);
	const chunk = first.next(100);
	const second = new ChunkReader(request, packs).next(100);
	t.not(chunk?.buffer, second?.buffer);
	first.release();
	t.is(new ChunkReader(request, packs).next(100)?.buffer, chunk?.buffer);
});

test('chunks grow on a fast link and shrink on a slow one, within bounds', t => {
	const size = new ChunkSize();
	t.is(size.bytes, 65_536);
	for (let turn = 0; turn < 5; turn++) {
		size.took(1);
	}
	t.is(size.bytes, 262_144);
	size.took(500);
	t.is(size.bytes, 262_144);
	for (let turn = 0; turn < 10; turn++) {
		size.took(4000);
	}
	t.is(size.bytes, 8192);
});

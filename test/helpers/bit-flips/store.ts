import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {PeerId} from '../../../src/outbound/names.js';
import {dataFileOf} from '../../../src/storage/data-file.js';
import {FakeClock} from '../fake-clock.js';
import {draftFor, openTestStore} from '../store-fixture.js';
import {buried, fails} from '../verdicts.js';

export const PAGE = 4096;

/** What segment `n` holds: any byte of it tells which it is. */
export const textOf = (n: number): string => `segment ${n} ${String(n).repeat(1 + (n % 40))}`;

/** Makes a store of `count` segments in many blocks, with every kind of row, and closes it with a lease open. */
export const makeStore = async (directory: string, count: number): Promise<void> => {
	const store = await openTestStore(directory, new FakeClock());
	const [peer = 1 as never] = await store.registerPeers(['a' as PeerId]);
	for (let n = 0; n < count; ) {
		const size = Math.min(count - n, 1 + ((n * 7) % 300));
		const drafts = Array.from({length: size}, (_, at) => draftFor(store, textOf(n + at)));
		await store.enqueue(drafts, 'all');
		n += size;
	}
	const acked = await store.lease(peer, {maxBytes: 20_000, maxEntries: 200});
	await store.settle(acked as NonNullable<typeof acked>, {acked: 'all', exceptions: []});
	const mixed = await store.lease(peer, {maxBytes: 20_000, maxEntries: 100});
	await store.settle(mixed as NonNullable<typeof mixed>, {
		acked: [[0, 9]],
		exceptions: [fails(10, 1), buried(11)],
	});
	await store.lease(peer, {maxBytes: 20_000, maxEntries: 100});
	await store.close();
};

export const bytesOf = (directory: string): Buffer => readFileSync(dataFileOf(path.join(directory, 'queue')));

/** Where a bit may flip: `[first byte, bytes]` pieces of the file. */
export type Target = 'anywhere' | 'trees' | 'meta pages';

export const piecesOf = (bytes: Buffer, target: Target): readonly (readonly [number, number])[] => {
	if (target === 'meta pages') {
		return [
			[0, 168],
			[PAGE, 168],
		];
	}
	if (target === 'anywhere') {
		return [[0, bytes.length]];
	}
	const pieces: [number, number][] = [];
	for (let page = 2; page * PAGE < bytes.length; page++) {
		const [no, flags] = [bytes.readUInt32LE(page * PAGE), bytes.readUInt16LE(page * PAGE + 18)];
		if (no === page && (flags === 1 || flags === 2)) {
			pieces.push([page * PAGE, PAGE]);
		}
	}
	return pieces;
};

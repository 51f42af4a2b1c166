import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import {dataFileOf} from '../../../src/storage/data-file.js';
import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import {death, imported} from '../exported.js';
import {FakeClock} from '../fake-clock.js';
import {draftFor, openTestStore} from '../store-fixture.js';
import {buried, fails} from '../verdicts.js';

export const PAGE = 4096;
const [A, B] = ['a', 'b'] as [PeerId, PeerId];

/** What segment `n` holds: any byte of it tells which it is. */
export const textOf = (n: number): string => `segment ${n} ${String(n).repeat(1 + (n % 40))}`;

/** At the end of the store: segments that were imported. */
const IMPORTED = 12;

/**
 * Makes a store of `count` segments in many blocks, with every kind of row: some moved, held, imported, in another class. Closes it with a
 * lease open.
 */
export const makeStore = async (directory: string, count: number): Promise<void> => {
	const store = await openTestStore(directory, new FakeClock());
	const [peer = 1 as never] = await store.registerPeers(['a', 'b'] as PeerId[]);
	const enqueued = count - IMPORTED;
	for (let n = 0; n < enqueued; ) {
		const size = Math.min(enqueued - n, 1 + ((n * 7) % 300));
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
	await store.importDeadletters(
		Array.from({length: IMPORTED}, (_, at) =>
			imported(`imported-${at}`, textOf(enqueued + at), {dead: [death(at % 2 === 0 ? 'a' : 'b')]}),
		),
	);
	await changeSome(store);
	await store.lease(peer, {maxBytes: 20_000, maxEntries: 100});
	await store.close();
};

/** Of what waits for `a`, here and there: parts of blocks, single records, and what was dead. */
const changeSome = async (store: LmdbStore): Promise<void> => {
	const {records} = store.list({state: 'scheduled', peer: A}, {limit: 1000});
	const every = (...of31: readonly number[]): readonly SegmentId[] =>
		records.filter((_, at) => of31.includes(at % 31)).map(({segmentId}) => segmentId);
	for (const id of every(3, 4, 17)) {
		await store.change({moveTo: B}, id, A);
	}
	for (const id of every(5)) {
		await store.change('hold', id, A);
	}
	for (const id of every(7)) {
		await store.change({setPriority: 'urgent'}, id, A);
	}
	const dead = store.list({state: 'deadletter', peer: A}, {limit: 3}).records;
	for (const {segmentId} of dead) {
		await store.change({moveTo: B}, segmentId, A);
	}
	await store.replays.begin({selector: {}, ratePerSecond: 10, matched: IMPORTED});
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

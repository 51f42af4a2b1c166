import type {EpochMs} from '../../../src/outbound/units.js';
import {findDamage} from '../../../src/storage/damage/put-right.js';
import {createdAgeOf} from '../../../src/storage/encode-block-table.js';
import {findViolations} from '../../../src/storage/invariant.js';
import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import {flip, keysOf} from '../../helpers/flip.js';
import {BIG_WINDOW} from '../../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	draft,
	fails,
	fill,
	fillOneByOne,
	foreign,
	peerA,
	peerB,
	recordOf,
	storeTest,
	take,
} from '../../helpers/store-verbs.js';

const payloadsOf = async (store: LmdbStore): Promise<string[]> => {
	const lease = await take(store);
	const payloads = store.readPayloads(lease);
	const texts = Array.from({length: lease.entryCount}, (_, at) => String(payloads.read(at)));
	await ackAll(store, lease);
	return texts;
};

for (const [what, at] of [
	['version', 0],
	['number of entries', 2],
	['route', 36],
	['entry record', 60],
	['checksum', -1],
] as const) {
	storeTest(
		`a block whose ${what} is damaged has its records buried as CORRUPT; what lies behind it is leased`,
		async (t, {store}) => {
			const [damaged] = await fillOneByOne(store, ['damaged', 'whole']);
			await flip(store, 'blocks', keysOf(store, 'blocks')[0], at);
			t.deepEqual(await payloadsOf(store), ['whole']);
			const depth = {scheduled: 0, acked: 1, deadletter: 1};
			t.like(store.depth(peerA), depth);
			t.is(store.deadletterCounts(peerA).CORRUPT, 1);
			const {records} = store.list({state: 'deadletter'}, {limit: 10});
			t.like(records[0], {segmentId: damaged, reason: 'CORRUPT', peerId: A});
			await t.throwsAsync(store.retry(damaged as never, A), {code: 'SEGMENT_MISSING'});
			t.deepEqual(findViolations(store.handles), []);
			await store.purge(damaged as never, A);
			t.is(store.depth(peerA).deadletter, 0);
		},
	);
}

storeTest('a table that is gone is damage too', async (t, {store}) => {
	await fillOneByOne(store, ['damaged', 'whole']);
	await store.handles.env.blocks.remove(keysOf(store, 'blocks')[0] as number);
	t.deepEqual(await payloadsOf(store), ['whole']);
	t.is(store.deadletterCounts(peerA).CORRUPT, 1);
});

storeTest(
	'buried with its table, a record keeps its given id, its labels and its history',
	async (t, {store}) => {
		const [id = ''] = await fill(store, ['x'], {
			id: 'mine',
			labels: {site: 'north'},
			contentType: 'text/plain',
		});
		await store.settle(await take(store), {acked: [], exceptions: [fails(0, 1, 'no room')]});
		await flip(store, 'blocks', undefined, 8);
		t.is(await store.lease(peerA, BIG_WINDOW), undefined);
		await store.handles.mend({database: 'blocks', key: keysOf(store, 'blocks')[0] as number});
		const record = recordOf(store, id as never);
		t.like(record, {
			state: 'deadletter',
			reason: 'CORRUPT',
			labels: {site: 'north'},
			contentType: 'text/plain',
		});
		t.deepEqual(
			record.attempts.map(({outcome}) => outcome),
			['FAILED', 'CORRUPT'],
		);
		t.is(
			await store.enqueue([draft(store, 'x', {id: 'mine'})], 'all').then(answer => answer.status(0)),
			'duplicate',
		);
	},
);

storeTest(
	'what is being sent when its table is found damaged is cut from its lease: the answer settles the rest',
	async (t, {store}) => {
		await fillOneByOne(store, ['damaged', 'whole']);
		const lease = await take(store);
		const [key] = keysOf(store, 'blocks');
		await flip(store, 'blocks', key, 40);
		await store.handles.mend({database: 'blocks', key: key as number});
		t.deepEqual(findViolations(store.handles), []);
		t.true(await ackAll(store, lease));
		t.like(store.depth(peerA), {acked: 1, deadletter: 1, inflight: 0});
		const {records} = store.list({state: 'deadletter'}, {limit: 1});
		t.is(records[0]?.attempts.at(-1)?.outcome, 'ACKED', 'the late answer is in its history');
	},
);

/** Rows of every kind: what is fresh, leased, failed, retried, buried, acknowledged in parts and as a whole. */
const fillWithEverything = async (store: LmdbStore): Promise<void> => {
	await fillOneByOne(store, ['whole-1', 'whole-2', 'whole-3']);
	await ackAll(store, await take(store));
	await fill(store, ['fails', 'dies', 'acked', 'stays', 'late']);
	await fill(store, ['named'], {id: 'named-1'});
	await fill(store, ['from afar'], {identity: foreign(77, 5, 3)});
	await store.settle(await take(store, {maxBytes: 1000, maxEntries: 5}), {
		acked: [[2, 2]],
		exceptions: [fails(0), buried(1)],
	});
	await fill(store, ['both'], {to: [A, B]});
	await store.writeSetting('lane:mode:a', 'paused');
	await take(store, {maxBytes: 1, maxEntries: 1});
};

/** How many records there are that must come to a peer, or be found among its deadletters. */
const accounted = (store: LmdbStore): number => {
	const {total} = store.depth();
	return total;
};

const SEALED = ['queue', 'groups', 'leases', 'settled', 'spans', 'ids', 'origins', 'meta'] as const;
for (const name of SEALED) {
	storeTest(
		`wherever a bit of a row of ${name} flips, the store starts, nothing is lost, and the invariant holds`,
		async (t, fixture) => {
			await fillWithEverything(fixture.store);
			const before = accounted(fixture.store);
			const count = keysOf(fixture.store, name).length;
			t.true(count > 0, `there are ${count} rows`);
			for (let index = 0; index < count; index++) {
				const key = keysOf(fixture.store, name)[index];
				for (const at of [0, 3, -5, -1]) {
					if (key !== undefined && keysOf(fixture.store, name).includes(key)) {
						await flip(fixture.store, name, key, at);
						const store = await fixture.reopen();
						await lookEverywhere(store);
						t.deepEqual(findViolations(store.handles), [], `${name} ${JSON.stringify(key)} byte ${at}`);
						t.is(accounted(store), before, `${name} ${JSON.stringify(key)} byte ${at}`);
					}
				}
			}
			await fixture.reopen();
			fixture.clock.advance(10_000);
			await deliverAll(fixture.store);
			const {scheduled, inflight, failed} = fixture.store.depth();
			t.deepEqual({scheduled, inflight, failed}, {scheduled: 0, inflight: 0, failed: 0});
		},
		{peerCount: 2},
	);
}

/** Meets every row, as listing and looking do, and waits until what is damaged is put right. */
const lookEverywhere = async (store: LmdbStore): Promise<void> => {
	for (const name of SEALED) {
		for (const _ of store.handles.env[name].getRange()) {
			// Reading is enough.
		}
	}
	await store.mended();
};

const deliverAll = async (store: LmdbStore): Promise<void> => {
	for (const peer of [peerA, peerB]) {
		for (let lease = await store.lease(peer, BIG_WINDOW); lease !== undefined; ) {
			await ackAll(store, lease);
			lease = await store.lease(peer, BIG_WINDOW);
		}
	}
};

for (const name of ['queue', 'leases', 'groups', 'settled'] as const) {
	storeTest(
		`a settlement that meets a damaged row of ${name} puts it right and goes on`,
		async (t, {store}) => {
			await fill(store, ['a', 'b', 'c', 'd']);
			await store.settle(await take(store), {acked: [[0, 0]], exceptions: [fails(1, 1)]});
			const lease = await take(store, {maxBytes: 1000, maxEntries: 1});
			const [key] = keysOf(store, name);
			await flip(store, name, key, 1);
			t.true(await store.settle(lease, {acked: 'all', exceptions: []}));
			await lookEverywhere(store);
			t.deepEqual(findViolations(store.handles), []);
			t.like(store.depth(peerA), {inflight: 0, total: 4, deadletter: 0});
		},
	);
}

storeTest('a deadletter whose row is damaged keeps its payload, and can be retried', async (t, {store}) => {
	const [id = ''] = await fill(store, ['precious']);
	await store.force(id as never, A);
	await flip(store, 'groups', undefined, 1);
	await lookEverywhere(store);
	t.like(recordOf(store, id as never), {state: 'deadletter', reason: 'MAX_RETRIES'});
	t.deepEqual(findViolations(store.handles), []);
	t.is(String(store.payload(id as never)?.bytes), 'precious');
	await store.retry(id as never, A);
	t.deepEqual(await payloadsOf(store), ['precious']);
});

storeTest('a lost row of the queue is found by the payload that is kept for nobody', async (t, {store}) => {
	await fill(store, ['a', 'b']);
	const [key] = keysOf(store, 'queue');
	await store.handles.env.queue.remove(key as number[]);
	await store.handles.mend({database: 'payloads', key: [(key as number[])[2] as number, 0]});
	t.deepEqual(await payloadsOf(store), ['a', 'b']);
});

storeTest('after the numbers and their copy are damaged, no id is given twice', async (t, fixture) => {
	const [first = ''] = await fill(fixture.store, ['a']);
	for (const key of ['numbers', ['copy', 'numbers']]) {
		await flip(fixture.store, 'meta', key as string, 2);
	}
	const store = await fixture.reopen();
	const [second = ''] = await fill(store, ['b']);
	t.true(second > first);
	t.is(store.inspect(first as never).length, 1);
	t.is(store.inspect(second as never).length, 1);
});

for (const [what, at] of [
	['version', 0],
	['time', 13],
] as const) {
	storeTest(
		`a block that is buried with a table whose ${what} was damaged keeps its place in time`,
		async (t, {store, clock}) => {
			for (const payload of ['old', 'damaged', 'young']) {
				await fill(store, [payload]);
				clock.advance(10_000);
			}
			const [, key] = keysOf(store, 'blocks');
			await flip(store, 'blocks', key, at);
			await store.handles.mend({database: 'blocks', key: key as number});
			const ages = [...store.handles.env.blocks.getRange()].map(({value}) => createdAgeOf(value));
			t.deepEqual(
				ages,
				ages.toSorted((a, b) => a - b),
			);
			const before = (clock.now() - 15_000) as EpochMs;
			t.like(store.previewMatching('expire', {before}, 10), {changed: 1});
			t.is(store.list({enqueuedUntil: before, state: 'scheduled'}, {limit: 10}).records.length, 1);
		},
	);
}

const STRAYS = ['queue', 'groups', 'settled', 'spans', 'leases', 'due', 'held', 'deadletters'] as const;
for (const name of STRAYS) {
	storeTest(
		`wherever the key of a row of ${name} is damaged, nothing is lost, and the invariant holds`,
		async (t, fixture) => {
			await fillWithEverything(fixture.store);
			const ids = await fill(fixture.store, ['held', 'moved']);
			await fixture.store.change('hold', ids[0] as never, A);
			await fixture.store.change({moveTo: B}, ids[1] as never, A);
			const before = accounted(fixture.store);
			const count = keysOf(fixture.store, name).length;
			t.true(count > 0);
			for (let index = 0; index < count; index++) {
				for (const [part, by] of [
					[0, 2 ** -20],
					[1, 2 ** -20],
					[-1, 2 ** -20],
					[-1, 64],
				] as const) {
					const {raw} = fixture.store.handles.env[name];
					const key = [...raw.getKeys()][index] as number[] | undefined;
					if (key !== undefined) {
						const row = Buffer.from(raw.get(key) ?? []);
						const at = part < 0 ? key.length + part : part;
						await raw.remove(key);
						await raw.put(key.toSpliced(at, 1, (key[at] as number) + by), row);
						const store = await fixture.reopen();
						await lookEverywhere(store);
						await findAndMend(store);
						const what = `${name} ${JSON.stringify(key)} part ${at} by ${by}`;
						t.deepEqual(findViolations(store.handles), [], what);
						t.true(accounted(store) >= before, what);
					}
				}
			}
			fixture.clock.advance(10_000);
			await fixture.store.changeMatching('release', {}, 1000);
			await deliverAll(fixture.store);
			const {scheduled, inflight, failed} = fixture.store.depth();
			t.deepEqual({scheduled, inflight, failed}, {scheduled: 0, inflight: 0, failed: 0});
		},
		{peerCount: 2},
	);
}

/** As the weekly check does. */
const findAndMend = async (store: LmdbStore): Promise<void> => {
	for (const {place} of findDamage(store.handles)) {
		await store.handles.mend(place);
	}
};

for (const [name, ask] of [
	['held', (store: LmdbStore) => store.changeMatching('release', {}, 10)],
	['deadletters', (store: LmdbStore) => store.purgeMatching({}, 10)],
] as const) {
	storeTest(
		`whoever asks for what is behind a damaged key of ${name} has it put right`,
		async (t, {store}) => {
			const ids = await fill(store, ['first', 'second']);
			for (const id of ids) {
				await (name === 'held' ? store.change('hold', id as never, A) : store.force(id as never, A));
			}
			const {raw} = store.handles.env[name];
			const [key = []] = [...raw.getKeys()] as number[][];
			await raw.remove(key);
			await raw.put([...key.slice(0, -1), (key.at(-1) as number) + 2 ** -20], Buffer.alloc(0));
			t.like(await ask(store), {changed: 1, done: true});
			await store.mended();
			t.like(await ask(store), {changed: 1, done: true});
		},
	);
}

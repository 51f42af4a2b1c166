import type {SegmentId} from '../../src/outbound/names.js';
import type {BulkProgress, DeadletterSelector} from '../../src/storage/store.js';
import {BIG_WINDOW} from '../helpers/store-fixture.js';
import {
	A,
	ackAll,
	B,
	buried,
	draft,
	fails,
	fill,
	fillDead,
	fillOneByOne,
	leasedIds,
	peerA,
	peerB,
	recordOf,
	storeTest,
	take,
	textsOf,
} from '../helpers/store-verbs.js';

type Store = Parameters<typeof take>[0];

/** Calls a bulk verb until it is done; what each call reported. */
const untilDone = async (
	call: (selector: DeadletterSelector) => Promise<BulkProgress>,
	selector: DeadletterSelector = {},
): Promise<BulkProgress[]> => {
	const steps: BulkProgress[] = [];
	for (let cursor: string | undefined; steps.length < 10_000; ) {
		const step = await call({...selector, ...(cursor === undefined ? {} : {cursor})});
		steps.push(step);
		if (step.done) {
			return steps;
		}
		cursor = step.cursor;
	}
	throw new Error('never done');
};
const sumOf = (steps: readonly BulkProgress[], what: 'changed' | 'refused'): number =>
	steps.reduce((sum, step) => sum + step[what], 0);

/** What a selector matches, in as many steps as it takes. */
const countMatching = (store: Store, selector: DeadletterSelector): number => {
	let count = 0;
	for (let rest = selector; ; ) {
		const {tally, cursor, done} = store.tallyMatching(rest);
		count += tally.reduce((sum, {records}) => sum + records, 0);
		if (done) {
			return count;
		}
		rest = {...rest, ...(cursor === undefined ? {} : {cursor})};
	}
};

/** One record a block, each buried at a time and for a reason of its own. */
const graves = async (
	store: Store,
	events: readonly ('reject' | 'exhaust' | 'corrupt')[],
): Promise<SegmentId[]> => {
	const ids: SegmentId[] = [];
	for (const event of events) {
		ids.push(...(await fillDead(store, [event], {event})));
	}
	return ids;
};

storeTest(
	'a retried record waits again with a fresh budget, its history and its place',
	async (t, {store, clock}) => {
		const [id = '' as SegmentId] = await fillDead(store, ['x'], {event: 'exhaust'});
		await fill(store, ['later']);
		clock.advance(500);
		const told: number[] = [];
		store.onWork(peer => told.push(peer));
		await store.retry(id, A);
		t.deepEqual(told, [peerA], 'its lane is woken');
		t.like(recordOf(store, id), {
			state: 'scheduled',
			chargedFailures: 0,
			reason: undefined,
			updatedAt: clock.now(),
		});
		t.is(recordOf(store, id).attempts.length, 1);
		t.like(store.depth(peerA), {scheduled: 2, deadletter: 0});
		t.is(store.deadletterCounts(peerA).MAX_RETRIES, 0);
		t.is(store.waitingBytes(peerA), 6);
		const lease = await take(store);
		t.deepEqual(textsOf(store, lease), ['x', 'later']);
		await ackAll(store, lease);
		t.deepEqual(
			recordOf(store, id).attempts.map(({number, outcome}) => [number, outcome]),
			[
				[1, 'FAILED'],
				[2, 'ACKED'],
			],
		);
	},
);

storeTest('one of a group is retried, the others stay', async (t, {store}) => {
	const ids = await fillDead(store, ['0', '1', '2']);
	await store.retry(ids[1] as SegmentId, A);
	t.deepEqual(
		ids.map(id => recordOf(store, id).state),
		['deadletter', 'scheduled', 'deadletter'],
	);
});

for (const event of ['missing', 'corrupt'] as const) {
	storeTest(`a record buried as ${event} cannot be retried, only purged`, async (t, {store}) => {
		const [id = '' as SegmentId] = await fillDead(store, ['x'], {event});
		await t.throwsAsync(store.retry(id, A), {code: 'SEGMENT_MISSING', message: /only purged/});
		t.is(recordOf(store, id).state, 'deadletter');
		await store.purge(id, A);
		t.deepEqual(store.inspect(id), []);
	});
}

storeTest(
	'only what is dead can be retried or purged; the refusal says what it is',
	async (t, {store, clock}) => {
		const ids = await fill(store, ['acked', 'failed', 'inflight', 'scheduled']);
		await store.settle(await take(store, {...BIG_WINDOW, maxEntries: 2}), {
			acked: [[0, 0]],
			exceptions: [fails(1, 60_000)],
		});
		await take(store, {...BIG_WINDOW, maxEntries: 1});
		for (const [at, state] of (['acked', 'failed', 'inflight', 'scheduled'] as const).entries()) {
			for (const verb of ['retry', 'purge'] as const) {
				await t.throwsAsync(store[verb](ids[at] as SegmentId, A), {
					code: 'INVALID_STATE',
					message: new RegExp(`is ${state}: only a deadletter can be`),
				});
			}
		}
		clock.advance(60_000);
		await t.throwsAsync(store.retry('unknown' as SegmentId, A), {code: 'NOT_FOUND'});
		await t.throwsAsync(store.purge('unknown' as SegmentId, A), {code: 'NOT_FOUND'});
		await t.throwsAsync(store.purge(ids[0] as SegmentId, 'nobody' as typeof A), {code: 'UNKNOWN_PEER'});
	},
);

storeTest('a purged record is gone for every reader and cannot be purged again', async (t, {store}) => {
	const [id = '' as SegmentId, other = '' as SegmentId] = await fillDead(store, ['x', 'y']);
	await store.purge(id, A);
	t.deepEqual(store.inspect(id), []);
	t.like(store.depth(peerA), {deadletter: 1, total: 1});
	t.deepEqual(
		store.list({}, {limit: 10}).records.map(({segmentId}) => segmentId),
		[other],
	);
	await t.throwsAsync(store.purge(id, A), {code: 'NOT_FOUND'});
	await t.throwsAsync(store.retry(id, A), {code: 'NOT_FOUND'});
	await t.throwsAsync(store.force(id, A), {code: 'NOT_FOUND'});
});

storeTest('purging the last record of a given id frees the id', async (t, {store}) => {
	await fillDead(store, ['x'], {id: 'i'});
	t.is((await store.enqueue([draft(store, 'x', {id: 'i'})], 'all')).status(0), 'duplicate');
	await store.purge('i' as SegmentId, A);
	t.is((await store.enqueue([draft(store, 'other bytes', {id: 'i'})], 'all')).status(0), 'accepted');
	t.is(String(store.payload('i' as SegmentId)?.bytes), 'other bytes');
	t.is(recordOf(store, 'i' as SegmentId).state, 'scheduled');
});

storeTest(
	'an id is not free while another peer has a record of it',
	async (t, {store}) => {
		await fill(store, ['x'], {id: 'i', to: [A, B]});
		await store.settle(await take(store), {acked: [], exceptions: [buried(0)]});
		await store.purge('i' as SegmentId, A);
		const again = () => store.enqueue([draft(store, 'x', {id: 'i', to: [A, B]})], 'all');
		t.is((await again()).status(0), 'duplicate');
		await store.settle(await take(store, BIG_WINDOW, peerB), {acked: [], exceptions: [buried(0)]});
		await store.purge('i' as SegmentId, B);
		t.is((await again()).status(0), 'accepted');
	},
	{peerCount: 2},
);

storeTest('all deadletters are retried in one step', async (t, {store}) => {
	const ids = [...(await fillDead(store, ['0', '1', '2'])), ...(await fillDead(store, ['3', '4']))];
	t.like(await store.retryMatching({}, 1000), {changed: 5, refused: 0, done: true});
	t.deepEqual(leasedIds(await take(store)), ids);
});

for (const limit of [1, 2, 3, 7]) {
	storeTest(
		`deadletters are retried in the order of their enqueues, ${limit} a step, however they died`,
		async (t, {store, clock}) => {
			const ids = [
				...(await fill(store, ['0', '1', '2', '3'])),
				...(await fillOneByOne(store, ['4', '5', '6'])),
			];
			for (const at of [5, 2, 0, 6, 3, 1, 4]) {
				clock.advance(1000);
				await store.force(ids[at] as SegmentId, A);
			}
			const order: SegmentId[] = [];
			for (let selector: DeadletterSelector = {}, done = false; !done; ) {
				const step = await store.retryMatching(selector, limit);
				({done} = step);
				selector = {cursor: step.cursor as string};
				for (let lease = await store.lease(peerA, BIG_WINDOW); lease !== undefined; ) {
					order.push(...leasedIds(lease));
					await ackAll(store, lease);
					lease = await store.lease(peerA, BIG_WINDOW);
				}
			}
			t.deepEqual(order, ids);
		},
	);
}

storeTest('what a block that is cut in its middle refuses is counted once', async (t, {store}) => {
	await fill(store, ['0', '1', '2', '3']);
	await store.settle(await take(store), {
		acked: [],
		exceptions: [buried(0, 'corrupt'), buried(1), buried(2), buried(3)],
	});
	const steps = await untilDone(selector => store.retryMatching(selector, 2));
	t.deepEqual(
		steps.map(({changed, refused, done}) => [changed, refused, done]),
		[
			[2, 0, false],
			[1, 1, true],
		],
	);
	t.deepEqual(textsOf(store, await take(store)), ['1', '2', '3']);
});

storeTest('a cursor of a purge is none of a retry, nor the other way round', async (t, {store}) => {
	await fillDead(store, ['0', '1', '2']);
	const purged = await store.purgeMatching({}, 1);
	await t.throwsAsync(store.retryMatching({cursor: purged.cursor as string}, 1), {code: 'INVALID_ARGUMENT'});
	const retried = await store.retryMatching({}, 1);
	await t.throwsAsync(store.purgeMatching({cursor: retried.cursor as string}, 1), {code: 'INVALID_ARGUMENT'});
	t.like(store.depth(), {deadletter: 1, scheduled: 1});
});

storeTest('a limit cuts a group and the next call goes on inside it', async (t, {store}) => {
	const ids = [...(await fillDead(store, ['0', '1', '2', '3', '4'])), ...(await fillDead(store, ['5', '6']))];
	const steps = await untilDone(selector => store.retryMatching(selector, 2));
	t.deepEqual(
		steps.map(({changed, done}) => [changed, done]),
		[
			[2, false],
			[2, false],
			[2, false],
			[1, true],
		],
	);
	t.deepEqual(leasedIds(await take(store)), ids);
});

storeTest('what cannot be retried is counted once and passed over', async (t, {store}) => {
	const ids = await graves(store, ['reject', 'corrupt', 'reject', 'corrupt', 'exhaust', 'corrupt']);
	const steps = await untilDone(selector => store.retryMatching(selector, 1));
	t.is(sumOf(steps, 'changed'), 3);
	t.is(sumOf(steps, 'refused'), 3);
	t.deepEqual(
		ids.map(id => recordOf(store, id).state),
		['scheduled', 'deadletter', 'scheduled', 'deadletter', 'scheduled', 'deadletter'],
	);
	const again = await untilDone(selector => store.retryMatching(selector, 1));
	t.is(sumOf(again, 'refused'), 3, 'a new run looks at them anew');
});

storeTest(
	'a selector chooses by peer, reason and time',
	async (t, {store, clock}) => {
		await graves(store, ['reject', 'exhaust']);
		clock.advance(1000);
		const since = clock.now();
		await graves(store, ['reject', 'reject', 'exhaust']);
		await fill(store, ['for b'], {to: [B]});
		await store.settle(await take(store, BIG_WINDOW, peerB), {acked: [], exceptions: [buried(0)]});
		for (const [selector, count] of [
			[{}, 6],
			[{peer: A}, 5],
			[{peer: B}, 1],
			[{reason: 'REJECTED'}, 4],
			[{peer: A, reason: 'MAX_RETRIES'}, 2],
			[{reason: 'FORCED'}, 0],
			[{since}, 4],
			[{since, peer: A, reason: 'REJECTED'}, 2],
			[{since: (since + 1) as typeof since}, 0],
			[{before: since}, 2],
			[{before: since, reason: 'MAX_RETRIES'}, 1],
			[{since, before: (since + 1) as typeof since}, 4],
			[{since, before: since}, 0],
		] as const) {
			t.is(countMatching(store, selector), count, JSON.stringify(selector));
		}
		t.is(
			sumOf(
				await untilDone(more => store.purgeMatching(more, 2), {since, peer: A, reason: 'REJECTED'}),
				'changed',
			),
			2,
		);
		t.is(countMatching(store, {}), 4);
		t.is(sumOf(await untilDone(more => store.retryMatching(more, 100), {peer: B}), 'changed'), 1);
		t.is(sumOf(await untilDone(more => store.purgeMatching(more, 1)), 'changed'), 3);
		t.like(store.depth(), {deadletter: 0, scheduled: 1, total: 1});
		t.throws(() => countMatching(store, {peer: 'nobody' as typeof A}), {code: 'UNKNOWN_PEER'});
	},
	{peerCount: 2},
);

storeTest('purging everything frees every id and counts every record', async (t, {store}) => {
	const names = Array.from({length: 50}, (_, at) => `id-${at}`);
	await store.enqueue(
		names.map(id => draft(store, id, {id})),
		'all',
	);
	const lease = await take(store);
	await store.settle(lease, {acked: [], exceptions: names.map((_, at) => buried(at))});
	const steps = await untilDone(selector => store.purgeMatching(selector, 7));
	t.is(sumOf(steps, 'changed'), 50);
	t.is(steps.length, 8);
	t.is(store.depth().total, 0);
	t.is(store.handles.env.ids.getCount(), 0);
});

storeTest('nothing matches: done at once', async (t, {store}) => {
	t.like(await store.retryMatching({}, 10), {changed: 0, refused: 0, done: true});
	await fillDead(store, ['x']);
	t.like(await store.purgeMatching({reason: 'EXPIRED'}, 10), {changed: 0, refused: 0, done: true});
	t.is(store.depth().deadletter, 1);
});

storeTest('a cursor that no page gave is refused', async (t, {store}) => {
	await fillDead(store, ['x']);
	for (const cursor of ['', 'x', '[]', '[1,2,3]', '[1,2,3,4]', '[1,2,3,4,"5"]', '{"a":1}', 'null']) {
		await t.throwsAsync(store.retryMatching({cursor}, 1), {code: 'INVALID_ARGUMENT'}, cursor);
		await t.throwsAsync(store.purgeMatching({cursor}, 1), {code: 'INVALID_ARGUMENT'}, cursor);
	}
	t.is(store.depth().deadletter, 1);
});

storeTest('behind ten thousand graves of other reasons a match is still found', async (t, {store}) => {
	const payloads = Array.from({length: 1000}, (_, at) => `${at}`);
	for (let block = 0; block < 11; block++) {
		await fill(store, payloads);
		const lease = await take(store);
		const words = (at: number) => `block ${block}, entry ${at}`;
		await store.settle(lease, {
			acked: [],
			exceptions: payloads.map((_, at) => buried(at, 'reject', words(at))),
		});
	}
	t.is(store.handles.env.deadletters.getCount(), 11_000);
	const [last = '' as SegmentId] = await fillOneByOne(store, ['last']);
	await store.force(last, A);
	const steps = await untilDone(selector => store.retryMatching(selector, 10), {reason: 'FORCED'});
	t.is(sumOf(steps, 'changed'), 1);
	t.true(steps.length > 1, 'in steps that stay short');
	t.is(recordOf(store, last).state, 'scheduled');
});

const labelled = (name: string, value: string) => ({label: {name, value}});

storeTest(
	'a label chooses entries out of a group, and what is left of the group stays',
	async (t, {store}) => {
		const texts = Array.from({length: 9}, (_, at) => `${at}`);
		await store.enqueue(
			texts.map(text =>
				draft(store, text, {labels: {kind: Number(text) % 3 === 0 ? 'log' : 'image', nr: text}}),
			),
			'all',
		);
		await store.settle(await take(store), {acked: [], exceptions: texts.map((_, at) => buried(at))});
		t.is(countMatching(store, labelled('kind', 'log')), 3);
		t.is(countMatching(store, labelled('kind', 'LOG')), 0);
		t.is(countMatching(store, labelled('constructor', 'log')), 0);
		const steps = await untilDone(more => store.retryMatching(more, 2), labelled('kind', 'log'));
		t.is(sumOf(steps, 'changed'), 3);
		t.deepEqual(textsOf(store, await take(store)), ['0', '3', '6']);
		t.is(sumOf(await untilDone(more => store.purgeMatching(more, 100), labelled('nr', '8')), 'changed'), 1);
		t.is(countMatching(store, {}), 5);
	},
);

storeTest('a step that reads labels looks at some ten thousand entries at most', async (t, {store}) => {
	const payloads = Array.from({length: 1000}, (_, at) => `${at}`);
	for (let block = 0; block < 12; block++) {
		await store.enqueue(
			payloads.map((text, at) => draft(store, text, {labels: {nr: `${at}`}})),
			'all',
		);
		await store.settle(await take(store), {acked: [], exceptions: payloads.map((_, at) => buried(at))});
	}
	t.false(store.tallyMatching(labelled('nr', '7')).done);
	t.is(countMatching(store, labelled('nr', '7')), 12);
	t.true(store.tallyMatching(labelled('nr', 'none')).done, 'a block that cannot match costs one look');
});

storeTest('what dies while the steps go on is not met by them', async (t, {store, clock}) => {
	await graves(store, ['reject', 'reject', 'reject']);
	let retried = 0;
	for (let selector: DeadletterSelector = {}, steps = 0; ; steps++) {
		t.true(steps < 10, 'it goes on and on');
		const step = await store.retryMatching(selector, 1);
		retried += step.changed;
		if (step.changed > 0) {
			clock.advance(1);
			await store.settle(await take(store), {acked: [], exceptions: [buried(0)]});
		}
		if (step.done) {
			break;
		}
		selector = {cursor: step.cursor as string};
	}
	t.is(retried, 3);
	t.is(store.depth().deadletter, 3);
});

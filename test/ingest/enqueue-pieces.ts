import test from 'ava';
import {enqueueInPieces} from '../../src/ingest/enqueue-pieces.js';
import {Turns} from '../../src/ingest/turns.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {Route, SegmentDraft} from '../../src/storage/store.js';
import {MemoryStore} from '../helpers/memory-store.js';

const route: Route = {peers: [], key: '' as Route['key']};
const drafts = (count: number): SegmentDraft[] =>
	Array.from({length: count}, (_, index) => ({
		identity: {kind: 'made'},
		payload: Buffer.from(String(index)),
		route,
		classNo: 2,
		hops: 0,
	}));

test('a large request is several calls of the store, in its order', async t => {
	const store = new MemoryStore();
	const fates = await enqueueInPieces(store, drafts(10_000), new Turns());
	t.deepEqual(store.calls, [4096, 4096, 1808]);
	t.deepEqual(fates(9999), {status: 'accepted', note: undefined});
	t.deepEqual(
		store.drafts.map(({payload}) => Number(payload)),
		Array.from({length: 10_000}, (_, index) => index),
	);
});

test('when a part is refused the others stand', async t => {
	const store = new MemoryStore();
	store.beforeCommit = async () => {
		if (store.calls.length === 2) {
			throw new EdgedError('QUEUE_FULL', 'the queue is full');
		}
	};
	const fates = await enqueueInPieces(store, drafts(4097), new Turns());
	t.deepEqual(fates(4095), {status: 'accepted', note: undefined});
	t.deepEqual(fates(4096), {code: 'QUEUE_FULL', message: 'the queue is full'});
});

test('when all is refused the request is', async t => {
	const store = new MemoryStore();
	store.beforeCommit = async () => {
		throw new EdgedError('STORAGE_FULL', 'the disk is full');
	};
	await t.throwsAsync(enqueueInPieces(store, drafts(4097), new Turns()), {message: 'the disk is full'});
});

test('what is no refusal is passed on', async t => {
	const store = new MemoryStore();
	store.beforeCommit = async () => {
		if (store.calls.length === 1) {
			throw new TypeError('a bug');
		}
	};
	await t.throwsAsync(enqueueInPieces(store, drafts(4097), new Turns()), {instanceOf: TypeError});
});

import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {ackAll, fill, fillDead, peerA, storeTest, take} from '../helpers/store-verbs.js';

// A snapshot that is held keeps lmdb from using freed pages again: the file grows without bound. Nobody may hold one.

const ROUNDS = 60;
const payloads = Array.from({length: 10}, (_, at) => `${at}`.repeat(20_000));

/** Ten times as much comes and goes as is ever there at once. */
const churn = async (store: LmdbStore, meanwhile: () => void): Promise<number> => {
	for (let round = 0; round < ROUNDS; round++) {
		await fill(store, payloads);
		meanwhile();
		await ackAll(store, await take(store));
	}
	return store.space().fileBytes;
};
const numReaders = ({handles}: LmdbStore): number =>
	(handles.env.root.getStats() as {numReaders: number}).numReaders;

const settings = {settings: {ackedRetentionMs: 0}};
const BOUND = 4 * 2 ** 20;

storeTest(
	'listing page by page, looking and counting meanwhile, the file does not grow with what comes and goes',
	async (t, {store}) => {
		await fillDead(
			store,
			Array.from({length: 20}, (_, at) => `dead ${at}`),
		);
		let cursor: string | undefined;
		let pages = 0;
		const grown = await churn(store, () => {
			const page = store.list({}, {limit: 3, ...(cursor !== undefined && {cursor})});
			cursor = page.nextCursor;
			pages++;
			store.oldestScheduledAt(peerA);
			store.nextDueAt(peerA);
			store.tallyMatching({since: 0 as never});
		});
		t.is(pages, ROUNDS);
		t.true(grown < BOUND, `${grown} bytes`);
		t.is(numReaders(store), 1);
		await store.purgeMatching({}, 7);
	},
	settings,
);

storeTest(
	'a snapshot that is held makes the file grow: what the test before would see',
	async (t, {store}) => {
		const held = store.handles.env.root.useReadTransaction();
		const grown = await churn(store, () => undefined);
		held.done();
		t.true(grown > BOUND, `${grown} bytes`);
	},
	settings,
);

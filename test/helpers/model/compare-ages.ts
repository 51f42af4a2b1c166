import {isDeepStrictEqual} from 'node:util';
import type {LmdbStore} from '../../../src/storage/lmdb-store.js';
import {WaitingAges} from '../../../src/storage/waiting-ages.js';

/** Enough borders to tell apart what the commands of the model are apart. */
const BORDERS_MS = [1000, 5000, 20_000, 60_000, 300_000, 3_600_000, 43_200_000];

/** Throws when the ages that commits have kept up are not those that the rows tell, or had to be read again. */
export const compareAges = async (store: LmdbStore): Promise<void> => {
	const {handles} = store;
	const peers = store.peers().map(({no}) => no);
	const kept = await store.waitingByAge(peers, BORDERS_MS);
	const read = (await new WaitingAges().of(handles, peers)).map(ages =>
		ages.buckets(handles.age.now(), BORDERS_MS),
	);
	if (!isDeepStrictEqual(kept, read)) {
		throw new Error(`ages: kept up ${JSON.stringify(kept)}, read ${JSON.stringify(read)}`);
	}
	if (handles.waitingAges.disagreements > 0) {
		throw new Error('ages: what was kept up did not agree with the counters');
	}
};

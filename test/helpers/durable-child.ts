import {writeSync} from 'node:fs';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import {systemClock} from '../../src/runtime/clock.js';
import {BIG_WINDOW, draftFor, openTestStore} from './store-fixture.js';

// Under strace: says `CALL name marker` before each write of the store and `ACK name` after it; see `unprovenAcks`.
const store = await openTestStore(process.argv[2] ?? '', systemClock);
const [peer] = await store.registerPeers(['a' as PeerId]);
if (peer === undefined) {
	throw new Error('no peer');
}
let calls = 0;
const call = async <Result>(marker: string, work: () => Promise<Result>): Promise<Result> => {
	const name = `c${calls++}`;
	writeSync(1, `CALL ${name} ${marker}\n`);
	const result = await work();
	writeSync(1, `ACK ${name}\n`);
	return result;
};
const enqueue = (marker: string, id?: string) =>
	call(marker, () =>
		store.enqueue(
			[draftFor(store, marker, id === undefined ? {} : {identity: {kind: 'given', id: id as SegmentId}})],
			'all',
		),
	);

for (let round = 0; round < 4; round++) {
	// Callers that share a commit, callers that come while it is written, and one that repeats an id.
	const together = [0, 1, 2].map(at => enqueue(`<made-${round}-${at}>`));
	together.push(enqueue(`<given-${round}>`, `id-${round}`), enqueue(`<given-${round}>`, `id-${round}`));
	await new Promise(resolve => setImmediate(() => setImmediate(resolve)));
	together.push(enqueue(`<late-${round}>`));
	await Promise.all(together);
}
const lease = await call('-', () => store.lease(peer, BIG_WINDOW));
if (lease !== undefined) {
	const id = lease.entry(0).segmentId;
	await call('-', () => store.force(id, 'a' as PeerId));
	await call('-', () => store.retry(id, 'a' as PeerId));
	await call('-', () => store.settle(lease, {acked: 'all', exceptions: []}));
}
await call('<setting>', () => store.writeSetting('name', '<setting>'));
await store.close();

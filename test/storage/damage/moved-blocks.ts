import {fsck} from '../../../src/daemon/fsck/fsck.js';
import type {SegmentId} from '../../../src/outbound/names.js';
import {findViolations} from '../../../src/storage/invariant.js';
import {flip, keysOf} from '../../helpers/flip.js';
import {testSettings} from '../../helpers/store-fixture.js';
import {A, B, fill, peerA, peerB, storeTest} from '../../helpers/store-verbs.js';

for (const [what, at] of [
	['version', 0],
	['number of entries', 2],
	['entry record', 60],
	['note of what was moved', -6],
	['checksum', -1],
] as const) {
	storeTest(
		`a moved block whose ${what} is damaged is buried at the peers that have its records`,
		async (t, {store}) => {
			const ids = await fill(store, ['0', '1', '2']);
			await store.change({moveTo: B}, ids[1] as SegmentId, A);
			const [key] = keysOf(store, 'blocks');
			await flip(store, 'blocks', key, at);
			await store.handles.mend({database: 'blocks', key: key as number});
			t.deepEqual(findViolations(store.handles), []);
			const {records} = store.list({state: 'deadletter'}, {limit: 10});
			t.deepEqual(
				records.map(({segmentId, peerId, reason}) => `${segmentId} ${peerId} ${reason}`).sort(),
				ids.map((id, no) => `${id} ${no === 1 ? B : A} CORRUPT`).sort(),
			);
			t.like(store.depth(peerA), {deadletter: 2, total: 2});
			t.like(store.depth(peerB), {deadletter: 1, total: 1});
		},
		{peerCount: 2},
	);
}

storeTest(
	'a store built anew has what was moved and what is held as it was',
	async (t, fixture) => {
		const {store, directory: stateDirectory, clock} = fixture;
		const ids = await fill(store, ['0', '1', '2']);
		await store.change({moveTo: B}, ids[1] as SegmentId, A);
		await store.change('hold', ids[2] as SegmentId, A);
		const [damaged] = await fill(store, ['damaged']);
		await flip(store, 'payloads', keysOf(store, 'payloads').at(-1), 1);
		await store.close();
		const report = await fsck(
			{repair: true, exportDirectory: undefined},
			{stateDirectory, settings: testSettings, clock, pid: process.pid},
		);
		t.is(report.verdict, 'repaired', JSON.stringify(report.examination?.remaining));
		t.is(report.examination?.copied.lost, 0, 'also what is held is copied');
		const again = await fixture.reopen();
		t.deepEqual(
			ids.map(id => again.inspect(id).map(({peerId, state, held}) => [peerId, state, held])),
			[[[A, 'scheduled', false]], [[B, 'scheduled', false]], [[A, 'scheduled', true]]],
		);
		t.like(again.inspect(damaged as SegmentId)[0], {peerId: A, reason: 'CORRUPT'});
		t.like(await again.change('release', ids[2] as SegmentId, A), {changed: 1});
		t.deepEqual(findViolations(again.handles), []);
	},
	{peerCount: 2},
);

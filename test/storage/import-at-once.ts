import {death, imported, outcomes} from '../helpers/exported.js';
import {A, B, fill, recordOf, storeTest} from '../helpers/store-verbs.js';

storeTest(
	'however many segments of one block get a further peer, and come again, their rows are read a few times only',
	async (t, {store}) => {
		const payloads = Array.from({length: 256}, (_, n) => `payload ${n}`);
		const ids = await fill(store, payloads, {to: [A]});
		const drafts = ids.map((id, n) => imported(id, payloads[n] ?? '', {dead: [death('b')]}));
		const {groups} = store.handles.env;
		const getRange = groups.getRange.bind(groups);
		let walks = 0;
		Object.assign(groups, {
			getRange: (...options: Parameters<typeof getRange>) => {
				walks++;
				return getRange(...options);
			},
		});
		t.deepEqual(new Set(outcomes(await store.importDeadletters(drafts))), new Set(['imported']));
		t.true(walks <= 8, `${walks} walks for 256 records`);
		walks = 0;
		t.deepEqual(new Set(outcomes(await store.importDeadletters(drafts))), new Set(['present']));
		t.true(walks <= 8, `${walks} walks for 256 records that are here`);
		for (const id of [ids[0], ids[255]]) {
			t.is(recordOf(store, id as never, B).state, 'deadletter');
			t.is(recordOf(store, id as never, A).state, 'scheduled');
		}
		t.like(store.depth(), {deadletter: 256, scheduled: 256});
	},
	{peerCount: 2},
);

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import type {PeerId} from '../../src/outbound/names.js';
import {systemClock} from '../../src/runtime/clock.js';
import {findViolations} from '../../src/storage/invariant.js';
import {openTestStore} from '../helpers/store-fixture.js';
import {A, ackAll, B, fillOneByOne, peerA, peerB, take, tendAll} from '../helpers/store-verbs.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const CHILD = fileURLToPath(new URL('../helpers/satisfy-child.js', import.meta.url));
const BLOCKS = 400;

test('a process killed while it settles what a changed condition satisfies has done some whole steps; the next does the rest', async t => {
	const directory = await temporaryDirectory(t);
	const first = await openTestStore(directory, systemClock);
	await first.registerPeers([A, B] as PeerId[]);
	await fillOneByOne(
		first,
		Array.from({length: BLOCKS}, (_, at) => `${at}`),
		{to: [A, B]},
	);
	await ackAll(first, await take(first));
	await first.close();
	let done = 0;
	for (let life = 0; life < 2; life++) {
		const child = spawn(process.execPath, [CHILD, directory], {stdio: ['ignore', 'pipe', 'inherit']});
		t.teardown(() => child.kill('SIGKILL'));
		const exited = once(child, 'close');
		const [said] = (await once(child.stdout, 'data')) as [Buffer];
		child.kill('SIGKILL');
		await exited;
		t.notRegex(said.toString(), /done/);
		const store = await openTestStore(directory, systemClock, {successCondition: 'one_peer'});
		const {satisfied, scheduled, total} = store.depth(peerB);
		t.deepEqual(findViolations(store.handles), []);
		t.deepEqual([satisfied % 64, satisfied + scheduled, total], [0, BLOCKS, BLOCKS]);
		t.true(satisfied > done, `${satisfied} satisfied`);
		done = satisfied;
		await store.close();
	}
	const last = await openTestStore(directory, systemClock, {successCondition: 'one_peer'});
	await tendAll(last);
	t.like(last.depth(peerB), {satisfied: BLOCKS, scheduled: 0});
	t.is(last.depth(peerA).acked, BLOCKS);
	t.deepEqual(findViolations(last.handles), []);
	await last.close();
});

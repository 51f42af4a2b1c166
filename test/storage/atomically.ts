import type {PeerId} from '../../src/outbound/names.js';
import type {PeerNo} from '../../src/outbound/units.js';
import {atomically, put} from '../../src/storage/atomically.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {openTestStore} from '../helpers/store-fixture.js';
import {straceTest, traced} from '../helpers/store-trace.js';
import {fill, peerA, storeTest, take} from '../helpers/store-verbs.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

storeTest('what a body throws is passed on, and nothing of it is written or counted', async (t, {store}) => {
	const {handles} = store;
	const words = new Error('my own words');
	const failure = await t.throwsAsync(
		atomically(handles, changes => {
			put(handles.env.meta, 'x', Buffer.from('y'));
			changes.add(peerA, 'acked', 7);
			handles.numbers.nextLease();
			throw words;
		}),
	);
	t.is(failure, words);
	t.is(handles.env.meta.get('x'), undefined);
	t.is(store.depth(peerA).acked, 0);
	await fill(store, ['x']);
	t.is<number, number>((await take(store)).leaseNo, 2, 'the number that was handed out is a gap');
});

storeTest('counters change on disk and in memory together, whatever fails between', async (t, fixture) => {
	const {store} = fixture;
	const add = (peer: PeerNo, by: number, then?: () => never) =>
		atomically(store.handles, changes => {
			changes.add(peer, 'ackedExpired', by);
			then?.();
			return by;
		});
	const results = await Promise.allSettled([
		add(peerA, 1),
		add(peerA, 10, () => {
			throw new Error('no');
		}),
		add(peerA, 100),
	]);
	t.deepEqual(
		results.map(({status}) => status),
		['fulfilled', 'rejected', 'fulfilled'],
	);
	await atomically(store.handles, changes => {
		changes.add(peerA, 'acked', 101);
	});
	t.is(store.depth(peerA).acked, 101);
	t.is((await fixture.reopen()).depth(peerA).acked, 101);
});

storeTest('after a close nothing is written', async (t, fixture) => {
	await fixture.store.close();
	let ran = false;
	await t.throwsAsync(
		atomically(fixture.store.handles, () => {
			ran = true;
		}),
		{code: 'SHUTTING_DOWN'},
	);
	t.false(ran);
	await fixture.reopen();
});

const prepared = async (t: Parameters<typeof temporaryDirectory>[0]): Promise<string> => {
	const directory = await temporaryDirectory(t);
	const store = await openTestStore(directory, new FakeClock());
	await store.registerPeers(['a' as PeerId]);
	await store.close();
	return directory;
};
/** Opening an existing store is one commit (the start is counted): the second is the enqueue. */
const ENQUEUE = 2;

straceTest(
	'after a failed fdatasync nothing is trusted: STORAGE_FAILED, and the daemon is asked to end',
	async t => {
		const directory = await prepared(t);
		const {stdout, log} = await traced(
			t,
			['-e', 'trace=fdatasync', '-e', `inject=fdatasync:error=EIO:when=${ENQUEUE}`],
			'./failing-store-child.js',
			[directory],
		);
		t.regex(log, /INJECTED/);
		t.deepEqual(JSON.parse(stdout), {outcome: 'STORAGE_FAILED', stops: ['a commit failed'], stored: 0});
		const store = await openTestStore(directory, new FakeClock());
		t.is(store.depth().total, 0, 'what was refused is not stored');
		await store.close();
	},
);

storeTest('a commit is not given up because the process stood still meanwhile', async (t, {store, clock}) => {
	const write = atomically(store.handles, () => {
		put(store.handles.env.meta, 'x', Buffer.from('y'));
	});
	t.notThrows(() => clock.advance(30_000)); // The fixture's fail-stop throws.
	await write;
	clock.advance(60_000);
	t.is(store.handles.env.meta.get('x')?.toString(), 'y');
});

straceTest('a commit past its deadline asks the daemon to end', async t => {
	const directory = await prepared(t);
	const {stdout} = await traced(
		t,
		['-e', 'trace=fdatasync', '-e', `inject=fdatasync:delay_enter=700000:when=${ENQUEUE}`],
		'./failing-store-child.js',
		[directory, '150'],
	);
	t.deepEqual(JSON.parse(stdout), {
		outcome: 'accepted',
		stops: ['a commit took longer than 150 ms'],
		stored: 1,
	});
});

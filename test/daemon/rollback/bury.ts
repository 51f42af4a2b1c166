import test, {type ExecutionContext} from 'ava';
import {executeRollback, previewRollback, undoRollback} from '../../../src/daemon/control/rollback.js';
import type {Parts} from '../../../src/daemon/parts.js';
import {RollbackBook} from '../../../src/daemon/rollback/rollback-book.js';
import {DeadletterDesk} from '../../../src/deadletter/desk.js';
import {EdgedError} from '../../../src/outbound/errors.js';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import type {Params} from '../../../src/rpc/contract/methods.js';
import {loggerWithLines} from '../../helpers/log-lines.js';
import {draftFor, storeFixture} from '../../helpers/store-fixture.js';

const PEER = 'a' as PeerId;

/** `dead` deadletters of peer `a`, and `waiting` that wait. */
const fixture = async (t: ExecutionContext, {dead, waiting}: {dead: number; waiting: number}) => {
	const {store, clock} = await storeFixture(t);
	const count = dead + waiting;
	const enqueued = await store.enqueue(
		Array.from({length: count}, (_, index) => draftFor(store, `payload ${index}`)),
		'all',
	);
	const ids = Array.from({length: count}, (_, index) => enqueued.segmentId(index));
	for (const id of ids.slice(0, dead)) {
		await store.force(id, PEER);
	}
	const {logger, lines} = loggerWithLines();
	const parts = {
		store,
		clock,
		logger,
		desk: new DeadletterDesk(store),
		dispatcher: {keptAside: () => [], letGo: () => {}},
		buriedOrFreed: () => {},
		peers: {
			configured: [],
			orphaned: store.peers(),
			find(id: PeerId) {
				throw new EdgedError('UNKNOWN_PEER', `No peer is called ${id}`);
			},
		},
		rollbacks: new RollbackBook({store, clock, random: () => '0123abcd'}),
	} as unknown as Parts;
	type Burial = Extract<Params<'rollback.execute'>, {target: 'relay_deadletter'}>;
	return {
		store,
		clock,
		ids,
		lines,
		execute: (strategy: Burial['strategy'], more: Partial<Burial> = {}) =>
			executeRollback(parts, {
				target: 'relay_deadletter',
				strategy,
				peer_id: PEER,
				operator: 'mia',
				reason: 'INC-42',
				...more,
			} as Burial),
		undo: (id: string) => undoRollback(parts, {rollback_id: id}),
		preview: (more: Partial<Params<'rollback.preview'>> = {}) =>
			previewRollback(parts, {target: 'relay_deadletter', ...more}).now,
	};
};

test('one record is buried by name, which repeated changes nothing', async t => {
	const {store, ids, execute, lines} = await fixture(t, {dead: 0, waiting: 2});
	const done = await execute('force', {segment_id: ids[0] as SegmentId});
	t.like(done, {
		reversible: false,
		changes: [{what: 'records', peer_id: PEER, from: 'waiting', to: 'deadletter (FORCED)', records: 1}],
	});
	t.like(store.depth(), {scheduled: 1, deadletter: 1});
	t.deepEqual((await execute('force', {segment_id: ids[0] as SegmentId})).changes, []);
	t.like(lines().at(-2), {event: 'rollback.executed', operator: 'mia', reason: 'INC-42'});
});

test('all of a peer is retried, buried and purged', async t => {
	const {store, execute} = await fixture(t, {dead: 3, waiting: 2});
	t.like(await execute('retry'), {changes: [{records: 3}], refused: 0});
	t.is(store.depth().scheduled, 5);
	t.like(await execute('force'), {changes: [{records: 5}], refused: 0});
	t.is(store.depth().deadletter, 5);
	t.like(await execute('purge', {force: true}), {changes: [{to: 'gone for good', records: 5}]});
	t.is(store.depth().total, 0);
});

test('a purge without force purges nothing', async t => {
	const {store, execute, preview} = await fixture(t, {dead: 1, waiting: 0});
	await t.throwsAsync(execute('purge'), {code: 'INVALID_ARGUMENT', message: /cannot be undone/});
	t.is(store.depth().deadletter, 1);
	t.deepEqual(preview()?.rollbacks, []);
});

test('an undo says why not, and what resumes; nothing changes', async t => {
	const {store, ids, execute, undo} = await fixture(t, {dead: 1, waiting: 1});
	const forced = await execute('force', {segment_id: ids[1] as SegmentId});
	await t.throwsAsync(undo(forced.rollback_id), {
		code: 'INVALID_STATE',
		message: new RegExp(`To deliver it: edgectl relay deadletter retry ${ids[1]} a`),
	});
	t.is(store.depth().deadletter, 2);
});

test('what is refused leaves no rollback behind', async t => {
	const {ids, execute, preview} = await fixture(t, {dead: 0, waiting: 1});
	await t.throwsAsync(execute('retry', {segment_id: ids[0] as SegmentId}), {code: 'INVALID_STATE'});
	await t.throwsAsync(execute('purge', {segment_id: ids[0] as SegmentId, force: true}), {
		code: 'INVALID_STATE',
	});
	await t.throwsAsync(execute('force', {segment_id: 'nobody' as SegmentId}), {code: 'NOT_FOUND'});
	await t.throwsAsync(execute('force', {peer_id: 'nobody' as PeerId}), {code: 'UNKNOWN_PEER'});
	t.deepEqual(preview()?.rollbacks, []);
});

test('the preview counts what each strategy would move, of a peer or of one record', async t => {
	const {ids, execute, preview} = await fixture(t, {dead: 2, waiting: 1});
	const shown = (more?: Parameters<typeof preview>[0]) =>
		preview(more)?.changes.map(({strategy, records}) => [strategy, records]);
	const all = [
		['force', 1],
		['retry', 2],
		['purge', 2],
	];
	t.deepEqual(shown(), all);
	t.deepEqual(shown({peer_id: PEER}), all);
	t.deepEqual(shown({peer_id: PEER, segment_id: ids[2] as SegmentId}), [['force', 1]]);
	t.deepEqual(shown({peer_id: PEER, segment_id: ids[0] as SegmentId}), [
		['retry', 1],
		['purge', 1],
	]);
	t.throws(() => preview({segment_id: ids[0] as SegmentId}), {code: 'INVALID_ARGUMENT'});
	await execute('retry');
	t.like(preview()?.rollbacks[0], {strategy: 'retry', can_undo: false, undone_at: null});
});

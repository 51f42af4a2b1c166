import test, {type ExecutionContext} from 'ava';
import {executeRollback, previewRollback, undoRollback} from '../../../src/daemon/control/rollback.js';
import type {Parts} from '../../../src/daemon/parts.js';
import {MOST_ROLLBACKS, RollbackBook} from '../../../src/daemon/rollback/rollback-book.js';
import {EdgedError} from '../../../src/outbound/errors.js';
import type {PeerId} from '../../../src/outbound/names.js';
import {ROLLBACK_ID_PATTERN} from '../../../src/outbound/rollback.js';
import type {Params} from '../../../src/rpc/contract/methods.js';
import {DeliveryStage} from '../../helpers/delivery-stage.js';
import {loggerWithLines} from '../../helpers/log-lines.js';

const [HUB, LAB] = ['hub', 'lab'] as PeerId[] as [PeerId, PeerId];

const fixture = async (t: ExecutionContext) => {
	const stage = new DeliveryStage(t, {peers: [HUB, LAB]});
	await stage.dispatcher.start();
	const {logger, lines} = loggerWithLines();
	let made = 0;
	const book = () =>
		new RollbackBook({
			store: stage.store,
			clock: stage.clock,
			random: () => (++made).toString(16).padStart(8, '0'),
		});
	const parts = (rollbacks: RollbackBook) =>
		({
			bandwidth: stage.bandwidth,
			dispatcher: stage.dispatcher,
			store: stage.store,
			clock: stage.clock,
			logger,
			intake: {answered: async () => {}},
			peers: {
				find(id: PeerId) {
					if (id !== HUB && id !== LAB) {
						throw new EdgedError('UNKNOWN_PEER', `No peer is called ${id}`);
					}
					return {id};
				},
			},
			rollbacks,
		}) as unknown as Parts;
	let now = parts(book());
	return {
		...stage,
		stage,
		lines,
		execute: (strategy: 'throttle' | 'pause' | 'drain', peer?: PeerId) =>
			executeRollback(now, {
				target: 'relay_suspend',
				strategy,
				...(peer !== undefined && {peer_id: peer}),
				operator: 'mia',
				reason: 'INC-42',
			}),
		undo: (id: string) => undoRollback(now, {rollback_id: id, operator: 'mia'}),
		preview: (more: Partial<Params<'rollback.preview'>> = {}) =>
			previewRollback(now, {target: 'relay_suspend', ...more}).now,
		/** What is on disk is all that is left of the book. */
		restart: () => {
			now = parts(book());
		},
		modes: () =>
			stage.dispatcher
				.snapshots()
				.map(({paused, draining}) => `${paused ? 'paused ' : ''}${draining ? 'draining' : ''}`.trim()),
	};
};

test('throttle is 1 byte a second, and its undo gives back what was: the rate of the file', async t => {
	const {bandwidth, execute, undo, lines} = await fixture(t);
	const done = await execute('throttle');
	t.regex(done.rollback_id, ROLLBACK_ID_PATTERN);
	t.like(done, {
		reversible: true,
		changes: [{what: 'rate', peer_id: null, from: 'unlimited (file)', to: '1 B/s (override)'}],
	});
	t.is(bandwidth.state().bytesPerSecond, 1);
	const undone = await undo(done.rollback_id);
	t.like(undone, {undone: true, restored: [{from: '1 B/s (override)', to: 'unlimited (file)'}], left: []});
	t.is(bandwidth.override(undefined), undefined);
	t.deepEqual(
		lines().map(({event, operator}) => [event, operator]),
		[
			['rollback.executed', 'mia'],
			['rollback.undone', 'mia'],
		],
	);
});

for (const [title, former] of [
	['a rate that was set live', {bytesPerSecond: 5000}],
	['a rate that was set live to unlimited', {bytesPerSecond: 0}],
	['a quota that was set live', {dailyQuotaBytes: 7}],
	['both', {bytesPerSecond: 5000, dailyQuotaBytes: 7}],
] as const) {
	for (const peer of [undefined, HUB]) {
		test(`${title} comes back exactly, of ${peer ?? 'the total'}`, async t => {
			const {bandwidth, execute, undo, restart} = await fixture(t);
			await bandwidth.set(peer, former);
			const {rollback_id: id} = await execute('throttle', peer);
			t.is(bandwidth.state(peer).bytesPerSecond, 1);
			restart();
			await undo(id);
			t.deepEqual(bandwidth.override(peer), former);
		});
	}
}

test('a quota that was set since the throttle stays when it is undone', async t => {
	const {bandwidth, execute, undo} = await fixture(t);
	const {rollback_id: id} = await execute('throttle');
	await bandwidth.set(undefined, {dailyQuotaBytes: 9});
	await undo(id);
	t.deepEqual(bandwidth.override(undefined), {dailyQuotaBytes: 9});
});

test('each lane goes back to the mode it was in, also after a restart', async t => {
	const {dispatcher, execute, undo, restart, modes} = await fixture(t);
	await dispatcher.drain(LAB);
	const {rollback_id: id, changes} = await execute('pause');
	t.deepEqual(modes(), ['paused', 'paused draining']);
	t.deepEqual(
		changes.map(({peer_id, from, to}) => [peer_id, from, to]),
		[
			['hub', 'running', 'paused'],
			['lab', 'draining', 'paused, draining'],
		],
	);
	restart();
	t.deepEqual((await undo(id)).left, []);
	t.deepEqual(modes(), ['', 'draining']);
});

test('a drain of what was paused is undone to a pause, of that peer alone', async t => {
	const {dispatcher, execute, undo, modes} = await fixture(t);
	await dispatcher.pause();
	const {rollback_id: id} = await execute('drain', HUB);
	t.deepEqual(modes(), ['draining', 'paused']);
	await undo(id);
	t.deepEqual(modes(), ['paused', 'paused']);
});

test('a second undo changes nothing and says so', async t => {
	const {dispatcher, execute, undo, modes} = await fixture(t);
	const {rollback_id: id} = await execute('pause');
	const {undone_at: at} = await undo(id);
	await dispatcher.pause(HUB);
	t.like(await undo(id), {undone: false, undone_at: at, restored: [], left: []});
	t.deepEqual(modes(), ['paused', '']);
});

test('what somebody has changed since is left alone and named; the rest is restored, once', async t => {
	const {dispatcher, execute, undo, modes} = await fixture(t);
	const {rollback_id: id} = await execute('pause');
	await dispatcher.drain(HUB);
	t.like(await undo(id), {
		undone: true,
		undone_at: null,
		restored: [{peer_id: 'lab', from: 'paused', to: 'running'}],
		left: [{what: 'lane', peer_id: 'hub', why: 'somebody has changed it since: it is draining now'}],
	});
	t.deepEqual(modes(), ['draining', '']);
	await t.throwsAsync(undo(id), {code: 'INVALID_STATE', message: /lane of hub: somebody has changed it/});
	await dispatcher.pause(HUB);
	await dispatcher.resume(HUB);
	await dispatcher.pause(HUB);
	t.like(await undo(id), {undone: true, restored: [{peer_id: 'hub'}]});
	t.deepEqual(modes(), ['', '']);
});

test('when all was changed since, the undo is refused and nothing has changed', async t => {
	const {bandwidth, execute, undo} = await fixture(t);
	const {rollback_id: id} = await execute('throttle', HUB);
	await bandwidth.set(HUB, {bytesPerSecond: 5000});
	await t.throwsAsync(undo(id), {
		code: 'INVALID_STATE',
		message: `Nothing of ${id} was restored: rate of hub: somebody has changed it since: it is 5000 B/s (override) now`,
	});
	t.deepEqual(bandwidth.override(HUB), {bytesPerSecond: 5000});
	await bandwidth.reset(HUB);
	await t.throwsAsync(undo(id), {code: 'INVALID_STATE'});
	t.is(bandwidth.override(HUB), undefined);
});

test('a later rollback is undone before the one beneath it', async t => {
	const {execute, undo, modes} = await fixture(t);
	const first = await execute('pause', HUB);
	const second = await execute('drain');
	await t.throwsAsync(undo(first.rollback_id), {
		message: new RegExp(`${second.rollback_id} \\(drain\\) has changed it since: undo that first`),
	});
	await undo(second.rollback_id);
	t.deepEqual(modes(), ['paused', '']);
	await undo(first.rollback_id);
	t.deepEqual(modes(), ['', '']);
});

test('what was so already is no change, and there is nothing to undo of it', async t => {
	const {dispatcher, execute, undo, modes} = await fixture(t);
	await dispatcher.pause();
	const {rollback_id: id, changes} = await execute('pause');
	t.deepEqual(changes, []);
	t.like(await undo(id), {undone: false, undone_at: null});
	t.deepEqual(modes(), ['paused', 'paused']);
});

test('the preview says what each strategy would change now, and changes nothing', async t => {
	const {dispatcher, execute, preview, modes} = await fixture(t);
	await dispatcher.pause(LAB);
	t.deepEqual(
		preview()?.changes.map(({strategy, peer_id, from, to}) => [strategy, peer_id, from, to]),
		[
			['throttle', null, 'unlimited (file)', '1 B/s (override)'],
			['pause', 'hub', 'running', 'paused'],
			['drain', 'hub', 'running', 'draining'],
			['drain', 'lab', 'paused', 'draining'],
		],
	);
	t.deepEqual(modes(), ['', 'paused']);
	const {rollback_id: id} = await execute('throttle');
	t.deepEqual(
		preview({peer_id: HUB})?.changes.map(({strategy}) => strategy),
		['throttle', 'pause', 'drain'],
	);
	t.like(preview()?.rollbacks[0], {rollback_id: id, can_undo: true, undone_at: null, operator: 'mia'});
	t.is(preview()?.changes[0]?.strategy, 'pause', 'it is throttled already');
});

test('an order that cannot be written changes nothing and leaves no rollback behind', async t => {
	const {stage, execute, preview, modes} = await fixture(t);
	stage.store.writeSettings = async () => {
		throw new EdgedError('STORAGE_FULL', 'the disk is full');
	};
	await t.throwsAsync(execute('pause'), {code: 'STORAGE_FULL'});
	await t.throwsAsync(execute('throttle'), {code: 'STORAGE_FULL'});
	t.deepEqual(modes(), ['', '']);
	t.is(stage.bandwidth.override(undefined), undefined);
	t.deepEqual(preview()?.rollbacks, []);
});

test('an unknown peer and an unknown rollback are refused', async t => {
	const {execute, undo} = await fixture(t);
	await t.throwsAsync(execute('throttle', 'nobody' as PeerId), {code: 'UNKNOWN_PEER'});
	await t.throwsAsync(undo('rb-000000000-00000000'), {code: 'NOT_FOUND', message: /last 32 are remembered/});
});

test('so many are remembered: those with nothing left to undo are forgotten first', async t => {
	const {execute, undo, preview, restart} = await fixture(t);
	const first = await execute('pause', HUB);
	for (let count = 0; count < MOST_ROLLBACKS + 5; count++) {
		await undo((await execute('throttle', LAB)).rollback_id);
	}
	restart();
	const kept = preview()?.rollbacks ?? [];
	t.is(kept.length, MOST_ROLLBACKS);
	t.is(kept.at(-1)?.rollback_id, first.rollback_id);
	t.like(await undo(first.rollback_id), {undone: true});
});

test('two at the same time are two, one after the other', async t => {
	const {execute, undo, preview, modes} = await fixture(t);
	const [one, other] = await Promise.all([execute('pause', HUB), execute('pause', LAB), execute('throttle')]);
	t.is(preview()?.rollbacks.length, 3);
	await Promise.all([undo(one.rollback_id), undo(other.rollback_id), undo(one.rollback_id)]);
	t.deepEqual(modes(), ['', '']);
});

test('a row that is no rollback is none', async t => {
	const {stage, restart, preview} = await fixture(t);
	await stage.store.writeSetting('rollback:0', {id: 'x'});
	await stage.store.writeSetting('rollback:1', 'nonsense');
	restart();
	t.deepEqual(preview()?.rollbacks, []);
});

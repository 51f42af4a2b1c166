import test, {type ExecutionContext} from 'ava';
import {auditedBackend} from '../../../src/daemon/audit/audited-backend.js';
import {Refusals} from '../../../src/daemon/audit/refusals.js';
import type {Parts} from '../../../src/daemon/parts.js';
import {EdgedError} from '../../../src/outbound/errors.js';
import type {Backend} from '../../../src/rpc/backend.js';
import type {Caller} from '../../../src/rpc/caller.js';
import {JournalStage} from '../../helpers/audit/journal-stage.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {backendWith} from '../../helpers/rpc-server.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const CALLER: Caller = {door: 'rpc', credentials: {uid: 1000, gid: 100, pid: 4711}};

const stageIn = async (t: ExecutionContext, verbs: Partial<Backend>) => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const {journal} = await stage.open();
	const refusals = new Refusals(journal, stage.clock);
	const parts = {
		audit: journal,
		refusals,
		clock: stage.clock,
		dispatcher: {snapshots: () => [{peerId: 'hub', paused: true, draining: false}]},
		bandwidth: {state: () => ({bytesPerSecond: 500, dailyQuotaBytes: 0})},
		peers: {find: (id: string) => ({id})},
	} as unknown as Parts;
	return {stage, journal, refusals, backend: auditedBackend(backendWith(verbs), parts)};
};

const purge = (params: object) => params as Parameters<Backend['purge']>[0];

test('what was asked, what came of it and who it was are in the record', async t => {
	const {stage, backend} = await stageIn(t, {purge: async () => ({dry_run: false, purged: 12})});
	await backend.purge(
		purge({all: true, peer_id: 'hub', reason: 'EXPIRED', force: true, operator: 'mia', note: 'INC-42'}),
		CALLER,
	);
	const [line] = readChain(stage.directory);
	t.like(line, {
		event_name: 'relay.deadletter.purged',
		category: 'relay',
		action: 'purge',
		outcome: 'success',
		actor: 'mia',
		resource_type: 'record',
		resource: '* hub',
		source: 'cli',
	});
	t.deepEqual(line?.fields, {
		all: true,
		peer_id: 'hub',
		force: true,
		deadletter_reason: 'EXPIRED',
		reason: 'INC-42',
		door: 'rpc',
		peer_uid: 1000,
		peer_gid: 100,
		peer_pid: 4711,
		dry_run: false,
		purged: 12,
	});
});

test('who gives no name is known by his uid, and one whom nobody knows is unknown', async t => {
	const {stage, backend} = await stageIn(t, {
		force: async () => ({forced: true, state: 'deadletter' as const}),
	});
	const params = {segment_id: 's', peer_id: 'hub'} as Parameters<Backend['force']>[0];
	await backend.force(params, CALLER);
	await backend.force(params, {door: 'rpc'});
	t.deepEqual(
		readChain(stage.directory).map(({actor}) => actor),
		['uid:1000', 'unknown'],
	);
});

test('what only looks, or repeats what is so, is no record', async t => {
	const {stage, backend} = await stageIn(t, {
		purge: async () => ({dry_run: true, would_purge: 1}) as never,
		pause: async () => ({}) as never,
		hold: async () => ({}) as never,
	});
	await backend.purge(purge({all: true}), CALLER);
	await backend.purge(purge({all: true, force: true, dry_run: true}), CALLER);
	await backend.hold({all: true, dry_run: true} as never, CALLER);
	await backend.pause({peer_id: 'hub' as never}, CALLER);
	t.deepEqual(readChain(stage.directory), []);
	await backend.pause({peer_id: 'hub' as never, end_sends: true}, CALLER);
	t.is(readChain(stage.directory).length, 1);
});

test('the former rate is told with the new one', async t => {
	const {stage, backend} = await stageIn(t, {
		setBandwidth: async () =>
			({
				applied: true,
				bandwidth: {bytes_per_second: 9, daily_quota_bytes: 0, source: 'override', available_tokens: 7},
			}) as never,
	});
	await backend.setBandwidth({bytes_per_second: 9}, CALLER);
	t.like(readChain(stage.directory)[0]?.fields, {bytes_per_second: 9, former_bytes_per_second: 500});
});

test('a refusal is recorded with its code, and passed on', async t => {
	const {stage, backend} = await stageIn(t, {
		purge: async () => {
			throw new EdgedError('NOT_FOUND', 'there is none');
		},
		force: async () => {
			throw new EdgedError('FORBIDDEN', 'not you');
		},
		retry: async () => {
			throw new Error('a bug with secrets');
		},
	});
	await t.throwsAsync(
		async () => backend.purge(purge({segment_id: 's', peer_id: 'hub', force: true}), CALLER),
		{
			code: 'NOT_FOUND',
		},
	);
	await t.throwsAsync(async () => backend.force({segment_id: 's', peer_id: 'hub'} as never, CALLER));
	await t.throwsAsync(async () => backend.retry({segment_id: 's', peer_id: 'hub'} as never, CALLER), {
		message: /a bug/,
	});
	const lines = readChain(stage.directory);
	t.deepEqual(
		lines.map(({outcome, fields}) => [outcome, fields['code']]),
		[
			['failure', 'NOT_FOUND'],
			['denied', 'FORBIDDEN'],
			['failure', 'INTERNAL'],
		],
	);
	t.false(JSON.stringify(lines).includes('secrets'));
});

test('refusals without end are counted, not written, and the count is told', async t => {
	const {stage, refusals, journal, backend} = await stageIn(t, {
		purge: async () => {
			throw new EdgedError('NOT_FOUND', 'there is none');
		},
	});
	for (let at = 0; at < 500; at++) {
		const params = purge({segment_id: `s${at}`, peer_id: 'hub', force: true, operator: `name ${at}`});
		await t.throwsAsync(async () => backend.purge(params, CALLER));
	}
	t.is(readChain(stage.directory).length, 10);
	t.is(journal.counters.refusalsLost, 490);
	await refusals.endSpan();
	t.like(readChain(stage.directory).at(-1), {
		event_name: 'audit.refusals.left_out',
		fields: {counts: {'relay.deadletter.purged NOT_FOUND uid:1000': 490}},
	});
	stage.clock.advance(1);
	await t.throwsAsync(async () =>
		backend.purge(purge({segment_id: 's', peer_id: 'hub', force: true}), CALLER),
	);
	t.is(readChain(stage.directory).length, 12, 'a new span begins');
	const next = await stage.open();
	t.is(next.found.pending, 0, 'what was only counted is not told as pending');
});

test('nothing is begun that cannot be recorded, and what stops delivery is, with its record in the store', async t => {
	let done = 0;
	const {stage, journal, backend} = await stageIn(t, {
		release: async () => ++done as never,
		hold: async () => ++done as never,
	});
	await journal.note(stage.event('before'));
	stage.failure = Object.assign(new Error('no space'), {code: 'ENOSPC'});
	await backend.hold({all: true} as never, CALLER);
	t.is(journal.lateCount, 1);
	await t.throwsAsync(async () => backend.release({all: true} as never, CALLER), {code: 'STORAGE_FULL'});
	t.is(done, 1);
	stage.failure = undefined;
	await backend.release({all: true} as never, CALLER);
	t.deepEqual(
		readChain(stage.directory).map(({event_name: name}) => name),
		['before', 'relay.record.held', 'relay.record.released'],
	);
});

test('a huge or secret value does not get into the trail as it is', async t => {
	const {stage, backend} = await stageIn(t, {
		force: async () => ({forced: true, state: 'deadletter' as const}),
	});
	const reason = `see https://mia:geheim@host/ ${'x'.repeat(100_000)}`;
	await backend.force({segment_id: 's', peer_id: 'hub', reason} as never, CALLER);
	const text = JSON.stringify(readChain(stage.directory));
	t.false(text.includes('geheim'));
	t.true(text.length < 4000);
});

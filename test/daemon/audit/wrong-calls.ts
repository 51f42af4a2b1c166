import test, {type ExecutionContext} from 'ava';
import {acts} from '../../../src/daemon/audit/acts.js';
import {Refusals} from '../../../src/daemon/audit/refusals.js';
import {auditedWrongCalls, WRONG_CALLS} from '../../../src/daemon/audit/wrong-calls.js';
import {EdgedError} from '../../../src/outbound/errors.js';
import type {Caller} from '../../../src/rpc/caller.js';
import {checkParams} from '../../../src/rpc/check-params.js';
import type {ChangingMethod} from '../../../src/rpc/contract/methods.js';
import {JournalStage} from '../../helpers/audit/journal-stage.js';
import {readChain} from '../../helpers/audit/read-trail.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

const CALLER: Caller = {door: 'rpc', credentials: {uid: 1000, gid: 100, pid: 4711}};

const stageIn = async (t: ExecutionContext) => {
	const stage = new JournalStage(await temporaryDirectory(t));
	const {journal} = await stage.open();
	t.teardown(() => journal.close());
	const wrongCalls = new Refusals(journal, stage.clock, WRONG_CALLS);
	const tell = auditedWrongCalls({wrongCalls, clock: stage.clock});
	return {
		stage,
		journal,
		wrongCalls,
		lines: () => readChain(stage.directory),
		/** As the responder does it. */
		call: async (method: ChangingMethod, raw: unknown, caller = CALLER) => {
			const error = t.throws(() => checkParams(method, raw), {instanceOf: EdgedError});
			await tell({method, raw, caller, error: error as EdgedError});
		},
	};
};

test('what was wrong is in the record, by whom, and which parameters were named', async t => {
	const {call, lines} = await stageIn(t);
	await call('relay.deadletter.purge', {segment_id: 's', peer_id: 'hub', force: 'yes', operator: 'mia'});
	await call('relay.pause', {peer: 'hub', operator: 'uid:0'});
	await call('audit.prune', ['x'], {door: 'rpc'});
	const [purge, pause, prune] = lines();
	t.like(purge, {
		event_name: 'relay.deadletter.purged',
		category: 'relay',
		action: 'purge',
		outcome: 'failure',
		actor: 'mia',
		resource_type: 'record',
		resource: 's hub',
		source: 'cli',
	});
	t.like(purge?.fields, {
		code: 'INVALID_ARGUMENT',
		given: ['segment_id', 'peer_id', 'force', 'operator'],
		door: 'rpc',
		peer_uid: 1000,
		peer_pid: 4711,
	});
	t.regex(String(purge?.fields['error']), /^Invalid params: /);
	t.like(pause, {event_name: 'relay.paused', actor: 'uid:1000', resource: '?'});
	t.regex(String(pause?.fields['error']), /peer: is not known here/);
	t.like(prune, {event_name: 'audit.pruned', category: 'system', actor: 'unknown'});
});

test('no value that was given is in the record, nor a name that looks like a secret', async t => {
	const {call, lines} = await stageIn(t);
	for (const raw of [
		{peer_id: 'hunter2plant hunter2plant', password: 'hunter2plant'},
		{peer_id: {secret: 'hunter2plant'}, reason: ['hunter2plant']},
		{'https://u:hunter2plant@h': 1, 'password=hunter2plant': 2},
		{operator: 'hunter2plant'.repeat(100)},
		['hunter2plant'],
		'hunter2plant',
	]) {
		await call('relay.hold', raw);
	}
	t.is(lines().length, 6);
	t.false(JSON.stringify(lines()).includes('hunter2plant'));
});

test('however much was sent, the record is small', async t => {
	const {call, lines, stage} = await stageIn(t);
	await call(
		'relay.hold',
		Object.fromEntries(Array.from({length: 50_000}, (_, at) => [`${at}${'k'.repeat(50)}`, 'v'])),
	);
	await call('relay.move', {['x'.repeat(2_000_000)]: 1, segment_id: 's'.repeat(2_000_000)});
	t.true(
		lines().every(line => JSON.stringify(line).length < 4000),
		stage.directory,
	);
	const given = lines()[0]?.fields['given'];
	t.is(Array.isArray(given) ? given.at(-1) : given, 'and 49980 more');
});

test('every method that changes something has a record for what is not understood, but a dry run has none', async t => {
	for (const method of Object.keys(acts) as ChangingMethod[]) {
		const {call, lines} = await stageIn(t);
		await call(method, {no_such_parameter: 1, dry_run: true});
		t.deepEqual(lines(), [], method);
		await call(method, {no_such_parameter: 1});
		t.is(lines()[0]?.outcome, 'failure', method);
	}
});

test('a broken client that calls without end fills nothing, and is counted', async t => {
	const {call, lines, journal, wrongCalls} = await stageIn(t);
	for (let at = 0; at < 200; at++) {
		for (const method of Object.keys(acts).slice(0, 5) as ChangingMethod[]) {
			await call(method, {no_such_parameter: at, operator: `name ${at}`});
		}
	}
	t.is(lines().length, 30);
	t.is(journal.counters.refusalsLost, 970);
	await wrongCalls.endSpan();
	const counts = lines().at(-1)?.fields['counts'] as Record<string, number>;
	t.is(
		Object.values(counts).reduce((sum, count) => sum + count, 0),
		970,
	);
	t.true(Object.keys(counts).every(kind => / INVALID_ARGUMENT uid:1000$/.test(kind)));
});

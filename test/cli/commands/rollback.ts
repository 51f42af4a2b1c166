import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {ROLLBACK_TARGETS, ROLLBACKS, rollbackFacts} from '../../../src/outbound/rollback.js';
import {DaemonUnreachable} from '../../../src/rpc/client-errors.js';
import {EXAMPLES} from '../../../src/rpc/contract/examples/examples.js';
import {runLine} from '../../helpers/cli.js';

const DOWN = new DaemonUnreachable('/run/edged/rpc.sock', 'x', Object.assign(new Error(), {code: 'ENOENT'}));
const EXECUTED = EXAMPLES['rollback.execute'][0].result;
const UNDONE = EXAMPLES['rollback.undo'][0].result;
const ID = EXECUTED.rollback_id;

for (const target of ROLLBACK_TARGETS) {
	test(`a preview of ${target} prints all that is known of it while the daemon is down`, async t => {
		const {out, exitCode} = await runLine(`rollback preview --target ${target}`, {
			answers: {'rollback.preview': DOWN},
		});
		t.is(exitCode, undefined);
		const {safety_class, strategies, triggers, limitations, manual_path} = ROLLBACKS[target];
		const does = strategies.map(strategy => strategy.does);
		for (const words of [safety_class, manual_path, ...does, ...triggers, ...limitations]) {
			t.true(out.includes(words), words);
		}
		t.regex(out, /Would Change Now\n {2}(?:not known: edged is not reachable|nothing of edged)/);
	});
}

test('as JSON it is the answer of the daemon, and without one the same form with nothing for now', async t => {
	const [{result}] = EXAMPLES['rollback.preview'];
	const line = 'rollback preview --target relay_suspend --peer-id hub --output json';
	const up = await runLine(line, {answers: {'rollback.preview': result}});
	t.deepEqual(JSON.parse(up.out), result);
	t.deepEqual(up.calls, [['rollback.preview', {target: 'relay_suspend', peer_id: 'hub'}]]);
	const down = await runLine(line, {answers: {'rollback.preview': DOWN}});
	t.deepEqual(JSON.parse(down.out), {...rollbackFacts('relay_suspend'), now: null});
	t.regex(down.errors, /not reachable/);
});

test('the keys of the reference are there', t => {
	t.like(rollbackFacts('rollout_plan'), {
		safety_class: 'terminal',
		orchestrated: true,
		valid_strategies: ['retry', 'rollback'],
	});
	t.like(rollbackFacts('relay_deadletter'), {
		safety_class: 'idempotent',
		valid_strategies: ['force', 'retry', 'purge'],
		manual_path: 'edgectl relay deadletter force|retry|purge',
	});
	t.deepEqual(rollbackFacts('ha_leader_resign').valid_strategies, []);
});

test('a suspension is asked for with who and why, and its undo is printed', async t => {
	const {calls, out} = await runLine(
		'rollback execute --target relay_suspend --strategy pause --resource hub --reason INC-42',
		{answers: {'rollback.execute': EXECUTED}},
	);
	t.deepEqual(calls, [
		[
			'rollback.execute',
			{target: 'relay_suspend', strategy: 'pause', peer_id: 'hub', operator: 'uid:1000', reason: 'INC-42'},
		],
	]);
	t.is(
		out,
		`${ID}: relay_suspend pause is done\n  PEER-ID  WHAT  FROM     TO\n  hub      lane  running  paused\nUndo it with: edgectl rollback execute --undo ${ID}\n`,
	);
});

test('a record is named in one word or in two', async t => {
	const expected = {
		target: 'relay_deadletter',
		strategy: 'purge',
		segment_id: 's:1',
		peer_id: 'hub',
		force: true,
		operator: 'uid:1000',
		reason: 'x',
	};
	for (const named of ['--resource s:1/hub --yes', '--segment-id s:1 --peer-id hub --force']) {
		const {calls} = await runLine(
			`rollback execute --target relay_deadletter --strategy purge ${named} --reason x`,
			{answers: {'rollback.execute': {...EXECUTED, target: 'relay_deadletter', strategy: 'purge'}}},
		);
		t.deepEqual(calls, [['rollback.execute', expected]]);
	}
});

test('an undo stands alone; what is left as it is makes it fail', async t => {
	const done = await runLine(`rollback execute --undo ${ID}`, {answers: {'rollback.undo': UNDONE}});
	t.deepEqual(done.calls, [['rollback.undo', {rollback_id: ID, operator: 'uid:1000'}]]);
	t.is(done.exitCode, undefined);
	t.regex(done.out, /is undone\n.*\n {2}hub +lane +paused +running/);
	const part = await runLine(`rollback execute --undo ${ID}`, {
		answers: {
			'rollback.undo': {...UNDONE, left: [{what: 'lane', peer_id: 'lab', why: 'it is draining now'}]},
		},
	});
	t.is(part.exitCode, 1);
	t.regex(part.out, /undone in part\n.*\n.*\n.*left as it is: lane of lab: it is draining now/);
	const again = await runLine(`rollback execute --undo ${ID}`, {
		answers: {'rollback.undo': {...UNDONE, undone: false, restored: []}},
	});
	t.is(again.exitCode, undefined);
	t.regex(again.out, /was undone before, at 20.*: nothing was changed/);
});

for (const target of ['rollout_plan', 'rollout_stage', 'ha_leader_resign']) {
	test(`${target} is not executed here; the command of the control plane is named`, async t => {
		const {calls, errors, exitCode} = await runLine(
			`rollback execute --target ${target} --strategy rollback`,
		);
		t.deepEqual(calls, []);
		t.is(exitCode, 1);
		t.regex(
			errors,
			new RegExp(`belongs to the control plane.*autonomy rollback execute --target ${target} `),
		);
	});
}

for (const [line, message] of [
	['preview', /Name --target, one of relay_suspend, relay_deadletter, rollout_plan/],
	['preview --target relay_everything', /Give one of relay_suspend, relay_deadletter/],
	['preview --target relay_suspend --resource s1/hub', /takes no segment/],
	['preview --target relay_deadletter --segment-id s1', /goes with --peer-id/],
	['preview --target relay_deadletter --resource a/b/c', /neither PEER-ID nor SEGMENT-ID\/PEER-ID/],
	['preview --target relay_deadletter --resource "a b/hub"', /--resource: /],
	['preview --target relay_deadletter --resource a/hub --peer-id hub', /Give --resource, or/],
	['execute', /--target and --strategy, or give --undo/],
	['execute --target relay_suspend --reason x', /Name --strategy: relay_suspend has throttle, pause, drain/],
	[
		'execute --target relay_suspend --strategy purge --reason x',
		/no strategy purge: relay_suspend has throttle/,
	],
	['execute --target relay_suspend --strategy pause', /--reason says why, and must be given/],
	['execute --target relay_deadletter --strategy force --reason x', /Name a record with --resource/],
	[
		'execute --target relay_deadletter --strategy purge --peer-id hub --reason x',
		/cannot be undone: give --yes/,
	],
	[`execute --undo ${ID} --target relay_suspend`, /stands alone/],
	[`execute --undo ${ID} --yes --peer-id hub`, /stands alone/],
	['execute --undo INC-42', /Give it as rollback execute has printed it/],
] as const) {
	test(`rollback ${line} is a usage error that says what would be right`, async t => {
		await t.throwsAsync(runLine(`rollback ${line}`), {instanceOf: UsageError, message});
	});
}

for (const [line, meant] of [
	[
		'--target relay_deadletter --strategy purge --peer-id hub --reason x',
		'--target relay_deadletter --strategy purge --resource hub --yes --reason x',
	],
	[
		'--target relay_deadletter --strategy purge',
		'--target relay_deadletter --strategy purge --resource SEGMENT-ID/PEER-ID --yes --reason INC-42',
	],
	[
		'--target relay_deadletter --strategy retry --segment-id s1 --reason "it is back"',
		"--target relay_deadletter --strategy retry --resource s1/PEER-ID --reason 'it is back'",
	],
	[
		'--target relay_deadletter --strategy pause --resource s1/hub --reason x',
		'--target relay_deadletter --strategy force --resource s1/hub --reason x',
	],
	[
		'--target relay_suspend --strategy drain --resource hub',
		'--target relay_suspend --strategy drain --resource hub --reason INC-42',
	],
	['--target relay_suspend --strategy drain', '--target relay_suspend --strategy drain --reason INC-42'],
	[
		'--target relay_suspend --resource a/hub --reason x',
		'--target relay_suspend --strategy throttle --resource hub --reason x',
	],
] as const) {
	test(`"${line}" is refused with a line for the same target`, async t => {
		const error = await t.throwsAsync<UsageError>(runLine(`rollback execute ${line}`), {
			instanceOf: UsageError,
		});
		t.is(error?.tryLine, `edgectl rollback execute ${meant}`);
	});
}

import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {runLine} from '../../helpers/cli.js';

const operator = 'uid:1000';
const one = {segment_id: 'seg-1', peer_id: 'hub', operator};

test('retry of one record names it, and why for the audit trail', async t => {
	const {calls, out} = await runLine('relay deadletter retry seg-1 hub --reason "it is fixed"', {
		answers: {'relay.deadletter.retry': {retried: 1, refused: 0}},
	});
	t.deepEqual(calls, [['relay.deadletter.retry', {...one, reason: 'it is fixed'}]]);
	t.is(out, 'seg-1 for hub is scheduled again\n');
});

test('retry --all goes on until nothing is left and prints the sums', async t => {
	const answers = [
		{retried: 10_000, refused: 0, next_cursor: 'c1'},
		{retried: 7, refused: 0},
	];
	const {calls, out, exitCode} = await runLine(
		'--reason "link is back" relay deadletter retry --all --peer-id hub --reason max_retries',
		{answers: {'relay.deadletter.retry': () => answers.shift()}},
	);
	const selector = {
		all: true,
		peer_id: 'hub',
		reason: 'MAX_RETRIES',
		operator,
		note: 'link is back',
		limit: 10_000,
	};
	t.deepEqual(
		calls.map(([, params]) => params),
		[selector, {...selector, cursor: 'c1'}],
	);
	t.is(out, '10,007 deadletters scheduled again\n');
	t.is(exitCode, undefined);
});

test('retry --all tells of payloads that are gone and ends with 1', async t => {
	const {out, exitCode} = await runLine('relay deadletter retry --all', {
		answers: {'relay.deadletter.retry': {retried: 2, refused: 1}},
	});
	t.regex(
		out,
		/^2 deadletters scheduled again\n1 deadletter refused: the payload is gone \(SEGMENT_MISSING\)/,
	);
	t.is(exitCode, 1);
});

test('purge without --force says what would go', async t => {
	const answers = {'relay.deadletter.purge': {dry_run: true, would_purge: 1, matching: []}};
	const single = await runLine('relay deadletter purge --segment-id seg-1 --peer-id hub', {answers});
	t.deepEqual(single.calls, [['relay.deadletter.purge', one]]);
	t.regex(
		single.out,
		/^dry run: the record of seg-1 for hub would be purged; nothing was removed\n.*add --force\.\n$/,
	);
	const all = await runLine('relay deadletter purge --all --reason EXPIRED', {
		answers: {
			'relay.deadletter.purge': {
				dry_run: true,
				would_purge: 1204,
				matching: [{peer_id: 'hub', reason: 'EXPIRED', count: 1204}],
			},
		},
	});
	t.deepEqual(all.calls, [['relay.deadletter.purge', {all: true, reason: 'EXPIRED', operator}]]);
	t.regex(
		all.out,
		/^dry run: 1,204 deadletters would be purged; nothing was removed\n {2}hub {2}EXPIRED {2}1,204\n/,
	);
});

test('purge without --force says of a record that is not dead that it cannot be purged', async t => {
	const {out, exitCode} = await runLine('relay deadletter purge --segment-id seg-1 --peer-id hub', {
		answers: {'relay.deadletter.purge': {dry_run: true, would_purge: 0, matching: []}},
	});
	t.is(out, 'dry run: the record of seg-1 for hub is no deadletter, and --force would be refused\n');
	t.is(exitCode ?? 0, 0);
});

test('purge --force removes one record', async t => {
	const {calls, out} = await runLine('relay deadletter purge --segment-id seg-1 --peer-id hub --force', {
		answers: {'relay.deadletter.purge': {dry_run: false, purged: 1}},
	});
	t.deepEqual(calls, [['relay.deadletter.purge', {...one, force: true}]]);
	t.is(out, 'purged the record of seg-1 for hub\n');
});

test('purge --all --force removes in steps and prints the sum', async t => {
	const answers = [
		{dry_run: false, purged: 10_000, next_cursor: 'c1'},
		{dry_run: false, purged: 1},
	];
	const {calls, out} = await runLine('relay deadletter purge --all --force --output json', {
		answers: {'relay.deadletter.purge': () => answers.shift()},
	});
	t.deepEqual(
		calls.map(([, params]) => params),
		[
			{all: true, operator, limit: 10_000, force: true},
			{all: true, operator, limit: 10_000, cursor: 'c1', force: true},
		],
	);
	t.deepEqual(JSON.parse(out), {dry_run: false, purged: 10_001});
});

test('force buries, and says how to bring it back', async t => {
	const answers = {'relay.deadletter.force': {forced: true, state: 'deadletter'}};
	const {calls, out} = await runLine('relay deadletter force seg-1 hub --reason poison --operator ann', {
		answers,
	});
	t.deepEqual(calls, [['relay.deadletter.force', {...one, operator: 'ann', reason: 'poison'}]]);
	t.regex(out, /is a deadletter now \(FORCED\).*retry seg-1 hub/);
});

test('force of a dead record is a success that changes nothing', async t => {
	const answers = {'relay.deadletter.force': {forced: false, state: 'deadletter'}};
	const {out, exitCode} = await runLine('relay deadletter force seg-1 hub', {answers});
	t.regex(out, /nothing changed/);
	t.is(exitCode, undefined);
});

test('force --all buries in steps what waits for a peer, and says what is left', async t => {
	const answers = [
		{buried: 10_000, left: {waiting: 5, inflight: 2}},
		{buried: 5, left: {waiting: 0, inflight: 2}},
	];
	const {calls, out} = await runLine('relay deadletter force --all --peer-id hub --operator ann', {
		answers: {'relay.deadletter.force': () => answers.shift()},
	});
	const order = {all: true, peer_id: 'hub', limit: 10_000, operator: 'ann'};
	t.deepEqual(calls, [
		['relay.deadletter.force', order],
		['relay.deadletter.force', order],
	]);
	t.regex(out, /^10,005 records for hub are deadletters now \(FORCED\)\n {2}left: 0 waiting, 2 being sent;/);
});

const MATCHING = [
	{peer_id: 'hub', reason: 'EXPIRED', count: 1200},
	{peer_id: 'lab', reason: 'REJECTED', count: 4},
];
const WOULD_RETRY = {dry_run: true, would_retry: 1200, would_refuse: 4, matching: MATCHING};

test('ages become times once, so that each call selects the same', async t => {
	const answers = [
		{retried: 1, refused: 0, next_cursor: 'c'},
		{retried: 1, refused: 0},
	];
	const {calls} = await runLine(
		'relay deadletter retry --all --since 2d --older-than 2h --label kind=image',
		{answers: {'relay.deadletter.retry': () => answers.shift()}},
	);
	const selector = {
		all: true,
		operator,
		since: '2026-07-23T12:00:00.000Z',
		before: '2026-07-25T10:00:00.000Z',
		label: {name: 'kind', value: 'image'},
		limit: 10_000,
	};
	t.deepEqual(
		calls.map(([, params]) => params),
		[selector, {...selector, cursor: 'c'}],
	);
});

test('at a terminal retry --all asks first, and a no calls nothing else and ends with 1', async t => {
	const {calls, errors, out, exitCode} = await runLine('relay deadletter retry --all', {
		answers: {'relay.deadletter.retry': WOULD_RETRY},
		replies: ['n'],
	});
	t.deepEqual(calls, [['relay.deadletter.retry', {all: true, operator, dry_run: true}]]);
	t.true(errors.includes('peers: hub 1,200, lab 4'));
	t.true(errors.includes('Put them back into the queue? [y/N]'));
	t.true(errors.includes('nothing was changed'));
	t.is(out, '');
	t.is(exitCode, 1);
});

test('a yes goes on, and --yes does not ask', async t => {
	const asked: unknown[] = [];
	const answers = {
		'relay.deadletter.retry': (params: {dry_run?: true}) => {
			asked.push(params.dry_run);
			return params.dry_run ? WOULD_RETRY : {retried: 1200, refused: 0};
		},
	};
	const yes = await runLine('relay deadletter retry --all', {answers, replies: ['y']});
	t.is(yes.out, '1,200 deadletters scheduled again\n');
	const flagged = await runLine('relay deadletter retry --all --yes', {answers, replies: []});
	t.is(flagged.out, '1,200 deadletters scheduled again\n');
	t.deepEqual(asked, [true, undefined, undefined]);
});

test('one record at a terminal is not asked about', async t => {
	const {calls} = await runLine('relay deadletter retry seg-1 hub', {
		answers: {'relay.deadletter.retry': {retried: 1, refused: 0}},
		replies: [],
	});
	t.is(calls.length, 1);
});

test('retry --dry-run says what would be, and what would be refused', async t => {
	const {calls, out} = await runLine('relay deadletter retry --all --dry-run', {
		answers: {'relay.deadletter.retry': WOULD_RETRY},
		replies: [],
	});
	t.deepEqual(calls, [['relay.deadletter.retry', {all: true, operator, dry_run: true}]]);
	t.is(
		out,
		'dry run: 1,200 deadletters would be scheduled again; nothing was changed\n  hub  EXPIRED  1,200\n  lab  REJECTED  4\n4 deadletters would be refused: the payload is gone\n',
	);
});

const purgeAnswers = {
	'relay.deadletter.purge': (params: {force?: true}) =>
		params.force ? {dry_run: false, purged: 1204} : {dry_run: true, would_purge: 1204, matching: MATCHING},
};

test('at a terminal purge --all asks, and does it when the answer is yes', async t => {
	const no = await runLine('relay deadletter purge --all', {answers: purgeAnswers, replies: [undefined]});
	t.is(no.calls.length, 1);
	t.is(no.exitCode, 1);
	t.true(no.errors.includes('1,204 deadletters:'));
	const yes = await runLine('relay deadletter purge --all', {answers: purgeAnswers, replies: ['yes']});
	t.is(yes.out, '1,204 deadletters purged\n');
	t.is(yes.exitCode, undefined);
});

for (const line of ['--force', '--yes', '--force --yes']) {
	test(`purge --all ${line} does not ask`, async t => {
		const said = await runLine(`relay deadletter purge --all ${line}`, {answers: purgeAnswers, replies: []});
		t.is(said.out, '1,204 deadletters purged\n');
	});
}

test('purge --dry-run removes nothing, whatever else is given', async t => {
	const {calls, out} = await runLine('relay deadletter purge --all --force --yes --dry-run', {
		answers: purgeAnswers,
		replies: [],
	});
	t.deepEqual(calls, [['relay.deadletter.purge', {all: true, operator}]]);
	t.regex(out, /^dry run:/);
});

const WOULD_FORCE = {dry_run: true, would_force: 12, inflight: 3};
test('force --all with a filter goes on until the cursor ends', async t => {
	const answers = [
		{buried: 10_000, left: {waiting: 40, inflight: 1}, next_cursor: 'c1'},
		{buried: 0, left: {waiting: 40, inflight: 1}, next_cursor: 'c2'},
		{buried: 5, left: {waiting: 40, inflight: 1}},
	];
	const words = 'relay deadletter force --all --priority bulk --state failed --operator ann';
	const {calls, out} = await runLine(words, {answers: {'relay.deadletter.force': () => answers.shift()}});
	const order = {all: true, priority: 'bulk', state: 'failed', operator: 'ann', limit: 10_000};
	t.deepEqual(calls, [
		['relay.deadletter.force', order],
		['relay.deadletter.force', {...order, cursor: 'c1'}],
		['relay.deadletter.force', {...order, cursor: 'c2'}],
	]);
	t.is(out, '10,005 records are deadletters now (FORCED)\n  left: 40 waiting, 1 being sent\n');
});
test('force --all asks at a terminal, and --dry-run only says', async t => {
	const no = await runLine('relay deadletter force --all --peer-id hub', {
		answers: {'relay.deadletter.force': WOULD_FORCE},
		replies: [''],
	});
	t.is(no.calls.length, 1);
	t.is(no.exitCode, 1);
	const dry = await runLine('relay deadletter force --all --peer-id hub --dry-run', {
		answers: {'relay.deadletter.force': WOULD_FORCE},
		replies: [],
	});
	t.is(
		dry.out,
		'dry run: 12 records for hub would be deadletters (FORCED); nothing was changed\n  3 being sent would be left alone\n',
	);
});

const refuses = test.macro(async (t, line: string, words: RegExp) => {
	await t.throwsAsync(runLine(line), {instanceOf: UsageError, message: words});
});
test(
	'retry of a segment without its peer is refused',
	refuses,
	'relay deadletter retry seg-1',
	/SEGMENT-ID PEER-ID, or give --all/,
);
test('retry of nothing is refused', refuses, 'relay deadletter retry', /or give --all/);
test(
	'--all together with a segment is refused',
	refuses,
	'relay deadletter retry seg-1 hub --all',
	/without a segment id/,
);
test('force of nothing is refused', refuses, 'relay deadletter force', /SEGMENT-ID PEER-ID, or give --all/);
test(
	'force with a filter and without --all is refused',
	refuses,
	'relay deadletter force seg-1 hub --label a=b',
	/SEGMENT-ID PEER-ID, or give --all/,
);
test(
	'force --all with a segment is refused',
	refuses,
	'relay deadletter force seg-1 hub --all --peer-id hub',
	/without a segment id/,
);
test('purge of nothing is refused', refuses, 'relay deadletter purge --force', /--segment-id and --peer-id/);
test(
	'a reason that is no filter is refused with --all',
	refuses,
	'relay deadletter purge --all --reason tired',
	/is a filter.*MAX_RETRIES/,
);
test(
	'filters without --all are refused',
	refuses,
	'relay deadletter retry seg-1 hub --since 2h',
	/go with --all/,
);
test(
	'a span in which nothing can lie is refused',
	refuses,
	'relay deadletter purge --all --since 1h --older-than 2d',
	/Nothing lies between --since/,
);
test('a time that is none is refused', refuses, 'relay deadletter list --since yesterday', /such as 2h/);

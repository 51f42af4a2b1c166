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
	const answers = {'relay.deadletter.purge': {dry_run: true, would_purge: 1}};
	const single = await runLine('relay deadletter purge --segment-id seg-1 --peer-id hub', {answers});
	t.deepEqual(single.calls, [['relay.deadletter.purge', one]]);
	t.regex(
		single.out,
		/^dry run: the record of seg-1 for hub would be purged; nothing was removed\n.*add --force\.\n$/,
	);
	const all = await runLine('relay deadletter purge --all --reason EXPIRED', {
		answers: {'relay.deadletter.purge': {dry_run: true, would_purge: 1204}},
	});
	t.deepEqual(all.calls, [['relay.deadletter.purge', {all: true, reason: 'EXPIRED', operator}]]);
	t.regex(all.out, /^dry run: 1,204 deadletters would be purged/);
});

test('purge without --force says of a record that is not dead that it cannot be purged', async t => {
	const {out, exitCode} = await runLine('relay deadletter purge --segment-id seg-1 --peer-id hub', {
		answers: {'relay.deadletter.purge': {dry_run: true, would_purge: 0}},
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
test('force --all without a peer is refused', refuses, 'relay deadletter force --all', /goes with --peer-id/);
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

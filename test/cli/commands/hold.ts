import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {runLine} from '../../helpers/cli.js';

const operator = 'uid:1000';

test('hold names a segment, a peer perhaps, and why', async t => {
	const answers = {'relay.hold': {dry_run: false, held: 2, refused: 0}};
	const all = await runLine('relay hold seg-1', {answers});
	t.deepEqual(all.calls, [['relay.hold', {segment_id: 'seg-1', operator}]]);
	t.is(all.out, '2 records held\n');
	const {calls} = await runLine('relay hold seg-1 hub --reason INC-1', {answers});
	t.deepEqual(calls, [['relay.hold', {segment_id: 'seg-1', peer_id: 'hub', operator, reason: 'INC-1'}]]);
});

test('hold --all goes on until nothing is left, prints the sums and ends with 1 when some were refused', async t => {
	const answers = [
		{dry_run: false, held: 10_000, refused: 0, next_cursor: 'c1'},
		{dry_run: false, held: 7, refused: 3},
	];
	const {calls, out, exitCode} = await runLine('relay hold --all --priority bulk --label Kind=image', {
		answers: {'relay.hold': () => answers.shift()},
	});
	const selector = {
		all: true,
		priority: 'bulk',
		label: {name: 'Kind', value: 'image'},
		operator,
		limit: 10_000,
	};
	t.deepEqual(
		calls.map(([, params]) => params),
		[selector, {...selector, cursor: 'c1'}],
	);
	t.is(out, '10,007 records held\n3 records refused: being sent; pause the peer first, or repeat it\n');
	t.is(exitCode, 1);
});

test('a dry run says what would be held and is a success', async t => {
	const {calls, out, exitCode} = await runLine('relay hold --all --peer-id hub --dry-run', {
		answers: {'relay.hold': {dry_run: true, held: 5, refused: 1}},
	});
	t.deepEqual(calls, [['relay.hold', {all: true, peer_id: 'hub', dry_run: true, operator, limit: 10_000}]]);
	t.is(
		out,
		'dry run: 5 records would be held; nothing was changed\n1 record would be refused: being sent; pause the peer first, or repeat it\n',
	);
	t.is(exitCode, undefined);
});

test('release says what it released, in JSON too', async t => {
	const answers = {'relay.release': {dry_run: false, released: 1, refused: 0}};
	t.is((await runLine('relay release seg-1 hub', {answers})).out, '1 record released\n');
	const {out} = await runLine('relay release --all --output json', {answers});
	t.deepEqual(JSON.parse(out), {dry_run: false, released: 1, refused: 0});
});

test('hold and release can be taken back: nobody is asked, with --yes or without', async t => {
	const answers = {'relay.hold': {dry_run: false, held: 5, refused: 0}};
	for (const line of ['relay hold --all', 'relay hold --all --yes']) {
		const {calls} = await runLine(line, {answers, replies: []});
		t.is(calls.length, 1, line);
	}
});

test('to hold what is held says that nothing changed', async t => {
	const answers = {'relay.hold': {dry_run: false, held: 0, refused: 0}};
	t.regex((await runLine('relay hold seg-1 hub', {answers})).out, /^nothing was held/);
});

for (const [line, message] of [
	['relay hold', /Name a segment/],
	['relay hold seg-1 --priority bulk', /Name a segment/],
	['relay release seg-1 --all', /without a segment id/],
] as const) {
	test(`\`${line}\` is refused before anything is asked`, async t => {
		const error = await t.throwsAsync(runLine(line, {answers: {}}), {instanceOf: UsageError});
		t.regex(error?.message ?? '', message);
	});
}

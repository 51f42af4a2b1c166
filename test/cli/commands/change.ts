import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {runLine} from '../../helpers/cli.js';

const operator = 'uid:1000';

test('set-priority, move and expire say of one record what was done', async t => {
	const rest = {dry_run: false, refused: 0};
	const one = {segment_id: 'seg-1', peer_id: 'old', operator};
	const urgent = await runLine('relay set-priority seg-1 old --to urgent', {
		answers: {'relay.set_priority': {...rest, reprioritised: 1}},
		replies: [],
	});
	t.deepEqual(urgent.calls, [['relay.set_priority', {...one, to: 'urgent'}]]);
	t.is(urgent.out, '1 record made urgent\n');
	const moved = await runLine('relay move seg-1 old --to hub', {
		answers: {'relay.move': {...rest, moved: 1}},
		replies: [],
	});
	t.deepEqual(moved.calls, [['relay.move', {...one, to_peer_id: 'hub'}]]);
	t.is(moved.out, '1 record moved to hub\n');
	const expired = await runLine('relay expire seg-1 old --reason INC-1', {
		answers: {'relay.expire': {...rest, expired: 1}},
		replies: [],
	});
	t.deepEqual(expired.calls, [['relay.expire', {...one, reason: 'INC-1'}]]);
	t.is(expired.out, '1 record expired\n');
});

for (const [what, line, params] of [
	['a selector', '--all --peer-id hub', {all: true, peer_id: 'hub', limit: 10_000}],
	['a segment that waits for more than one peer', 'seg-1', {segment_id: 'seg-1'}],
] as const) {
	test(`at a terminal, what is done to the records of ${what} is asked about first`, async t => {
		const answers = {
			'relay.expire': ({dry_run = false}: {dry_run?: boolean}) => ({dry_run, expired: 3, refused: 0}),
		};
		const asked = ['relay.expire', {...params, dry_run: true, operator}] as const;
		const done = ['relay.expire', {...params, operator}] as const;
		const no = await runLine(`relay expire ${line}`, {answers, replies: ['n']});
		t.deepEqual([no.calls, no.exitCode, no.out], [[asked], 1, '']);
		t.regex(no.errors, /3 records[\s\S]*Bury them as EXPIRED\? \[y\/N\][\s\S]*nothing was changed/);
		const yes = await runLine(`relay expire ${line}`, {answers, replies: ['y']});
		t.deepEqual([yes.calls, yes.out], [[asked, done], '3 records expired\n']);
		const flagged = await runLine(`relay expire ${line} --yes`, {answers, replies: []});
		t.deepEqual(flagged.calls, [done]);
		const script = await runLine(`relay expire ${line}`, {answers});
		t.deepEqual(script.calls, [done], 'without a terminal nobody is asked');
		const dry = await runLine(`relay expire ${line} --dry-run`, {answers, replies: []});
		t.deepEqual(dry.calls, [asked]);
		t.is(dry.out, 'dry run: 3 records would be expired; nothing was changed\n');
	});
}

test('one record of a segment is not asked about, though its peer was not named', async t => {
	const answers = {
		'relay.set_priority': ({dry_run = false}: {dry_run?: boolean}) => ({
			dry_run,
			reprioritised: 1,
			refused: 0,
		}),
	};
	const {out} = await runLine('relay set-priority seg-1 --to bulk', {answers, replies: []});
	t.is(out, '1 record made bulk\n');
});

test('what is refused is told with why, and ends with 1', async t => {
	const answers = {
		'relay.move': {
			dry_run: false,
			moved: 2,
			refused: 6,
			refused_because: {being_sent: 1, has_it: 2, payload_gone: 2, too_large: 1},
		},
	};
	const {out, exitCode} = await runLine('relay move --all --peer-id old --to hub --yes', {answers});
	t.is(exitCode, 1);
	t.deepEqual(
		out
			.trimEnd()
			.split('\n')
			.map(line => line.split(/[:;]/)[0]),
		[
			'2 records moved to hub',
			'1 record refused',
			'2 records refused',
			'2 records refused',
			'1 record refused',
		],
	);
});

for (const [line, message] of [
	['relay expire', /Name a segment/],
	['relay expire seg-1 --since 1h', /Name a segment/],
	['relay expire --all --since 1h --older-than 2h', /Nothing lies between/],
	['relay set-priority seg-1 hub', /Say which class with --to/],
	['relay set-priority seg-1 hub --to soon', /urgent, high, normal, bulk/],
	['relay move seg-1 --to hub', /from which peer/],
	['relay move seg-1 hub', /to which/],
	['relay move seg-1 hub --to hub', /already/],
	['relay move --all --peer-id old --to hub --buried-for EXPIRED', /--state deadletter/],
] as const) {
	test(`\`${line}\` is refused before anything is asked`, async t => {
		const error = await t.throwsAsync(runLine(line, {answers: {}}), {instanceOf: UsageError});
		t.regex(error?.message ?? '', message);
	});
}

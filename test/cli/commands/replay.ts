import test from 'ava';
import {UsageError} from '../../../src/cli/failure.js';
import {runLine} from '../../helpers/cli.js';

const JOB = {
	job_id: 'job-3',
	state: 'running',
	peer_id: 'hub',
	reason: 'EXPIRED',
	since: null,
	before: null,
	label: {name: 'kind', value: 'image'},
	rate_per_second: 50,
	matched: 12_000,
	retried: 2500,
	refused: 0,
	left: 9500,
	started_at: '2026-07-25T11:00:00.000Z',
	ended_at: null,
	eta_seconds: 190,
	operator: 'ann',
	note: 'INC-42',
};

test('retry --rate begins a job and says how to see it and to end it', async t => {
	const {calls, out} = await runLine('relay deadletter retry --all --peer-id hub --rate 50', {
		answers: {'relay.deadletter.retry': {job: JOB}},
	});
	t.like(calls[0]?.[1], {all: true, peer_id: 'hub', rate_per_second: 50});
	t.is(
		out,
		'job-3 puts 12,000 deadletters back into the queue at 50 a second, in about 3m 10s\n  see it:  edgectl relay deadletter jobs\n  end it:  edgectl relay deadletter jobs cancel job-3\n',
	);
});

test('--wait looks until the job has ended', async t => {
	const states = [JOB, {...JOB, state: 'done', retried: 11_999, refused: 1, left: 0, eta_seconds: null}];
	const {out, exitCode} = await runLine('relay deadletter retry --all --rate 50 --wait', {
		answers: {
			'relay.deadletter.retry': {job: JOB},
			'relay.deadletter.jobs': () => ({jobs: [states.shift()]}),
		},
	});
	t.is(out, 'job-3 is done: 11,999 of 12,000 retried, 1 refused\n');
	t.is(exitCode, 1, 'some were refused');
});

test('who stops waiting leaves the job running, and is told so', async t => {
	const interrupt = new AbortController();
	let errors = '';
	const failed = await t.throwsAsync(
		runLine('relay deadletter retry --all --rate 50 --wait', {
			answers: {
				'relay.deadletter.retry': () => {
					interrupt.abort(new Error('Ctrl-C'));
					return {job: JOB};
				},
			},
			signal: interrupt.signal,
			onError: (text: string) => {
				errors += text;
			},
		}),
	);
	t.is(failed?.message, 'Ctrl-C');
	t.regex(errors, /job-3 goes on without edgectl.*jobs cancel job-3/);
});

test('jobs has a line each, with what they select and who wants them', async t => {
	const {out} = await runLine('relay deadletter jobs', {answers: {'relay.deadletter.jobs': {jobs: [JOB]}}});
	t.is(
		out,
		[
			'JOB-ID  STATE     DONE  REFUSED   LEFT  RATE     ETA  STARTED                   SELECTS                 BY',
			'job-3   running  2,500        0  9,500  50/s  3m 10s  2026-07-25T11:00:00.000Z  hub EXPIRED kind=image  ann: INC-42',
			'1 paced retry',
			'',
		].join('\n'),
	);
	const none = await runLine('deadletter jobs', {answers: {'relay.deadletter.jobs': {jobs: []}}});
	t.is(none.out, 'no paced retries\n');
});

test('jobs cancel ends one; one that has ended is told, with 1', async t => {
	const cancelled = {...JOB, state: 'cancelled', left: 0};
	const {calls, out, exitCode} = await runLine('relay deadletter jobs cancel job-3 --reason "hub is slow"', {
		answers: {'relay.deadletter.cancel_job': {cancelled: true, job: cancelled}},
	});
	t.deepEqual(calls, [
		['relay.deadletter.cancel_job', {job_id: 'job-3', operator: 'uid:1000', reason: 'hub is slow'}],
	]);
	t.is(out, 'job-3 is cancelled: 2,500 of 12,000 retried\n');
	t.is(exitCode, undefined);
	const again = await runLine('relay deadletter jobs cancel job-3', {
		answers: {'relay.deadletter.cancel_job': {cancelled: false, job: cancelled}},
	});
	t.is(again.out, 'job-3 was cancelled already; nothing changed\n');
	t.is(again.exitCode, 1);
});

const refuses = test.macro(async (t, line: string, words: RegExp) => {
	await t.throwsAsync(runLine(line), {instanceOf: UsageError, message: words});
});
test('a rate of nothing is refused', refuses, 'relay deadletter retry --all --rate 0', /records a second/);
test(
	'a rate that is none is refused',
	refuses,
	'relay deadletter retry --all --rate fast',
	/records a second/,
);
test(
	'a rate for one record is refused',
	refuses,
	'relay deadletter retry seg-1 hub --rate 5',
	/goes with --all/,
);
test('--wait without a rate is refused', refuses, 'relay deadletter retry --all --wait', /goes with --rate/);
test('cancel of nothing is refused', refuses, 'relay deadletter jobs cancel', /Name the job/);
test('what jobs cannot do is refused', refuses, 'relay deadletter jobs stop job-3', /cancel/);

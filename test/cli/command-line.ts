import test from 'ava';
import {allCommands} from '../../src/cli/all-commands.js';
import {formatAskedFor, type Reading, readCommandLine} from '../../src/cli/command-line.js';
import {UsageError} from '../../src/cli/failure.js';
import {wordsOf} from '../helpers/cli.js';

const read = (line: string): Reading =>
	readCommandLine(wordsOf(line), {commands: allCommands, version: '1.2.3', width: 100});

const run = (line: string): Extract<Reading, {kind: 'run'}> => {
	const reading = read(line);
	if (reading.kind !== 'run') {
		throw new Error(`"${line}" only says: ${reading.text}`);
	}
	return reading;
};

/** The help breaks its lines. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

const RUNBOOK = [
	[
		'relay config set-bandwidth --bytes-per-second 1 --socket /run/edged/rpc.sock',
		'relay config set-bandwidth',
	],
	[
		'relay config set-bandwidth --bytes-per-second 0 --socket /run/edged/rpc.sock',
		'relay config set-bandwidth',
	],
	['relay deadletter inspect SEG-ID PEER-ID --socket /run/edged/rpc.sock', 'relay deadletter inspect'],
	[
		'relay deadletter purge --segment-id SEG-ID --peer-id PEER-ID --force --socket /run/edged/rpc.sock',
		'relay deadletter purge',
	],
	['relay status --socket /run/edged/rpc.sock', 'relay status'],
] as const;
for (const [line, name] of RUNBOOK) {
	test(`the runbook's "edgectl ${line}" is understood`, t => {
		const {command, globals} = run(line);
		t.is(command.name, name);
		t.is(globals.socket, '/run/edged/rpc.sock');
	});
}

for (const {name, examples} of allCommands) {
	test(`the examples in the help of "${name}" are understood as that command`, t => {
		t.true(examples.length > 0);
		for (const example of examples) {
			const [, line = ''] = /.*edgectl (.*?)\)?(?: [|>].*)?$/.exec(example) ?? [];
			t.is(run(line).command.name, name);
		}
	});

	test(`the help of "${name}" shows its examples and the global options`, t => {
		const reading = read(`${name} --help`);
		t.is(reading.kind, 'say');
		t.like(reading, {exitCode: 0});
		const text = reading.kind === 'say' ? reading.text : '';
		t.regex(text, /^Usage: edgectl /);
		t.regex(text, /Examples:\n {2}/);
		t.regex(text, /--socket <PATH>/);
	});
}

test('in 80 columns the help is no wider, and nothing of it is cut off', t => {
	const reading = readCommandLine(['--help'], {commands: allCommands, version: '1', width: 80});
	const text = reading.kind === 'say' ? reading.text : '';
	t.true(text.split('\n').every(line => line.length <= 80));
	for (const {help} of allCommands) {
		t.true(oneLine(text).includes(help), help);
	}
});

test('the help of edgectl lists every command', t => {
	const reading = read('--help');
	for (const {name, help} of allCommands) {
		t.true(
			reading.kind === 'say' && reading.text.includes(`  ${name} `) && oneLine(reading.text).includes(help),
		);
	}
});

test('the version is said and nothing is run', t => {
	t.deepEqual(read('--version'), {kind: 'say', text: '1.2.3', exitCode: 0});
});

for (const line of ['', 'relay', 'relay deadletter', 'relay config']) {
	test(`"edgectl ${line}" shows the help and is a usage error`, t => {
		t.like(read(line), {kind: 'say', exitCode: 2});
	});
}

for (const line of [
	'--socket /s --output json relay status',
	'relay --socket /s --output json status',
	'relay status --socket /s --output json',
	'--output json relay status --socket=/s',
]) {
	test(`global options are taken where they stand: ${line}`, t => {
		t.like(run(line).globals, {socket: '/s', output: 'json', timeout: undefined});
	});
}

test('the global option nearest to the command counts', t => {
	t.is(run('--socket /a relay --socket /b status --socket /c').globals.socket, '/c');
	t.is(run('--socket /a relay --socket /b status').globals.socket, '/b');
});

test('a listing takes --reason for itself, and the global one from before it', t => {
	const {values, globals} = run('--reason INC-42 relay deadletter list --reason max_retries');
	t.like(values, {reason: 'MAX_RETRIES'});
	t.is(globals.reason, 'INC-42');
});

test('--reason of a command without a filter is for the audit trail', t => {
	t.is(run('relay deadletter force seg hub --reason "two words"').globals.reason, 'two words');
});

test('deadletter is short for relay deadletter, and not listed', t => {
	t.is(run('deadletter retry seg hub').command.name, 'relay deadletter retry');
	const reading = read('--help');
	t.true(reading.kind === 'say' && !/^ {2}deadletter/m.test(reading.text));
});

test('options that may be repeated come in their order', t => {
	const {values} = run('relay enqueue - --peer-id b --peer-id a --label x=1 --label y=2');
	t.like(values, {
		peers: ['b', 'a'],
		labels: [
			{name: 'x', value: '1'},
			{name: 'y', value: '2'},
		],
	});
});

test('what follows -- is a file, whatever it looks like', t => {
	t.like(run('relay enqueue -- --odd-name').values, {inputs: ['--odd-name']});
});

test('options that were not given have their defaults', t => {
	t.like(run('relay list').values, {limit: 50, state: undefined});
	t.like(run('relay enqueue x').values, {peers: [], lines: false, contentType: 'application/octet-stream'});
});

const refuses = test.macro((t, line: string, words: RegExp, command: string) => {
	const error = t.throws(() => read(line), {instanceOf: UsageError, message: words});
	t.is(error?.command, command);
});
test('a mistyped command is named', refuses, 'relay sttus', /unknown command 'sttus'/, 'relay');
test(
	'a mistyped option is named',
	refuses,
	'relay status --sockt x',
	/unknown option '--sockt'/,
	'relay status',
);
test('a command without its group is unknown', refuses, 'status', /unknown command 'status'/, '');

const tries = test.macro({
	exec: (t, line: string, meant: string | undefined) => {
		const error = t.throws(() => read(line), {instanceOf: UsageError});
		t.is(error?.tryLine, meant);
	},
	title: (_, line, meant) => `"edgectl ${line}" is answered with the line ${meant}`,
});
test(tries, 'relay sttus', 'edgectl relay status');
test(tries, 'realy status', 'edgectl relay status');
test(tries, 'relay deadleter list --limit 5', 'edgectl relay deadletter list --limit 5');
test(tries, 'relay deadletters lits', 'edgectl relay deadletter list');
test(tries, 'deadletters retry a "b c"', "edgectl relay deadletter retry a 'b c'");
test(tries, 'status', 'edgectl relay status');
test(tries, 'config get', 'edgectl relay config get');
test(tries, 'retry seg hub', 'edgectl relay deadletter retry seg hub');
test(
	tries,
	'relay set-bandwidth --bytes-per-second 1',
	'edgectl relay config set-bandwidth --bytes-per-second 1',
);
test(tries, '--socket /s relay lits', 'edgectl --socket /s relay list');
test(tries, '--socket=/s relay lits', 'edgectl --socket=/s relay list');
test(tries, 'relay list --stat failed', 'edgectl relay list --state failed');
test(tries, 'relay list --stat=failed', 'edgectl relay list --state=failed');
test(tries, 'relay list --peer hub', 'edgectl relay list --peer-id hub');
test(tries, 'relay inspect', 'edgectl relay inspect seg-1');
test(tries, 'relay list --state faild', 'edgectl relay list --state failed');
test(tries, 'relay list --state=ackd', 'edgectl relay list --state=acked');
test(tries, 'relay deadletter list --reason max_retry', 'edgectl relay deadletter list --reason MAX_RETRIES');
test(tries, 'relay set-priority --all --to bulkk', 'edgectl relay set-priority --all --to bulk');
test(tries, 'completion bsh', 'edgectl completion bash');
// Near to nothing: an example that shows the option.
test(tries, 'relay list --state x', 'edgectl relay list --state failed');
test(tries, 'relay list --label x', 'edgectl relay list --peer-id hub --label kind=telemetry --limit 500');
test(tries, '--priority bulk relay list', 'edgectl relay list --priority bulk');
test(tries, 'relay --priority=bulk lits', 'edgectl relay list --priority=bulk');
test(tries, '--force relay deadletter purge --all', 'edgectl relay deadletter purge --all --force');
test(tries, 'nonsense', undefined);
test(tries, '--nonsense', undefined);

test('an option that stands before its command is told where it belongs', t => {
	const error = t.throws(() => read('relay --limit 5 list'), {instanceOf: UsageError});
	t.regex(error?.message ?? '', /options of a command stand behind its name/);
});

for (const [line, format] of [
	['relay lits --output json', 'json'],
	['--output=json nonsense', 'json'],
	['--output json relay lits --output text', 'text'],
	['relay enqueue -- --output json', 'text'],
	['relay lits', 'text'],
] as const) {
	test(`what "edgectl ${line}" is refused with is ${format}`, t => {
		t.is(formatAskedFor(wordsOf(line)), format);
	});
}
test('a missing argument is named', refuses, 'relay inspect', /SEGMENT-ID/, 'relay inspect');
test('a missing value is named', refuses, 'relay list --limit', /--limit/, 'relay list');
test('too many arguments are refused', refuses, 'relay inspect a b c', /too many/, 'relay inspect');
test('a wrong format is refused', refuses, 'ping --output xml', /text, json/, 'ping');
test(
	'an id that cannot be is refused before anybody is asked',
	refuses,
	'relay inspect a/b',
	/no segment id/,
	'relay inspect',
);
test(
	'a negative rate is refused',
	refuses,
	'relay config set-bandwidth --bytes-per-second -1',
	/Give bytes/,
	'relay config set-bandwidth',
);

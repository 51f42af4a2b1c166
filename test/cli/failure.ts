import test from 'ava';
import {onlyAsks, toFailure, UsageError, unforeseen} from '../../src/cli/failure.js';
import {EdgedError, ERROR_CODES} from '../../src/outbound/errors.js';
import {CallTimedOut, DaemonUnreachable, RpcError, UnexpectedAnswer} from '../../src/rpc/client-errors.js';
import {contract} from '../../src/rpc/contract/methods.js';

const becomes = test.macro((t, error: unknown, exitCode: number, words: RegExp) => {
	const failure = toFailure(error);
	t.is(failure?.exitCode, exitCode as never);
	t.regex(failure?.message ?? '', words);
	t.notRegex(failure?.message ?? '', /\n/);
});

const refused = (code: NodeJS.ErrnoException['code']) =>
	new DaemonUnreachable('/run/x.sock', 'gone', Object.assign(new Error('gone'), {code}));

test(
	'a usage error points to the help',
	becomes,
	new UsageError('nonsense', 'relay list'),
	2,
	/^nonsense\. See: edgectl relay list --help$/,
);
test(
	'a usage error shows the line to try',
	becomes,
	new UsageError('unknown command', '', 'edgectl relay list'),
	2,
	/^unknown command\. Try: edgectl relay list {2}See: edgectl --help$/,
);

test('scripts get a code, and the problem apart from what to do', t => {
	t.like(toFailure(new EdgedError('NOT_FOUND', 'No record of x')), {
		code: 'NOT_FOUND',
		problem: 'No record of x.',
		advice: 'See what there is: edgectl relay list',
	});
	t.like(toFailure(refused('ENOENT')), {code: 'UNREACHABLE'});
	t.like(toFailure(new CallTimedOut('relay.status', 1)), {code: 'NO_ANSWER'});
});

test('what the system refuses says it itself, and a bug shows where it is', t => {
	const full = Object.assign(new Error('no space left on device'), {code: 'ENOSPC'});
	t.like(unforeseen(full), {code: 'SYSTEM', message: 'no space left on device', exitCode: 1});
	t.regex(unforeseen(new TypeError('x is not a function')).message, /^unexpected: TypeError: x is not/);
});

test(
	'a missing socket is named, with how to start the daemon',
	becomes,
	refused('ENOENT'),
	3,
	/no socket \/run\/x\.sock\. Start it with/,
);
test(
	'a socket nobody listens on is told from a missing one',
	becomes,
	refused('ECONNREFUSED'),
	3,
	/nobody listens on \/run\/x\.sock/,
);
test(
	'an answer of a form that is not known may come from another version',
	becomes,
	new UnexpectedAnswer('relay.status', 'peers: Invalid input'),
	1,
	/relay\.status is not of the form .*: peers: Invalid input\. Is the daemon of another version\?/,
);
test(
	'a socket without permission is not answered with "start it"',
	becomes,
	refused('EACCES'),
	3,
	/no permission for .* use sudo/,
);
test(
	'a lost connection is unreachable',
	becomes,
	new DaemonUnreachable('/x', 'Lost edged on /x'),
	3,
	/^Lost edged on \/x\. Start/,
);
test(
	'a call without an answer may still happen',
	becomes,
	new CallTimedOut('relay.pause', 10_000),
	3,
	/may still be done/,
);
test(
	'a question without an answer has done nothing: the daemon hangs or is stopped',
	becomes,
	new CallTimedOut('relay.status', 10_000),
	3,
	/^No answer to relay\.status within 10 s\. Something holds its socket and is stopped, hangs or is busy/,
);
test(
	'what is not there has an exit code of its own',
	becomes,
	new EdgedError('NOT_FOUND', 'No record of x'),
	4,
	/^NOT_FOUND: No record of x\. See what there is/,
);
test(
	'an internal error points to the log',
	becomes,
	new RpcError({code: -32_603, message: 'Internal error e1'}),
	1,
	/^Internal error e1\. Look into/,
);
for (const code of ERROR_CODES.filter(other => other !== 'NOT_FOUND')) {
	test(
		`a refusal with ${code} exits with 1 and says its code and words`,
		becomes,
		new EdgedError(code, 'Because'),
		1,
		new RegExp(`^${code}: Because\\.`),
	);
}
test('a bug is not dressed up as a refusal', t => {
	t.is(toFailure(new TypeError('x is undefined')), undefined);
});

test('a question that was not answered has changed nothing; of everything else nobody knows', t => {
	for (const [method, {effect}] of Object.entries(contract)) {
		const isOnlyForPrograms = method === 'rpc.discover' || method.startsWith('relay.events.');
		if (!isOnlyForPrograms) {
			t.is(onlyAsks(method), effect === 'read', method);
		}
	}
});

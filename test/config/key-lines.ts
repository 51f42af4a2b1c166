import test from 'ava';
import {parse} from 'smol-toml';
import {findKeyLines} from '../../src/config/key-lines.js';

const standsIn = test.macro((t, lines: readonly string[], key: string, expected: number | undefined) => {
	const text = lines.join('\n');
	t.notThrows(() => parse(text));
	t.is(findKeyLines(text).lineOf(key), expected);
});

test('a key of a table', standsIn, ['[node]', '', 'id = "a"'], 'node.id', 3);
test('a key outside all tables', standsIn, ['# first', 'id = "a"'], 'id', 2);
test('a key with dots', standsIn, ['[relay]', 'retry . max_abandons = 1'], 'relay.retry.max_abandons', 2);
test('a key in quotes', standsIn, ['[node]', '"id" = "a"', `'x y' = 1`], 'node.x y', 3);
test('a table of tables', standsIn, ['[relay.retry]', 'a = 1'], 'relay.retry.a', 2);
test(
	'a key that is not written stands at its table',
	standsIn,
	['', '[node]', 'id = "a"'],
	'node.state_dir',
	2,
);
test('a key of a table that is not written stands nowhere', standsIn, ['[node]'], 'rpc.socket', undefined);
test(
	'the second of an array',
	standsIn,
	['[[peers]]', 'id = "a"', '[[peers]]', 'id = "b"'],
	'peers[1].id',
	4,
);
test(
	'arrays in arrays',
	standsIn,
	['[[peers]]', '[[peers.windows]]', '[[peers]]', '[[peers.windows]]', '[[peers.windows]]', 'end = 1'],
	'peers[1].windows[1].end',
	6,
);
test(
	'inner arrays count anew',
	standsIn,
	['[[peers]]', '[[peers.windows]]', '[[peers]]', '[[peers.windows]]', 'end = 1'],
	'peers[1].windows[0].end',
	5,
);
test('a header with a comment', standsIn, ['[node] # here', 'id = 1'], 'node.id', 2);
test('what looks like a key in a long string', standsIn, ['a = """', 'b = 1', '[c]', '"""', 'b = 2'], 'b', 5);
test('what looks like a key in a long literal', standsIn, [`a = '''`, 'b = 1', `'''`, 'b = 2'], 'b', 4);
test(
	'what looks like a table in an array',
	standsIn,
	['a = [', '[1],', '  "]", # ]', '[2]]', 'b = 2'],
	'b',
	5,
);
test('brackets in a string open nothing', standsIn, ['a = "[ {"', 'b = 2'], 'b', 2);
test('brackets in a comment open nothing', standsIn, ['a = 1 # [', 'b = 2'], 'b', 2);
test('an escaped quote ends no string', standsIn, [String.raw`a = "\" ["`, 'b = 2'], 'b', 2);
test('lines that end as on Windows', standsIn, ['[node]\r', 'id = "a"\r', 'x = 1'], 'node.x', 3);
test('a key in an inline table stands at the table', standsIn, ['', 'node = {id = "a"}'], 'node.id', 2);
test('an item of a plain array stands at the array', standsIn, ['peers = ["a"]'], 'peers[0]', 1);

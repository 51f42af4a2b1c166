import test from 'ava';
import {createOutput, type OutputFormat} from '../../src/cli/output.js';
import {plain} from '../../src/cli/text/style.js';

const collected = (format: OutputFormat, terminalWidth?: number) => {
	const said = {out: '', errors: ''};
	let now = 0;
	const output = createOutput({
		format,
		style: plain,
		out: {write: text => (said.out += text)},
		errors: {write: text => (said.errors += text)},
		terminalWidth,
		elapsed: () => now,
	});
	return {
		output,
		said,
		pass(milliseconds: number) {
			now += milliseconds;
		},
	};
};

test('json is the answer unchanged, text is not made for it', t => {
	const {output, said} = collected('json');
	output.answer({b: [1], a: 'ä'}, () => {
		throw new Error('text was made');
	});
	t.is(said.out, '{\n  "b": [\n    1\n  ],\n  "a": "ä"\n}\n');
});

test('many answers are a line of json each', t => {
	const {output, said} = collected('json');
	output.item({id: 1}, 'one');
	output.item({id: 2}, 'two');
	t.is(said.out, '{"id":1}\n{"id":2}\n');
});

test('a complaint is one line of stderr, whatever the words', t => {
	const {output, said} = collected('text');
	output.complain('two\nlines');
	t.deepEqual(said, {out: '', errors: 'edgectl: two lines\n'});
});

test('a complaint is a document of one line for who reads json, and progress is nothing', t => {
	const {output, said, pass} = collected('json');
	output.complain('x: two\nlines', {code: 'SYSTEM', message: 'two lines', file: 'x'});
	output.complain('not done');
	output.progress({done: 1, total: 2, text: '1 of 2'});
	pass(60_000);
	output.progress({done: 2, total: 2, text: '2 of 2'});
	t.deepEqual(
		said.errors
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line)),
		[
			{error: {code: 'SYSTEM', message: 'two lines', file: 'x'}},
			{error: {code: 'INCOMPLETE', message: 'not done'}},
		],
	);
});

test('without a terminal short work says nothing, and long work a line every five seconds', t => {
	const {output, said, pass} = collected('text');
	for (let done = 0; done < 12; done++) {
		output.progress({done, total: 12, text: `${done} of 12`});
		pass(1000);
	}
	t.is(said.errors, '5 of 12\n10 of 12\n');
});

test('on a terminal the bar is drawn in place, no wider than it, and gone before a line is printed', t => {
	const {output, said} = collected('text', 50);
	output.progress({done: 6, total: 12, text: '6 of 12 inputs and a name that is far too long for this'});
	t.true(said.errors.startsWith('\r\u001b[K[############............] 6 of 12'));
	t.is(said.errors.length, 49 + '\r\u001b[K'.length);
	said.errors = '';
	output.item({}, 'a line');
	t.deepEqual(said, {out: 'a line\n', errors: '\r\u001b[K'});
});

test('the bar is not drawn more often than ten times a second, but at its end', t => {
	const {output, said, pass} = collected('text', 80);
	output.progress({done: 1, total: 3, text: 'one'});
	pass(50);
	output.progress({done: 2, total: 3, text: 'two'});
	output.progress({done: 3, total: 3, text: 'three'});
	t.regex(said.errors, /one.*three/s);
	t.notRegex(said.errors, /two/);
});

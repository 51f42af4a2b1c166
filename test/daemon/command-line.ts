import test from 'ava';
import {readCommandLine} from '../../src/daemon/command-line.js';

test('a configuration alone asks for a run', t => {
	t.deepEqual(readCommandLine(['--config', 'a.toml'], '1.2.3'), {kind: 'run', configFile: 'a.toml'});
});

test('--check asks to look only', t => {
	t.deepEqual(readCommandLine(['--check', '--config', 'a.toml'], '1.2.3'), {
		kind: 'check',
		configFile: 'a.toml',
	});
});

test('--version and --help need no configuration and are done', t => {
	t.deepEqual(readCommandLine(['--version'], '1.2.3'), {kind: 'say', text: '1.2.3', exitCode: 0});
	const help = readCommandLine(['--help'], '1.2.3');
	t.like(help, {kind: 'say', exitCode: 0});
	t.regex(help.kind === 'say' ? help.text : '', /Usage: edged.*--check.*SIGHUP/s);
});

for (const [title, words, said] of [
	['no configuration', [], /--config <FILE>' not specified/],
	['an option that is not known', ['--config', 'a', '--chekc'], /unknown option '--chekc'/],
	['an argument too many', ['--config', 'a', 'b'], /too many arguments/],
] as const) {
	test(`${title} is a mistake of usage`, t => {
		const order = readCommandLine(words, '1.2.3');
		t.like(order, {kind: 'say', exitCode: 2});
		t.regex(order.kind === 'say' ? order.text : '', said);
	});
}

import test from 'ava';
import {readShellLine} from '../../../src/cli/completion/shell-line.js';

const reads = test.macro({
	exec: (t, line: string, words: readonly string[], isRedirected = false) => {
		t.deepEqual(readShellLine(line), {words, isRedirected});
	},
	title: (_, line) => `the line ${JSON.stringify(line)} is read as bash does`,
});
test(reads, '', ['']);
test(reads, 'edgectl ', ['edgectl', '']);
test(reads, 'edgectl re', ['edgectl', 're']);
test(reads, '  edgectl   relay\tli', ['edgectl', 'relay', 'li']);
test(reads, `edgectl --reason 'two words' x`, ['edgectl', '--reason', 'two words', 'x']);
test(reads, 'edgectl --reason "say \\"no\\"" x', ['edgectl', '--reason', 'say "no"', 'x']);
test(reads, "edgectl a'b c'd\\ e", ['edgectl', 'ab cd e']);
test(reads, 'edgectl "open quo', ['edgectl', 'open quo']);
test(reads, 'cd /x && edgectl re', ['edgectl', 're']);
test(reads, 'cat x | edgectl relay enqueue -', ['edgectl', 'relay', 'enqueue', '-']);
test(reads, 'edgectl relay list > out 2> er', ['edgectl', 'relay', 'list', 'er'], true);
test(reads, 'edgectl relay list > out --st', ['edgectl', 'relay', 'list', '--st']);
test(reads, 'edgectl relay inspect "" p', ['edgectl', 'relay', 'inspect', '', 'p']);
test(reads, 'edgectl --reason $(reboot now) p', ['edgectl', '--reason', '$(reboot now)', 'p']);
test(reads, 'echo "$(edgectl relay li', ['echo', '$(edgectl relay li']);
test(reads, 'x=$(edgectl relay li', ['edgectl', 'relay', 'li']);
test(reads, 'edgectl \\', ['edgectl', '\\']);

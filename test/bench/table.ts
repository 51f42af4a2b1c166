import test from 'ava';
import {number, percent, table} from '../../bench/harness/table.js';

test('the first column is aligned to the left, the others to the right, without blanks at the end', t => {
	t.is(
		table([
			['bench', 'median', 'unit'],
			['a', '1,000', 'x'],
			['longer', '-'],
		]),
		'bench   median  unit\na        1,000     x\nlonger       -',
	);
});

test('numbers keep three significant digits and no exponent', t => {
	t.deepEqual([391_204.4, 99.96, 12.34, 1.234, 0.4567, 0].map(number), [
		'391,204',
		'100',
		'12.3',
		'1.23',
		'0.457',
		'0',
	]);
	t.is(percent(0.126), '13 %');
});

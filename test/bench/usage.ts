import test from 'ava';
import {
	cpuMicros,
	parseCpuMicros,
	parseRssAnon,
	parseWakeUps,
	rssAnonBytes,
	threadNanoseconds,
	wakeUps,
} from '../../bench/harness/usage.js';

test('resident memory is the RssAnon line, not VmRSS', t => {
	const status = 'Name:\tnode\nVmRSS:\t  104448 kB\nRssAnon:\t   51200 kB\nRssFile:\t   53248 kB\n';
	t.is(parseRssAnon(status), 51_200 * 1024);
});

test('a status without the line is refused, not taken for zero', t => {
	t.throws(() => parseRssAnon('Name:\tkthreadd\n'), {message: /RssAnon/});
});

test('processor time is user plus system, even when the name looks like fields', t => {
	const stat = '42 (a) S 1 (b) R 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 11 0 100 1 1';
	t.is(parseCpuMicros(stat), 3_000_000);
});

test('wake-ups are the voluntary switches alone', t => {
	t.is(parseWakeUps('Threads:\t1\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t545\n'), 150);
	t.is(parseWakeUps('nonvoluntary_ctxt_switches:\t545\n'), Number.NaN);
});

test('all of them read a living process', t => {
	t.true(wakeUps(process.pid) >= 0);
	t.true(threadNanoseconds(process.pid) > 1e6);
	t.true(rssAnonBytes('self') > 2 ** 20);
	t.true(cpuMicros(process.pid) > 0);
});

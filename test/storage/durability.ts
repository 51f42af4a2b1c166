import test from 'ava';
import {straceTest, traced, unprovenAcks} from '../helpers/store-trace.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

// The delay stands before the call, so that an answer that comes too early shows in the log before the fdatasync is through.
const SLOW_SYNC = [
	'-s',
	'4200',
	'-e',
	'trace=write,writev,pwritev,pwrite64,fdatasync',
	'-e',
	'inject=fdatasync:delay_enter=60000',
];

straceTest('no write of the store is answered before the fdatasync that covers it', async t => {
	const {log, code} = await traced(t, SLOW_SYNC, './durable-child.js', [await temporaryDirectory(t)]);
	t.is(code, 0);
	t.is(log.match(/"CALL /g)?.length, 29, 'all calls are in the log');
	t.true((log.match(/DELAYED/g)?.length ?? 0) >= 9, 'and so are the slow fdatasyncs');
	t.deepEqual(unprovenAcks(log), []);
	const early = log.replace(/^(.*"CALL c7 .*)$/m, '$1\n1 write(1<x>, "ACK c7\\n", 7) = 7');
	t.deepEqual(unprovenAcks(early), ['c7 was acknowledged before it was durable'], 'the proof can fail');
});

const DATA = '9 writev(19</q/data.mdb>, [{iov_base="<m>", iov_len=4096}], 1) = 4096';
const SYNC = '9 fdatasync(19</q/data.mdb>) = 0 (DELAYED)';
const META = '9 pwrite64(20</q/data.mdb>, "\\0\\0", 128, 24) = 128';
const CALL = '1 write(1</dev/null>, "CALL c0 <m>\\n", 12) = 12';
const ACK = '1 write(1</dev/null>, "ACK c0\\n", 7) = 7';
const BEGUN = '9 fdatasync(19</q/data.mdb> <unfinished ...>';
const ENDED = '9 <... fdatasync resumed>) = 0 (DELAYED)';
const proven = [
	[CALL, DATA, SYNC, META, ACK],
	[
		SYNC,
		META,
		CALL,
		SYNC,
		DATA,
		BEGUN,
		CALL.replace('c0', 'c1').replace('<m>', '-'),
		ENDED,
		META,
		SYNC,
		META,
		ACK,
		ACK.replace('c0', 'c1'),
	],
];
const unproven = [
	[CALL, ACK],
	[CALL, DATA, SYNC, META],
	[CALL, DATA, META, ACK],
	[CALL, DATA, ACK, SYNC, META],
	[CALL, SYNC, DATA, META, ACK],
	[CALL, DATA, BEGUN, ACK, ENDED, META],
	[CALL, BEGUN, DATA, ENDED, META, ACK],
	[CALL, DATA, SYNC, ACK, META],
	[CALL, DATA, SYNC.replace('= 0 (DELAYED)', '= -1 EIO (Input/output error)'), META, ACK],
	[DATA, SYNC, META, CALL, ACK],
];

test('the proof is given by the order of the calls, and by nothing less', t => {
	for (const log of proven) {
		t.deepEqual(unprovenAcks(log.join('\n')), []);
	}
	for (const log of unproven) {
		t.is(unprovenAcks(log.join('\n')).length, 1, log.join('\n'));
	}
});

import test from 'ava';
import {EXAMPLES} from '../../../src/rpc/contract/examples/examples.js';
import {runLine} from '../../helpers/cli.js';

const [{result}] = EXAMPLES['relay.shape'];

test('shape has two lines a peer, records and bytes, and the sum of several', async t => {
	const idle = {records: 0, bytes: 0, buckets: result.total.buckets.map(() => ({records: 0, bytes: 0}))};
	const peers = [...result.peers, {peer_id: 'mirror', ...idle}];
	const {calls, out} = await runLine('relay shape', {answers: {'relay.shape': {...result, peers}}});
	t.deepEqual(calls, [['relay.shape', {}]]);
	t.is(
		out,
		`PEER-ID     TOTAL      <5m     <15m       <1h       <4h  <1d  <3d  <7d  >7d
hub        13,461      256      512     2,293    10,400    -    -    -    -
         13.1 MiB  256 KiB  512 KiB  2.23 MiB  10.1 MiB    -    -    -    -
mirror          -        -        -         -         -    -    -    -    -
TOTAL      13,461      256      512     2,293    10,400    -    -    -    -
         13.1 MiB  256 KiB  512 KiB  2.23 MiB  10.1 MiB    -    -    -    -
`,
	);
});

test('shape of one peer has no sum', async t => {
	const {calls, out} = await runLine('relay shape --peer-id hub', {answers: {'relay.shape': result}});
	t.deepEqual(calls, [['relay.shape', {peer_id: 'hub'}]]);
	t.notRegex(out, /TOTAL.*\n.*\n.*\nTOTAL/);
	t.is(out.split('\n').length, 4);
});

test('shape as JSON is the answer unchanged', async t => {
	const {out} = await runLine('relay shape --output json', {answers: {'relay.shape': result}});
	t.deepEqual(JSON.parse(out), result);
});

import test from 'ava';
import {rateInForce} from '../../../src/daemon/views/rate-in-force.js';

test('the lowest rate that limits is in force', t => {
	const rates = (...all: number[]) => rateInForce(...all.map(bytesPerSecond => ({bytesPerSecond})));
	t.deepEqual([rates(0, 0), rates(500, 0), rates(0, 70), rates(500, 70), rates(1, 70)], [0, 500, 70, 70, 1]);
});

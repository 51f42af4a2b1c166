import test from 'ava';
import {readPeerPair} from '../../../src/cli/read/peer-map.js';

test('a pair is two peers', t => {
	t.deepEqual(readPeerPair('hub=hub-2'), {from: 'hub', to: 'hub-2'} as never);
});

for (const text of ['hub', 'a=b=c', '']) {
	test(`"${text}" is no pair`, t => {
		t.throws(() => readPeerPair(text), {message: /Give two peers as OLD=NEW/});
	});
}

for (const text of ['=b', 'a=', 'a b=c', '../a=b']) {
	test(`"${text}" names no peers`, t => {
		t.throws(() => readPeerPair(text));
	});
}

import test from 'ava';
import {connectionShares, openFileLimit} from '../../src/daemon/open-file-limit.js';

test('the kernel says how many files may be open', t => {
	t.true((openFileLimit() ?? 0) > 10);
});

test('with enough descriptors the doors have all their places', t => {
	t.deepEqual(connectionShares(65_536, 20), {local: 1024, tls: 512});
	t.deepEqual(connectionShares(undefined, 1), {local: 1024, tls: 512});
});

test('with few, what the daemon, its peers and its operators need is kept free', t => {
	for (const files of [512, 1024, 2000]) {
		const {local, tls} = connectionShares(files, 3);
		t.true(local + tls <= files - 320 - 3 * 40, `${files}`);
		t.true(local > 2 * tls - 2 && tls >= 16);
	}
});

test('however few there are, somebody can come in', t => {
	t.deepEqual(connectionShares(64, 3), {local: 16, tls: 16});
});

import test from 'ava';
import {BodyBuffers} from '../../src/ingest/body-buffers.js';

const KIB = 1024;

test('a buffer that was given back is lent again, to whoever needs as much and not to whoever needs more', t => {
	const buffers = new BodyBuffers();
	const first = buffers.take(300 * KIB);
	buffers.give(first);
	t.not(buffers.take(600 * KIB), first);
	t.is(buffers.take(400 * KIB), first);
	t.not(buffers.take(400 * KIB), first, 'it is lent once');
});

test('what is taken is never shorter than asked for', t => {
	const buffers = new BodyBuffers();
	for (const bytes of [1, 65_535, 65_536, 65_537, 2 ** 20, 2 ** 20 + 1, 2 ** 21, 2 ** 21 + 1]) {
		const buffer = buffers.take(bytes);
		t.true(buffer.length >= bytes);
		buffers.give(buffer);
		t.true(buffers.take(bytes).length >= bytes);
	}
});

test('no more than 8 MiB are kept', t => {
	const buffers = new BodyBuffers();
	const taken = Array.from({length: 6}, () => buffers.take(2 ** 21));
	for (const buffer of taken) {
		buffers.give(buffer);
	}
	const again = Array.from({length: 6}, () => buffers.take(2 ** 21));
	t.is(again.filter(buffer => taken.includes(buffer)).length, 4);
});

test('buffers of unusual length are not kept', t => {
	const buffers = new BodyBuffers();
	const [small, large] = [buffers.take(1000), buffers.take(3 * 2 ** 20)];
	buffers.give(small);
	buffers.give(large);
	t.not(buffers.take(1000), small);
	t.not(buffers.take(3 * 2 ** 20), large);
});

import test from 'ava';
import {ImportUpload, UPLOAD_IDLE_MS, UPLOAD_STALE_MS} from '../../src/daemon/import-upload.js';
import {digestOf} from '../helpers/dead-export.js';
import {FakeClock} from '../helpers/fake-clock.js';

const piece = (text: string, offset: number, sizeBytes: number, upload = 'upload-1') => ({
	upload,
	sizeBytes,
	offset,
	bytes: Buffer.from(text),
});
const begun = () => {
	const clock = new FakeClock();
	return {clock, uploads: new ImportUpload(clock)};
};

test('what came in pieces is taken whole, once', t => {
	const {uploads} = begun();
	t.is(uploads.add(piece('abc', 0, 5), 100), 3);
	t.is(uploads.add(piece('de', 3, 5), 100), 5);
	t.deepEqual(uploads.take('upload-1'), {bytes: Buffer.from('abcde'), sha256: digestOf('abcde')});
	t.throws(() => uploads.take('upload-1'), {code: 'NOT_FOUND', message: /an import has taken it/});
});

test('an upload that is not whole is not taken, and goes on', t => {
	const {uploads} = begun();
	uploads.add(piece('abc', 0, 5), 100);
	t.throws(() => uploads.take('upload-1'), {code: 'INVALID_STATE', message: /3 of 5 bytes have come/});
	uploads.add(piece('de', 3, 5), 100);
	t.is(uploads.take('upload-1').bytes.toString(), 'abcde');
});

test('a gap, an overlap and another size are refused, and the upload stays where it is', t => {
	const {uploads} = begun();
	uploads.add(piece('abc', 0, 5), 100);
	for (const wrong of [piece('e', 4, 5), piece('c', 2, 5), piece('de', 3, 6)]) {
		t.throws(() => uploads.add(wrong, 100), {code: 'INVALID_STATE', message: /is at offset 3 of 5 bytes/});
	}
	t.is(uploads.add(piece('de', 3, 5), 100), 5);
});

test('who comes while another is on its way is told to wait, and disturbs it not', t => {
	const {clock, uploads} = begun();
	uploads.add(piece('abc', 0, 5), 100);
	const second = () => uploads.add(piece('x', 0, 1, 'upload-2'), 100);
	t.throws(second, {code: 'BUSY', message: /another import .* \(3 of 5 bytes are here\): try again/});
	clock.advance(UPLOAD_STALE_MS - 1);
	uploads.add(piece('d', 3, 5), 100);
	clock.advance(UPLOAD_STALE_MS - 1);
	t.throws(second, {code: 'BUSY'}, 'its pieces come slowly, but they come');
	uploads.add(piece('e', 4, 5), 100);
	t.throws(second, {code: 'BUSY'}, 'it is whole and will be taken');
	t.is(uploads.take('upload-1').bytes.toString(), 'abcde');
	t.is(second(), 1);
});

test('one that begins again is not in its own way', t => {
	const {uploads} = begun();
	uploads.add(piece('abc', 0, 5), 100);
	t.is(uploads.add(piece('x', 0, 5), 100), 1);
});

test('one whose sender has left gives its place away, and it is said to whom', t => {
	const {clock, uploads} = begun();
	uploads.add(piece('abc', 0, 5), 100);
	clock.advance(UPLOAD_STALE_MS);
	uploads.add(piece('x', 0, 1, 'upload-2'), 100);
	const why = {code: 'NOT_FOUND', message: /upload-1 is not here: another one, upload-2, was begun/};
	t.throws(() => uploads.add(piece('de', 3, 5), 100), why);
	t.throws(() => uploads.take('upload-1'), why);
	t.is(uploads.take('upload-2').bytes.toString(), 'x');
});

test('one that nothing comes for is dropped, counted from its last piece', t => {
	const {clock, uploads} = begun();
	uploads.add(piece('abc', 0, 5), 100);
	clock.advance(UPLOAD_IDLE_MS - 1);
	uploads.add(piece('d', 3, 5), 100);
	clock.advance(UPLOAD_IDLE_MS - 1);
	t.is(uploads.add(piece('', 4, 5), 100), 4);
	clock.advance(UPLOAD_IDLE_MS);
	t.throws(() => uploads.add(piece('e', 4, 5), 100), {code: 'NOT_FOUND', message: /nothing came for 60 s/});
	t.is(uploads.add(piece('abc', 0, 5), 100), 3, 'it may be begun again');
});

test('too much is refused, before memory is taken for it and after', t => {
	const {uploads} = begun();
	t.throws(() => uploads.add(piece('abc', 0, 101), 100), {code: 'TOO_LARGE', message: /101 bytes.*is 100/});
	t.throws(() => uploads.take('upload-1'), {code: 'NOT_FOUND', message: /never begun/});
	uploads.add(piece('abc', 0, 4), 100);
	t.throws(() => uploads.add(piece('de', 3, 4), 100), {code: 'TOO_LARGE', message: /more than its 4 bytes/});
	t.throws(() => uploads.take('upload-1'), {code: 'NOT_FOUND', message: /more came than its size_bytes/});
});

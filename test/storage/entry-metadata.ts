import test from 'ava';
import fc from 'fast-check';
import {EdgedError} from '../../src/outbound/errors.js';
import type {SegmentId} from '../../src/outbound/names.js';
import {
	checkMetadata,
	decodeMetadata,
	encodeMetadata,
	lowerCaseNames,
	MAX_METADATA_BYTES,
	NO_METADATA,
} from '../../src/storage/entry-metadata.js';
import {holds} from '../helpers/holds.js';

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/) as fc.Arbitrary<SegmentId>;
const labels = fc.dictionary(
	fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,63}$/),
	fc.string({unit: 'grapheme', maxLength: 60}),
	{maxKeys: 20, noNullPrototype: true},
);
const metadata = fc.record({
	givenId: fc.option(id, {nil: undefined}),
	contentType: fc.option(fc.stringMatching(/^[ -~]{1,255}$/), {nil: undefined}),
	labels,
});

test('metadata come back as they were', t => {
	holds(
		fc.property(metadata, value => {
			checkMetadata(value.contentType, value.labels);
			const bytes = encodeMetadata(value);
			t.deepEqual(bytes === undefined ? NO_METADATA : decodeMetadata(bytes), value);
		}),
	);
});

test('an entry without id, type and labels has no metadata at all', t => {
	t.is(encodeMetadata(NO_METADATA), undefined);
	t.is(decodeMetadata(Buffer.alloc(0)), NO_METADATA);
});

test('a label may be called like a property of every object', t => {
	const named = {constructor: 'a', toString: 'b', hasOwnProperty: 'c'} as unknown as Record<string, string>;
	const bytes = encodeMetadata({...NO_METADATA, labels: named});
	const read = decodeMetadata(bytes ?? Buffer.alloc(0));
	t.deepEqual(read?.labels, named);
	t.is(Object.getPrototypeOf(read?.labels), Object.prototype);
});

test('a label called __proto__ is refused, and bytes that carry one are no metadata', t => {
	t.throws(() => checkMetadata(undefined, JSON.parse('{"__proto__":"x"}')), {instanceOf: EdgedError});
	const name = Buffer.from('__proto__');
	t.is(decodeMetadata(Buffer.concat([Buffer.of(0, 0, 1, name.length), name, Buffer.of(0, 0)])), undefined);
});

test('a value that is not UTF-8 is no metadata, and neither is a name that is given twice', t => {
	const label = (name: string, value: Buffer): Buffer =>
		Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(value.length, 0), value]);
	const metadataOf = (...labels: Buffer[]): Buffer =>
		Buffer.concat([Buffer.of(0, 0, labels.length), ...labels]);
	const good = label('site', Buffer.from('n'));
	t.deepEqual(decodeMetadata(metadataOf(good))?.labels, {site: 'n'});
	t.is(decodeMetadata(metadataOf(label('site', Buffer.of(0xff, 0xfe)))), undefined);
	t.is(decodeMetadata(metadataOf(good, label('site', Buffer.from('s')))), undefined);
});

test('names of labels are kept in lower case, and names that differ in case alone are refused', t => {
	t.deepEqual(lowerCaseNames({Site: 'N', unit: 'K'}), {site: 'N', unit: 'K'});
	t.throws(() => checkMetadata(undefined, {Site: 'n', site: 's'}), {
		code: 'INVALID_ARGUMENT',
		message: /twice/,
	});
});

const refusals: readonly (readonly [string, string | undefined, Record<string, string> | undefined])[] = [
	['an empty content type', '', undefined],
	['a content type with a line break', 'text/plain\r\nx: y', undefined],
	['a content type above 255 bytes', 'x'.repeat(256), undefined],
	['65 labels', undefined, Object.fromEntries(Array.from({length: 65}, (_, at) => [`l${at}`, '']))],
	['an empty label name', undefined, {'': 'x'}],
	['a label name with a blank', undefined, {'a b': 'x'}],
	['a label value above 1,024 bytes', undefined, {a: 'ä'.repeat(513)}],
	['half a surrogate pair', undefined, {a: '\ud800'}],
	[
		'more than 16 KiB of labels',
		undefined,
		Object.fromEntries(Array.from({length: 16}, (_, at) => [`l${at}`, 'x'.repeat(1024)])),
	],
];
for (const [what, contentType, given] of refusals) {
	test(`metadata with ${what} are refused`, t => {
		t.throws(() => checkMetadata(contentType, given), {instanceOf: EdgedError, message: /.{10}/});
	});
}

test('what passes the check fits the format', t => {
	const given = Object.fromEntries(Array.from({length: 64}, (_, at) => [`l${at}`, 'x'.repeat(240)]));
	checkMetadata('x'.repeat(255), given);
	const bytes = encodeMetadata({
		givenId: 'i'.repeat(128) as SegmentId,
		contentType: 'x'.repeat(255),
		labels: given,
	});
	t.true((bytes?.length ?? 0) > 15_000 && (bytes?.length ?? 0) <= MAX_METADATA_BYTES);
});

test('bytes from outside are metadata or undefined, never an exception', t => {
	const good = encodeMetadata({
		givenId: 'cam-1' as SegmentId,
		contentType: 'a/b',
		labels: {site: 'n', k: ''},
	});
	const bytes = good ?? Buffer.alloc(0);
	for (let end = 1; end < bytes.length; end++) {
		t.is(decodeMetadata(bytes.subarray(0, end)), undefined);
	}
	t.is(decodeMetadata(Buffer.concat([bytes, Buffer.of(0)])), undefined, 'nothing may follow');
	t.notThrows(() => holds(fc.property(fc.uint8Array(), noise => void decodeMetadata(Buffer.from(noise)))));
});

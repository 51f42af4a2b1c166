import test from 'ava';
import fc from 'fast-check';
import {
	payloadFileName,
	SIDECAR_SUFFIX,
	sidecarFileName,
} from '../../../../src/delivery/transports/directory/file-name.js';
import type {SegmentId} from '../../../../src/outbound/names.js';
import {holds} from '../../../helpers/holds.js';

const name = (id: string) => payloadFileName(id as SegmentId);
const LETTERS = 'abcxyzABCXYZ0129._:-';
const idOf = (minimum: number) =>
	fc
		.tuple(
			fc.constantFrom('a', 'Z', '7', 'c'),
			fc.string({unit: fc.constantFrom(...LETTERS), minLength: minimum, maxLength: 127}),
		)
		.map(([first, rest]) => first + rest);
const tricky = fc.oneof(
	idOf(0),
	idOf(100),
	fc
		.tuple(
			fc.constantFrom('con', 'CON', 'nul', 'lpt1', 'com', 'aux', 'a'),
			fc.constantFrom('', '.', '..', '.txt', '.meta.json', '.META.JSON', ':'),
		)
		.map(([stem, end]) => stem + end),
);

/** What a file system that knows no case and loses trailing dots makes of a name. */
const asFatSees = (file: string) => file.toLowerCase().replace(/\.+$/, '');

for (const [id, expected] of [
	['seg-0123abc', 'seg-0123abc'],
	['photo.JPG', 'photo.%4a%50%47'],
	['a:b', 'a%3ab'],
	['con', '%63on'],
	['con.txt', '%63on.txt'],
	['CON', '%43%4f%4e'],
	['console', 'console'],
	['com1.log', '%63om1.log'],
	['com', 'com'],
	['end.', 'end%2e'],
	['end..', 'end.%2e'],
	['x.meta.json', 'x.meta%2ejson'],
	['x.meta.json.', 'x.meta.json%2e'],
] as const) {
	test(`${id} becomes ${expected}`, t => {
		t.is(name(id), expected);
	});
}

test('two ids never share a file, also where case and trailing dots are lost, sidecars included', t => {
	holds(
		fc.property(tricky, tricky, (a, b) => {
			fc.pre(a !== b);
			const files = [name(a), sidecarFileName(name(a)), name(b), sidecarFileName(name(b))].map(asFatSees);
			t.is(new Set(files).size, 4, `${a} and ${b}`);
		}),
		{numRuns: 5000},
	);
});

test('ids that differ in case alone have files that differ in more', t => {
	holds(
		fc.property(tricky, id => {
			const other = id.toLowerCase();
			fc.pre(other !== id);
			t.not(asFatSees(name(id)), asFatSees(name(other)));
		}),
		{numRuns: 1000},
	);
});

test('every name fits into 255 bytes with its sidecar, is plain ASCII and no device', t => {
	holds(
		fc.property(tricky, id => {
			const file = name(id);
			t.true(sidecarFileName(file).length <= 255);
			t.regex(file, /^[a-z0-9%][a-z0-9._%-]*$/);
			t.false(file.endsWith('.'));
			t.false(file.endsWith(SIDECAR_SUFFIX));
			t.notRegex(file, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
		}),
		{numRuns: 2000},
	);
});

test('a long name keeps its readable beginning and differs by a digest of the whole id', t => {
	const upper = 'A'.repeat(120);
	t.is(name(upper).length, 245);
	t.regex(name(upper), /^(%41)+%?4?%-[0-9a-f]{64}$/);
	t.not(name(`${upper}x`), name(`${upper}y`));
});

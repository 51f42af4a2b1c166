import {readFile} from 'node:fs/promises';
import {crc32} from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import {formatMadeId, type SegmentAddress, type StoreId} from '../../src/outbound/made-id.js';
import type {SegmentId} from '../../src/outbound/names.js';
import type {ClassNo} from '../../src/outbound/priorities.js';
import type {BlockNo, EntryNo} from '../../src/outbound/units.js';
import {
	type EncodedRequest,
	encodeRequest,
	type ParsedRequest,
	parseRequest,
	type RequestEntry,
} from '../../src/storage/request-codec.js';
import type {SegmentIdentity} from '../../src/storage/store.js';
import {holds} from '../helpers/holds.js';

const LIMITS = {maxEntries: 65_536};
const bodyOf = ({head, payloads}: EncodedRequest): Buffer => Buffer.concat([head, ...payloads]);

const mustParse = (bytes: Buffer): ParsedRequest => {
	const request = parseRequest(bytes, LIMITS);
	if (request.kind === 'fault') {
		throw new Error(request.message);
	}
	return request;
};

const foreign = (store: number, block: number, entry: number): SegmentIdentity => ({
	kind: 'foreign',
	address: {store: store as StoreId, block: block as BlockNo, entry: entry as EntryNo},
});

const goldenEntries: readonly RequestEntry[] = [
	{identity: {kind: 'made'}, payload: Buffer.from('made by the receiver'), classNo: 2, hops: 0},
	{
		identity: {kind: 'given', id: 'camera-7:0001' as SegmentId},
		payload: Buffer.alloc(0),
		contentType: 'image/jpeg',
		labels: {site: 'north', unit: '°C'},
		classNo: 0,
		lifetimeMs: 3_600_000,
		hops: 3,
	},
	{
		identity: foreign(1_125_899_906_842_623, 281_474_976_710_655, 1023),
		payload: Buffer.from([0, 255]),
		classNo: 3,
		hops: 255,
	},
	{identity: foreign(1, 2, 3), payload: Buffer.from('second store'), classNo: 1, lifetimeMs: 0.5, hops: 1},
];
const golden = (name: string): Promise<Buffer> =>
	readFile(new URL(`../../../test/storage/golden/${name}`, import.meta.url));

test('the bytes of a request are those of version 1', async t => {
	const encoded = encodeRequest(goldenEntries);
	t.deepEqual(bodyOf(encoded), await golden('request-v1.bin'));
	t.is(encoded.byteLength, bodyOf(encoded).length);
	t.deepEqual(bodyOf(encodeRequest([])), await golden('request-v1-empty.bin'));
});

test('a request of version 1 is read as it was written', async t => {
	const request = mustParse(await golden('request-v1.bin'));
	t.is(request.digest, encodeRequest(goldenEntries).digest);
	for (const [index, entry] of goldenEntries.entries()) {
		const metadata = request.metadata(index);
		if (metadata === undefined) {
			t.fail(`entry ${index} has no metadata`);
			continue;
		}
		t.deepEqual(request.identity(index, metadata), entry.identity);
		t.is(metadata.contentType, entry.contentType);
		t.deepEqual(metadata.labels, entry.labels ?? {});
		t.deepEqual(request.payload(index), Buffer.from(entry.payload));
		t.is(request.verifyEntry(index), undefined);
		t.like(request.fields(index), {
			classNo: entry.classNo,
			hops: entry.hops,
			lifetime: Math.ceil(entry.lifetimeMs ?? 0),
		});
	}
});

test('an empty request is valid: it is the probe', async t => {
	const request = mustParse(await golden('request-v1-empty.bin'));
	t.is(request.entryCount, 0);
	t.is(request.payloadBytes, 0);
});

const arbitraryId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,20}$/) as fc.Arbitrary<SegmentId>;
const arbitraryIdentity: fc.Arbitrary<SegmentIdentity> = fc.oneof(
	fc.constant({kind: 'made'} as const),
	arbitraryId.map(id => ({kind: 'given', id}) as const),
	fc
		.tuple(
			fc.integer({min: 0, max: 9}),
			fc.integer({min: 1, max: 2 ** 48 - 1}),
			fc.integer({min: 0, max: 1023}),
		)
		.map(([store, block, entry]) => foreign(store, block, entry)),
);
const arbitraryEntry: fc.Arbitrary<RequestEntry> = fc.record(
	{
		identity: arbitraryIdentity,
		payload: fc.uint8Array({maxLength: 300}),
		contentType: fc.constantFrom('text/plain', 'application/octet-stream'),
		labels: fc.dictionary(
			fc.stringMatching(/^[a-z][a-z0-9_.-]{0,10}$/),
			fc.string({unit: 'grapheme', maxLength: 20}),
			{
				noNullPrototype: true,
				maxKeys: 4,
			},
		),
		classNo: fc.constantFrom<ClassNo>(0, 1, 2, 3),
		lifetimeMs: fc.integer({min: 1, max: 2 ** 40}),
		hops: fc.integer({min: 0, max: 255}),
	},
	{requiredKeys: ['identity', 'payload', 'classNo', 'hops']},
);

test('whatever is framed is read back', t => {
	holds(
		fc.property(fc.array(arbitraryEntry, {maxLength: 20}), entries => {
			const encoded = encodeRequest(entries);
			const request = mustParse(bodyOf(encoded));
			t.is(request.digest, encoded.digest);
			t.is(request.entryCount, entries.length);
			for (const [index, entry] of entries.entries()) {
				const metadata = request.metadata(index);
				t.truthy(metadata);
				t.deepEqual(metadata && request.identity(index, metadata), entry.identity);
				t.deepEqual(metadata?.labels, entry.labels ?? {});
				t.is(metadata?.contentType, entry.contentType);
				t.is(request.fields(index).lifetime, entry.lifetimeMs ?? 0);
				t.is(request.verifyEntry(index), undefined);
				t.true(request.payload(index).equals(entry.payload));
			}
		}),
	);
});

/** Uses all of a request as a receiver does; returns the payloads that it would store. */
const walk = (bytes: Buffer): readonly Buffer[] => {
	const request = parseRequest(bytes, LIMITS);
	if (request.kind === 'fault') {
		return [];
	}
	const sound: Buffer[] = [];
	for (let index = 0; index < request.entryCount; index++) {
		const metadata = request.metadata(index);
		const identity = metadata && request.identity(index, metadata);
		if (identity?.kind === 'foreign') {
			formatMadeId(identity.address);
		}
		if (request.verifyEntry(index) === undefined) {
			sound.push(request.payload(index));
		}
	}
	return sound;
};

test('random bytes are refused and never throw', t => {
	const magic = Buffer.from('EDRQ\x01', 'latin1');
	holds(
		fc.property(fc.uint8Array({maxLength: 400}), fc.boolean(), (bytes, begins) => {
			t.deepEqual(walk(begins ? Buffer.concat([magic, bytes]) : Buffer.from(bytes)), []);
		}),
		{numRuns: 2000},
	);
});

test('no flipped bit yields a payload that was not sent', t => {
	const body = bodyOf(encodeRequest(goldenEntries));
	const sent = new Set(goldenEntries.map(({payload}) => Buffer.from(payload).toString('hex')));
	for (let bit = 0; bit < body.length * 8; bit++) {
		const damaged = Buffer.from(body);
		damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
		const sound = walk(damaged);
		t.true(sound.length < goldenEntries.length, `bit ${bit} was not noticed`);
		t.true(sound.every(payload => sent.has(payload.toString('hex'))));
	}
});

test('a head that was forged with a right checksum never throws, nor yields a payload that was not sent', t => {
	const {head, payloads} = encodeRequest(goldenEntries);
	const sent = new Set(goldenEntries.map(({payload}) => Buffer.from(payload).toString('hex')));
	const change = fc.tuple(fc.nat({max: head.length - 1}), fc.constantFrom(0, 1, 3, 4, 64, 127, 128, 255));
	let accepted = 0;
	holds(
		fc.property(fc.array(change, {minLength: 1, maxLength: 4}), changes => {
			const forged = Buffer.from(head);
			for (const [at, value] of changes) {
				forged[at] = value;
			}
			forged.writeUInt32LE(crc32(forged.subarray(36), crc32(forged.subarray(0, 32))), 32);
			const sound = walk(Buffer.concat([forged, ...payloads]));
			accepted += sound.length;
			t.true(sound.every(payload => sent.has(payload.toString('hex'))));
		}),
		{numRuns: 3000},
	);
	t.true(accepted > 0);
});

test('a request that lost its end, or has more than it should, is refused', t => {
	const body = bodyOf(encodeRequest(goldenEntries));
	for (let length = 0; length < body.length; length++) {
		t.is(parseRequest(body.subarray(0, length), LIMITS).kind, 'fault');
	}
	t.is(parseRequest(Buffer.concat([body, Buffer.of(0)]), LIMITS).kind, 'fault');
});

test('a payload that was swapped for another of its length is found out by its hash', t => {
	const body = bodyOf(
		encodeRequest([{identity: {kind: 'made'}, payload: Buffer.from('abc'), classNo: 2, hops: 0}]),
	);
	body.write('abd', body.length - 3);
	t.is(mustParse(body).verifyEntry(0), 'crc32');
});

test('a wrong SHA-256 is found even under a right CRC-32', t => {
	const entry: RequestEntry = {
		identity: {kind: 'made'},
		payload: Buffer.from('abc'),
		sha256: Buffer.alloc(32, 7),
		classNo: 2,
		hops: 0,
	};
	t.is(mustParse(bodyOf(encodeRequest([entry]))).verifyEntry(0), 'sha256');
});

const addressOf = (index: number): SegmentAddress => ({
	store: index as StoreId,
	block: 7 as BlockNo,
	entry: index as EntryNo,
});

test('more stores than the list can hold travel by their ids', t => {
	const entries = Array.from({length: 300}, (_, index) => ({
		identity: {kind: 'foreign', address: addressOf(index)} as const,
		payload: Buffer.from(String(index)),
		classNo: 2 as ClassNo,
		hops: 1,
	}));
	const request = mustParse(bodyOf(encodeRequest(entries)));
	for (const [index, {identity}] of entries.entries()) {
		const metadata = request.metadata(index);
		t.deepEqual(metadata && request.identity(index, metadata), identity);
	}
	t.is(request.metadata(299)?.givenId, formatMadeId(addressOf(299)));
});

test('the number of entries is limited by the reader as well', t => {
	const body = bodyOf(encodeRequest(goldenEntries));
	t.deepEqual(parseRequest(body, {maxEntries: 3}), {
		kind: 'fault',
		message: '4 entries are more than the 3 allowed here',
	});
	t.throws(() => encodeRequest(new Array(65_537)), {instanceOf: RangeError});
});

test('an entry beyond the last is a bug of the caller', t => {
	const request = mustParse(bodyOf(encodeRequest(goldenEntries)));
	t.throws(() => request.payload(4), {instanceOf: RangeError});
	t.throws(() => request.payload(-1), {instanceOf: RangeError});
});

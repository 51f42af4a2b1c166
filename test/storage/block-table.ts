import test from 'ava';
import fc from 'fast-check';
import {formatMadeId, type StoreId} from '../../src/outbound/made-id.js';
import type {SegmentId} from '../../src/outbound/names.js';
import type {AgeMs, BlockNo, EpochMs, PeerNo} from '../../src/outbound/units.js';
import {Bits} from '../../src/storage/bits.js';
import {BlockTable} from '../../src/storage/block-table.js';
import {type BlockHead, encodeBlockTable} from '../../src/storage/encode-block-table.js';
import {encodeMetadata} from '../../src/storage/entry-metadata.js';
import {
	ENTRY_RECORD_BYTES,
	type EntryFields,
	FLAG_GIVEN_ID,
	OFFSET,
	writeEntryRecord,
} from '../../src/storage/entry-record.js';
import {DamagedRowError} from '../../src/storage/row-reader.js';
import {holds} from '../helpers/holds.js';
import {golden, survivesDamage, u48} from '../helpers/rows.js';

const OWN = 987_654_321 as StoreId;
const OTHER = 1_125_899_906_842_622 as StoreId;
const BLOCK = 41 as BlockNo;

const entry = (over: Partial<EntryFields>): EntryFields => ({
	payloadBytes: 100,
	crc32: 0x0102_0304,
	sha256: new Uint8Array(32).fill(0xab),
	madeBlock: BLOCK,
	madeEntry: 0,
	lifetime: 0,
	metadataBytes: 0,
	metadataOffset: 0,
	flags: 0,
	classNo: 1,
	storeIndex: 0,
	hops: 0,
	...over,
});
const recordsOf = (entries: readonly EntryFields[]): Buffer => {
	const records = Buffer.alloc(entries.length * ENTRY_RECORD_BYTES);
	for (const [at, fields] of entries.entries()) {
		writeEntryRecord(records, at * ENTRY_RECORD_BYTES, fields);
	}
	return records;
};

const given =
	encodeMetadata({
		givenId: 'camera-7:0001' as SegmentId,
		contentType: 'image/jpeg',
		labels: {site: 'north'},
	}) ?? Buffer.alloc(0);
const head: BlockHead = {
	classNo: 1,
	route: [1, 2, 70_000] as PeerNo[],
	createdAge: 123_456 as AgeMs,
	createdAt: 1_750_000_000_000 as EpochMs,
	leastExpiry: 200_000,
	payloadBytes: 350,
	stores: [OTHER],
};
const entries = [
	entry({lifetime: 200_000}),
	entry({
		madeBlock: 0,
		payloadBytes: 0,
		metadataBytes: given.length,
		flags: FLAG_GIVEN_ID,
		sha256: new Uint8Array(32).fill(1),
	}),
	entry({
		madeBlock: 0xffff_ffff_ffff,
		madeEntry: 1023,
		storeIndex: 1,
		payloadBytes: 250,
		hops: 255,
		lifetime: 300_000,
	}),
];
const table = encodeBlockTable(BLOCK, head, recordsOf(entries), [given]);

test('the bytes of a block table are those of version 2, and read as what was written', async t => {
	const read = new BlockTable(BLOCK, await golden(t, 'block-table-v2.bin', table), OWN);
	t.true(read.verifyChecksum());
	t.like(read, {
		block: BLOCK,
		count: 3,
		classNo: 1,
		createdAge: 123_456 as AgeMs,
		createdAt: 1_750_000_000_000 as EpochMs,
		leastExpiry: 200_000,
		payloadBytes: 350,
		metadataBytes: given.length,
		byteLength: table.length,
	});
	t.deepEqual(read.route, head.route);
	t.deepEqual(read.stores, head.stores);
	t.deepEqual(
		[0, 1, 2].map(at => [read.payloadBytesOf(at), read.expiryOf(at), read.hopsOf(at), read.crc32Of(at)]),
		[
			[100, 200_000, 0, 0x0102_0304],
			[0, 0, 0, 0x0102_0304],
			[250, 300_000, 255, 0x0102_0304],
		],
	);
	t.deepEqual(
		[0, 1, 2].map(at => read.segmentIdOf(at)),
		[
			formatMadeId({store: OWN, block: BLOCK, entry: 0 as never}),
			'camera-7:0001' as SegmentId,
			formatMadeId({store: OTHER, block: 0xffff_ffff_ffff as BlockNo, entry: 1023 as never}),
		],
	);
	t.is(read.addressOf(1), undefined);
	t.deepEqual(read.metadataOf(1), {
		givenId: 'camera-7:0001' as SegmentId,
		contentType: 'image/jpeg',
		labels: {site: 'north'},
	});
	t.deepEqual([...read.sha256Of(1)], Array(32).fill(1));
	t.deepEqual(read.records(1, 2), recordsOf(entries.slice(1)));
	t.is(read.sizeOf(Bits.full(3)), 350);
	t.is(read.sizeOf(Bits.of(3, 0, 2)), 350);
	t.is(read.sizeOf(Bits.of(3, 1)), 0);
});

test('a table knows whether one peer alone has it', t => {
	const only = encodeBlockTable(BLOCK, {...head, route: [5 as PeerNo]}, recordsOf(entries), [given]);
	t.true(new BlockTable(BLOCK, only, OWN).isOnlyFor(5 as PeerNo));
	t.false(new BlockTable(BLOCK, only, OWN).isOnlyFor(6 as PeerNo));
	t.false(new BlockTable(BLOCK, table, OWN).isOnlyFor(1 as PeerNo));
});

test('a table that says who has what of it has the bytes of version 3, is read as it was written, and is the old one again without that', async t => {
	const first = new BlockTable(BLOCK, table, OWN);
	const elsewhere = new Map([
		[1 as PeerNo, Bits.of(3, 0, 2)],
		[9 as PeerNo, Bits.of(3, 1)],
	]);
	const bytes = await golden(t, 'block-table-v3.bin', first.withElsewhere(elsewhere));
	const read = new BlockTable(BLOCK, bytes, OWN);
	t.true(read.verifyChecksum());
	t.deepEqual(read.routeAsEnqueued, head.route);
	t.deepEqual(read.route, [...head.route, 9 as PeerNo]);
	t.deepEqual([...read.elsewhereOf(1 as PeerNo)], [0, 2]);
	t.true(read.elsewhereOf(2 as PeerNo).isEmpty());
	t.is(read.segmentIdOf(1), first.segmentIdOf(1));
	t.deepEqual(read.withElsewhere(new Map()), table);
	t.false(read.isOnlyFor(1 as PeerNo));
});

test('any table comes back as it was', t => {
	const u16 = fc.integer({min: 1, max: 1024});
	const route = fc.uniqueArray(fc.integer({min: 1, max: 2 ** 32 - 1}), {minLength: 1, maxLength: 20});
	holds(
		fc.property(u16, route, u48, fc.constantFrom(0, 1, 2, 3), (count, peers, time, classNo) => {
			const bytes = encodeBlockTable(
				BLOCK,
				{
					classNo: classNo as 0,
					route: peers as PeerNo[],
					createdAge: time as AgeMs,
					createdAt: time as EpochMs,
					leastExpiry: time,
					payloadBytes: count,
					stores: [],
				},
				recordsOf(Array.from({length: count}, (_, at) => entry({payloadBytes: 1, madeEntry: at % 1024}))),
				[],
			);
			const read = new BlockTable(BLOCK, bytes, OWN);
			t.true(read.verifyChecksum());
			t.deepEqual(read.route, peers as PeerNo[]);
			t.like(read, {count, classNo: classNo as 0, leastExpiry: time, payloadBytes: count});
			t.is(read.addressOf(count - 1)?.entry, ((count - 1) % 1024) as never);
		}),
		{numRuns: 40},
	);
});

test('an entry outside the table is a bug of the caller', t => {
	const read = new BlockTable(BLOCK, table, OWN);
	for (const at of [-1, 3, Number.NaN]) {
		t.throws(() => read.payloadBytesOf(at), {instanceOf: RangeError});
	}
});

test('every flipped bit shows in the checksum', t => {
	for (let at = 0; at < table.length; at++) {
		const copy = Buffer.from(table);
		copy[at] = (copy[at] ?? 0) ^ 0x10;
		try {
			t.false(new BlockTable(BLOCK, copy, OWN).verifyChecksum(), `byte ${at}`);
		} catch (error) {
			t.true(error instanceof DamagedRowError);
		}
	}
});

test('a damaged table is told, whatever is read from it', t => {
	survivesDamage(t, table, bytes => {
		const read = new BlockTable(BLOCK, bytes, OWN);
		const route = read.route.length + read.stores.length;
		for (let at = 0; at < read.count; at++) {
			read.payloadBytesOf(at);
			read.sha256Of(at);
			read.metadataOf(at);
			read.segmentIdOf(at);
		}
		return route;
	});
});

test('an address that no edged can have made is damage, not a strange error', t => {
	for (const [offset, byte] of [
		[OFFSET.storeIndex, 200],
		[OFFSET.madeEntry + 1, 0xff],
	] as const) {
		const copy = Buffer.from(table);
		const recordsAt = copy.length - 4 - given.length - 3 * ENTRY_RECORD_BYTES;
		copy[recordsAt + offset] = byte;
		t.throws(() => new BlockTable(BLOCK, copy, OWN).segmentIdOf(0), {instanceOf: DamagedRowError});
	}
	const strange = encodeBlockTable(
		BLOCK,
		{...head, stores: [(2 ** 53) as StoreId]},
		recordsOf([entry({storeIndex: 1})]),
		[],
	);
	t.throws(() => new BlockTable(BLOCK, strange, OWN).segmentIdOf(0), {instanceOf: DamagedRowError});
});

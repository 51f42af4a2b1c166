import test from 'ava';
import fc from 'fast-check';
import {
	ENTRY_RECORD_BYTES,
	type EntryFields,
	FLAG_GIVEN_ID,
	readEntryRecord,
	writeEntryRecord,
} from '../../src/storage/entry-record.js';
import {holds} from '../helpers/holds.js';
import {golden, plain, u48} from '../helpers/rows.js';

const record: EntryFields = {
	payloadBytes: 0x0102_0304,
	crc32: 0xfffe_fdfc,
	sha256: Uint8Array.from({length: 32}, (_, at) => at + 0x40),
	madeBlock: 0x1122_3344_5566,
	madeEntry: 1023,
	lifetime: 0xa1a2_a3a4_a5a6,
	metadataBytes: 0x0201,
	metadataOffset: 0x0605_0403,
	flags: FLAG_GIVEN_ID,
	classNo: 3,
	storeIndex: 254,
	hops: 255,
};
const write = (fields: EntryFields, at = 0): Buffer => {
	const bytes = Buffer.alloc(at + ENTRY_RECORD_BYTES + at);
	writeEntryRecord(bytes, at, fields);
	return bytes;
};

test('the bytes of an entry record are those of version 1', async t => {
	t.deepEqual(
		plain(readEntryRecord(await golden(t, 'entry-record-v1.bin', write(record)), 0)),
		plain(record),
	);
});

test('an entry record comes back as it was and leaves its neighbours alone', t => {
	const u16 = fc.nat({max: 0xffff});
	const u32 = fc.nat({max: 0xffff_ffff});
	const u8 = fc.nat({max: 0xff});
	const fields = fc.record({
		payloadBytes: u32,
		crc32: u32,
		sha256: fc.uint8Array({minLength: 32, maxLength: 32}),
		madeBlock: u48,
		madeEntry: u16,
		lifetime: u48,
		metadataBytes: u16,
		metadataOffset: u32,
		flags: u8,
		classNo: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
		storeIndex: u8,
		hops: u8,
	});
	holds(
		fc.property(fields, value => {
			const bytes = write(value, 9);
			t.deepEqual(plain(readEntryRecord(bytes, 9)), plain(value));
			t.true([...bytes.subarray(0, 9), ...bytes.subarray(-9)].every(byte => byte === 0));
		}),
	);
});

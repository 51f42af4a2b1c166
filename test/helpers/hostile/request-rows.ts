import {crc32} from 'node:zlib';
import type {SegmentId} from '../../../src/outbound/names.js';
import {ENTRY_RECORD_BYTES, OFFSET} from '../../../src/storage/entry-record.js';
import {encodeRequest, REQUEST_CONTENT_TYPE, type RequestEntry} from '../../../src/storage/request-codec.js';
import type {HttpRow} from './http-rows.js';

const HEADER_BYTES = 36;
const CRC_AT = 32;

const entry = (payload: string, more: Partial<RequestEntry> = {}): RequestEntry => ({
	identity: {kind: 'made'},
	payload: Buffer.from(payload),
	classNo: 2,
	hops: 0,
	...more,
});
const given = (id: string): RequestEntry['identity'] => ({kind: 'given', id: id as SegmentId});

const asPost = (body: Buffer): HttpRow['bytes'] => [
	`POST /v1/segments HTTP/1.1\r\nHost: edge\r\nContent-Type: ${REQUEST_CONTENT_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n`,
	body,
];

/** A request whose head was changed and then sealed again: its checksum is right, what it says is not. */
const forged = (entries: readonly RequestEntry[], forge: (head: Buffer) => void): HttpRow['bytes'] => {
	const {head, payloads} = encodeRequest(entries);
	const bytes = Buffer.from(head);
	forge(bytes);
	bytes.writeUInt32LE(crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(0, CRC_AT))), CRC_AT);
	return asPost(Buffer.concat([bytes, ...payloads]));
};
const plain = (entries: readonly RequestEntry[]): HttpRow['bytes'] => forged(entries, () => {});

const TWO = [entry('one'), entry('two')];
const inRecord = (index: number, field: keyof typeof OFFSET): number =>
	HEADER_BYTES + index * ENTRY_RECORD_BYTES + OFFSET[field];
const no = (title: string, forge: (head: Buffer) => void, words: RegExp): HttpRow => ({
	title,
	bytes: forged(TWO, forge),
	status: 400,
	words,
});
const label = (name: string, value: Buffer): Buffer =>
	Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(value.length, 0), value]);

/** Metadata that no encoder of ours makes, as long as the metadata that is there. */
const withMetadata = (metadata: Buffer): HttpRow['bytes'] => {
	const stuffing = 'x'.repeat(metadata.length - label('l', Buffer.alloc(0)).length - 3);
	return forged([entry('m', {labels: {l: stuffing}}), entry('two')], head => {
		metadata.copy(head, head.length - metadata.length);
	});
};
const REJECTED_FIRST = /"accepted":\[\[1,1\]\].*"rejected":\[\{"index":0,"code":"INVALID_ARGUMENT"/;

/** Requests that lie. */
export const requestRows: readonly HttpRow[] = [
	{title: 'an empty body', bytes: asPost(Buffer.alloc(0)), status: 400, words: /too few/},
	{title: 'a body of zeros', bytes: asPost(Buffer.alloc(1000)), status: 400, words: /EDRQ/},
	{
		title: 'half a request',
		bytes: asPost(Buffer.concat([encodeRequest(TWO).head])),
		status: 400,
		words: /announces/,
	},
	{
		title: 'a request with more behind it',
		bytes: asPost(Buffer.concat([encodeRequest(TWO).head, Buffer.alloc(999)])),
		status: 400,
		words: /announces/,
	},
	{
		title: 'a head with a flipped bit',
		bytes: asPost(Buffer.concat([flip(encodeRequest(TWO).head, 70), Buffer.from('onetwo')])),
		status: 400,
		words: /checksum of the head/,
	},
	no('a version of the future', head => head.writeUInt8(9, 4), /version 9/),
	no('flags nobody knows', head => head.writeUInt16LE(1, 6), /not 0/),
	no('four billion entries', head => head.writeUInt32LE(0xffff_ffff, 8), /entries are more/),
	no('more entries than there are', head => head.writeUInt32LE(3, 8), /announces/),
	no('metadata of four gigabytes', head => head.writeUInt32LE(0xffff_ffff, 12), /announces/),
	no('a payload size of 256 terabytes', head => head.writeUIntLE(0xffff_ffff_ffff, 16, 6), /announces/),
	no(
		'sizes that do not add up',
		head => head.writeUInt32LE(4, inRecord(0, 'payloadBytes')),
		/payloads of the entries are/,
	),
	no(
		'a size of four gigabytes',
		head => head.writeUInt32LE(0xffff_ffff, inRecord(0, 'payloadBytes')),
		/payloads of the entries are/,
	),
	no(
		'an entry with another CRC-32',
		head => head.writeUInt32LE(7, inRecord(0, 'crc32')),
		/Entry 0 was damaged.*crc32/,
	),
	no(
		'an entry with another SHA-256',
		head => head.fill(7, inRecord(1, 'sha256'), inRecord(1, 'sha256') + 32),
		/Entry 1 was damaged.*sha256/,
	),
	no(
		'a class out of range',
		head => head.writeUInt8(4, inRecord(1, 'classNo')),
		/entry 1: the priority class/,
	),
	no('a flag nobody knows', head => head.writeUInt8(128, inRecord(0, 'flags')), /entry 0: flags/),
	no(
		'metadata out of its area',
		head => head.writeUInt16LE(100, inRecord(0, 'metadataBytes')),
		/outside its area/,
	),
	no(
		'metadata beyond its most',
		head => head.writeUInt16LE(0xffff, inRecord(0, 'metadataBytes')),
		/of metadata are more/,
	),
	no(
		'a store that is not listed',
		head => head.writeUIntLE(5, inRecord(0, 'madeBlock'), 6),
		/not in the list of stores/,
	),
	{
		title: 'an id without one',
		bytes: forged(TWO, head => head.writeUInt8(1, inRecord(0, 'flags'))),
		status: 200,
		words: REJECTED_FIRST,
	},
	{
		title: 'a segment that has been everywhere',
		bytes: plain([entry('far', {hops: 255}), entry('two')]),
		status: 200,
		words: REJECTED_FIRST,
	},
	{
		title: 'a label that is not UTF-8',
		bytes: withMetadata(Buffer.concat([Buffer.of(0, 0, 1), label('site', Buffer.of(0xff, 0xfe))])),
		status: 200,
		words: REJECTED_FIRST,
	},
	{
		title: 'a label that is there twice',
		bytes: withMetadata(
			Buffer.concat([Buffer.of(0, 0, 2), label('a', Buffer.of(49)), label('a', Buffer.of(50))]),
		),
		status: 200,
		words: REJECTED_FIRST,
	},
	{
		title: 'a label called __proto__',
		bytes: withMetadata(Buffer.concat([Buffer.of(0, 0, 1), label('__proto__', Buffer.of(49))])),
		status: 200,
		words: REJECTED_FIRST,
	},
	{
		title: 'more labels than it has bytes',
		bytes: withMetadata(Buffer.concat([Buffer.of(0, 0, 255), label('a', Buffer.of(49))])),
		status: 200,
		words: REJECTED_FIRST,
	},
	{
		title: 'one id twice with the same bytes',
		bytes: plain([entry('same', {identity: given('twin')}), entry('same', {identity: given('twin')})]),
		status: 200,
		words: /"accepted":\[\[0,0\]\],"duplicate":\[\[1,1\]\]|"duplicate":\[\[0,1\]\]/,
	},
	{
		title: 'one id twice with other bytes',
		bytes: plain([entry('a', {identity: given('clash')}), entry('b', {identity: given('clash')})]),
		status: 200,
		words: /"rejected":\[\{"index":1,"code":"CONFLICT"/,
	},
	{
		title: '65,536 empty segments',
		bytes: plain(Array.from({length: 65_536}, () => entry(''))),
		status: 200,
		words: /"accepted":\[\[0,65535\]\]/,
	},
];

function flip(bytes: Buffer, at: number): Buffer {
	const copy = Buffer.from(bytes);
	copy[at] = (copy[at] ?? 0) ^ 1;
	return copy;
}

/**
 * The request: how segments travel, from a producer to edged and from one edged to the next, in the body of one
 * `POST /v1/segments`. Everything is little-endian. Version 1.
 *
 * | part      | bytes             | holds                                                                    |
 * |-----------|-------------------|--------------------------------------------------------------------------|
 * | header    | 36                | see below                                                                |
 * | stores    | 8 x storeCount    | u64: the stores in which the segments with made ids were first stored    |
 * | records   | 64 x entryCount   | entry-record.ts; `lifetime` is what remains of it, in ms                 |
 * | metadata  | metadataBytes     | entry-metadata.ts; the records point into it                             |
 * | payloads  | payloadBytes      | one behind another, in the order of the records, which have their sizes  |
 *
 * All but the payloads is the *head*. The header:
 *
 * | offset | type | field                                                                      |
 * |-------:|------|----------------------------------------------------------------------------|
 * |      0 | 4 B  | magic `EDRQ`                                                               |
 * |      4 | u8   | version, 1                                                                 |
 * |      5 | u8   | storeCount                                                                 |
 * |      6 | u16  | flags, 0                                                                   |
 * |      8 | u32  | entryCount, at most 65,536                                                 |
 * |     12 | u32  | metadataBytes                                                              |
 * |     16 | u48  | payloadBytes                                                               |
 * |     22 | u16  | reserved, 0                                                                |
 * |     24 | u64  | reserved, 0                                                                |
 * |     32 | u32  | CRC-32 (zlib polynomial) of the head without these four bytes              |
 *
 * - The *request digest*, lower-case hex, is the SHA-256 of the head. The head holds the SHA-256 of every payload, so the digest
 *   names the whole request.
 * - A segment with an id of its producer's has `FLAG_GIVEN_ID`, made block 0, and the id in its metadata. Made block 0 without
 *   that flag asks the receiver to make the id. A made id may also travel as text (a request from more than 255 stores does it).
 * - A request without entries is valid: it asks whether the receiver is well.
 * - The answer is JSON: `{request_digest, accepted: [[first, last], ...], duplicate: [[first, last], ...],
 *   rejected: [{index, code, message}, ...]}`. It names every entry exactly once.
 */
export const REQUEST_CONTENT_TYPE = 'application/vnd.edged.request';

export {type EncodedRequest, encodeRequest, type RequestEntry} from './encode-request.js';
export {checkMetadata, type EntryMetadata, NO_METADATA} from './entry-metadata.js';
export {
	type EntryFault,
	identityOf,
	type ParsedRequest,
	parseRequest,
	type RequestFault,
} from './parse-request.js';
export {
	AnswerBuilder,
	type AnswerFault,
	maxAnswerBytes,
	type ParsedAnswer,
	parseAnswer,
	type Refusal,
} from './request-answer.js';
export {MAX_REQUEST_ENTRIES, maxHeadBytes} from './request-header.js';

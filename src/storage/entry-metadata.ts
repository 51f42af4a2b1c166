import {isUtf8} from 'node:buffer';
import {EdgedError} from '../outbound/errors.js';
import {isSegmentId, type SegmentId} from '../outbound/names.js';
import type {Labels} from '../outbound/record.js';

/**
 * What an entry carries besides its payload, variable in length:
 *
 * | bytes             | field                                                        |
 * |-------------------|--------------------------------------------------------------|
 * | u8, n             | given id: its length, ASCII; length 0 = none                 |
 * | u8, n             | content type: its length, UTF-8; length 0 = none             |
 * | u8                | number of labels                                             |
 * | u8, n, u16 LE, m  | per label: length and bytes of the name, of the value, UTF-8 |
 *
 * An entry with none of the three has no metadata at all (length 0).
 */
export type EntryMetadata = {
	readonly givenId: SegmentId | undefined;
	readonly contentType: string | undefined;
	readonly labels: Labels;
};

const MAX_LABELS = 64;
const MAX_LABEL_VALUE_BYTES = 1024;
/** Of one entry, so that a block's table stays small beside its payloads. */
export const MAX_METADATA_BYTES = 16_384;
const LABEL_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** Printable ASCII: what an HTTP header field may carry. */
const CONTENT_TYPE = /^[\x20-\x7e]{1,255}$/;
export const NO_METADATA: EntryMetadata = {givenId: undefined, contentType: undefined, labels: {}};

/** Refuses with `INVALID_ARGUMENT` what the format cannot hold, and names of labels that differ in case alone. */
export const checkMetadata = (contentType: string | undefined, labels: Labels | undefined): void => {
	if (contentType !== undefined && !CONTENT_TYPE.test(contentType)) {
		throw new EdgedError('INVALID_ARGUMENT', 'content_type must be 1-255 printable ASCII characters');
	}
	const entries = Object.entries(labels ?? {});
	if (entries.length > MAX_LABELS) {
		throw new EdgedError('INVALID_ARGUMENT', `${entries.length} labels are too many: at most ${MAX_LABELS}`);
	}
	const names = new Set<string>();
	let bytes = 0;
	for (const [name, value] of entries) {
		if (!LABEL_NAME.test(name)) {
			throw new EdgedError(
				'INVALID_ARGUMENT',
				`${JSON.stringify(name.slice(0, 80))} is no label name: 1-64 of A-Z a-z 0-9 _ . -, first a letter or digit`,
			);
		}
		if (names.size === names.add(name.toLowerCase()).size) {
			throw new EdgedError('INVALID_ARGUMENT', `the label ${name} is given twice, in upper and lower case`);
		}
		const valueBytes = Buffer.byteLength(value);
		if (valueBytes > MAX_LABEL_VALUE_BYTES || value !== Buffer.from(value).toString()) {
			throw new EdgedError(
				'INVALID_ARGUMENT',
				`label ${name} must be at most ${MAX_LABEL_VALUE_BYTES} bytes of well-formed text`,
			);
		}
		bytes += 3 + name.length + valueBytes;
	}
	if (bytes > MAX_METADATA_BYTES - 512) {
		throw new EdgedError(
			'INVALID_ARGUMENT',
			`the labels take ${bytes} bytes: at most ${MAX_METADATA_BYTES - 512}`,
		);
	}
};

/** HTTP does not tell upper from lower case in the name of a header; so that a label is the same through every door, none does. */
export const lowerCaseNames = (labels: Labels): Labels =>
	Object.keys(labels).some(name => UPPER_CASE.test(name))
		? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name.toLowerCase(), value]))
		: labels;

const UPPER_CASE = /[A-Z]/;

/** The encoded metadata, or `undefined` for none. The parts have passed `checkMetadata`. */
export const encodeMetadata = ({givenId, contentType, labels}: EntryMetadata): Buffer | undefined => {
	const pairs = Object.entries(labels);
	if (givenId === undefined && contentType === undefined && pairs.length === 0) {
		return undefined;
	}
	const parts: Buffer[] = [shortText(givenId ?? ''), shortText(contentType ?? ''), Buffer.of(pairs.length)];
	for (const [name, value] of pairs) {
		parts.push(encodeLabel(name, value));
	}
	return Buffer.concat(parts);
};

/** A label as it stands in the metadata: where these bytes are not, no entry carries it. */
export const encodeLabel = (name: string, value: string): Buffer => {
	const bytes = Buffer.from(value);
	const length = Buffer.allocUnsafe(2);
	length.writeUInt16LE(bytes.length);
	return Buffer.concat([shortText(name), length, bytes]);
};

const shortText = (text: string): Buffer => {
	const bytes = Buffer.from(text);
	return Buffer.concat([Buffer.of(bytes.length), bytes]);
};

/** Reads what `encodeMetadata` wrote. Bytes from outside are not trusted: anything out of form is `undefined`. */
export const decodeMetadata = (bytes: Buffer): EntryMetadata | undefined => {
	if (bytes.length === 0) {
		return NO_METADATA;
	}
	const reader = new Reader(bytes);
	const givenId = reader.text(reader.u8());
	const contentType = reader.text(reader.u8());
	const labels: Record<string, string> = {};
	const count = reader.u8();
	for (let index = 0; index < count && !reader.failed; index++) {
		const name = reader.text(reader.u8());
		const value = reader.text(reader.u16());
		if (!LABEL_NAME.test(name) || Object.hasOwn(labels, name)) {
			return undefined;
		}
		// Not an assignment: a label named __proto__ is refused above, one named constructor is a label like any other.
		Object.defineProperty(labels, name, {value, enumerable: true, writable: true, configurable: true});
	}
	if (reader.failed || !reader.atEnd || count > MAX_LABELS) {
		return undefined;
	}
	if (givenId !== '' && !isSegmentId(givenId)) {
		return undefined;
	}
	if (contentType !== '' && !CONTENT_TYPE.test(contentType)) {
		return undefined;
	}
	return {
		givenId: givenId === '' ? undefined : (givenId as SegmentId),
		contentType: contentType === '' ? undefined : contentType,
		labels,
	};
};

/** A reader that notes running past the end instead of throwing: one check at the end covers all reads. */
class Reader {
	failed = false;
	#at = 0;
	readonly #bytes: Buffer;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	get atEnd(): boolean {
		return this.#at === this.#bytes.length;
	}

	u8(): number {
		return this.#take(1)?.readUInt8() ?? 0;
	}

	u16(): number {
		return this.#take(2)?.readUInt16LE() ?? 0;
	}

	text(length: number): string {
		const bytes = this.#take(length);
		if (bytes !== undefined && !isUtf8(bytes)) {
			this.failed = true;
		}
		return bytes?.toString('utf8') ?? '';
	}

	#take(length: number): Buffer | undefined {
		if (this.failed || this.#at + length > this.#bytes.length) {
			this.failed = true;
			return undefined;
		}
		this.#at += length;
		return this.#bytes.subarray(this.#at - length, this.#at);
	}
}

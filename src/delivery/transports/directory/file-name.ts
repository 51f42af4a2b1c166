import {createHash} from 'node:crypto';
import type {SegmentId} from '../../../outbound/names.js';

export const SIDECAR_SUFFIX = '.meta.json';
/** Of a name on ext4, FAT, NTFS and most others. */
const MAX_NAME_BYTES = 255;
const MAX_PAYLOAD_NAME = MAX_NAME_BYTES - SIDECAR_SUFFIX.length;
/** Cannot stand in an encoded name: there `%` is followed by two digits. */
const DIGEST_MARK = '%-';
const DIGEST_LENGTH = 64;

/** Names of devices on Windows and FAT, with any extension. Names are lower-case when they are looked at. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/**
 * The file name of a segment: two ids never share one, also where upper and lower case are the same, a trailing dot is lost or
 * some names are devices. Lower-case letters, digits, `.`, `_` and `-` stand for themselves, all else is `%` and two lower-case
 * hex digits. A name that would be longer than 245 bytes is cut, and the SHA-256 of the id takes the place of the rest.
 */
export const payloadFileName = (id: SegmentId): string => {
	let name = '';
	for (const character of id) {
		name += /[a-z0-9._-]/.test(character) ? character : percent(character);
	}
	if (DEVICE.test(name)) {
		name = percentAt(name, 0);
	}
	if (name.endsWith('.')) {
		name = percentAt(name, name.length - 1);
	}
	if (name.endsWith(SIDECAR_SUFFIX)) {
		name = percentAt(name, name.length - '.json'.length); // Else it would be the sidecar of another.
	}
	return name.length <= MAX_PAYLOAD_NAME ? name : cut(name, id);
};

export const sidecarFileName = (payloadName: string): string => payloadName + SIDECAR_SUFFIX;

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

const percentAt = (name: string, at: number): string =>
	name.slice(0, at) + percent(name.charAt(at)) + name.slice(at + 1);

const cut = (name: string, id: SegmentId): string => {
	const kept = name.slice(0, MAX_PAYLOAD_NAME - DIGEST_MARK.length - DIGEST_LENGTH);
	return kept + DIGEST_MARK + createHash('sha256').update(id).digest('hex');
};

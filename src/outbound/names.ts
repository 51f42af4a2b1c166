import {EdgedError} from './errors.js';
import type {Brand} from './units.js';

export type SegmentId = Brand<string, 'SegmentId'>;
export type PeerId = Brand<string, 'PeerId'>;

export const SEGMENT_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
export const PEER_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
export const MAX_SEGMENT_ID_LENGTH = 128;
export const MAX_PEER_ID_LENGTH = 64;

export const isSegmentId = (text: string): text is SegmentId => SEGMENT_ID_PATTERN.test(text);
export const isPeerId = (text: string): text is PeerId => PEER_ID_PATTERN.test(text);

/** Throws `INVALID_ARGUMENT` that says what an id may look like. */
export const parseSegmentId = (text: string): SegmentId => {
	if (!isSegmentId(text)) {
		throw new EdgedError(
			'INVALID_ARGUMENT',
			`${show(text)} is no segment id: 1-128 of A-Z a-z 0-9 . _ : -, first a letter or digit`,
		);
	}
	return text;
};

/** Throws `INVALID_ARGUMENT` that says what an id may look like. */
export const parsePeerId = (text: string): PeerId => {
	if (!isPeerId(text)) {
		throw new EdgedError(
			'INVALID_ARGUMENT',
			`${show(text)} is no peer id: 1-64 of A-Z a-z 0-9 . _ : -, first a letter or digit`,
		);
	}
	return text;
};

const show = (text: string): string => JSON.stringify(text.length > 140 ? `${text.slice(0, 140)}...` : text);

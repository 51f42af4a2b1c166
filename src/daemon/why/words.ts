import type {EpochMs} from '../../outbound/units.js';
import {formatTime} from '../../runtime/clock.js';

export const timeOrNull = (at: EpochMs | undefined): string | null =>
	at === undefined ? null : formatTime(Math.round(at) as EpochMs);

export const atTime = (at: EpochMs | undefined): string =>
	at === undefined ? 'soon' : `at ${formatTime(Math.round(at) as EpochMs)}`;

/** `1 record`, `2 records`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** ` (WORDS)`, or nothing when there is nothing to say. */
export const inBrackets = (...words: ReadonlyArray<string | undefined>): string => {
	const said = words.filter(word => word !== undefined);
	return said.length === 0 ? '' : ` (${said.join(', ')})`;
};

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `999 bytes`, `1.5 KiB`, `10 GiB`. */
export const inBytes = (bytes: number): string => {
	const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
	return `${Math.floor((bytes / 1024 ** unit) * 10) / 10} ${UNITS[unit]}`;
};

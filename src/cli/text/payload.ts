import {isUtf8} from 'node:buffer';
import {grouped} from './numbers.js';
import {printable} from './printable.js';
import type {Style} from './style.js';

/** The beginning of a payload: as text when it is text, else as bytes. Nothing of it reaches the terminal as a command. */
export const payloadText = (head: Buffer, sizeBytes: number, style: Style): string[] => {
	const extent =
		sizeBytes === 0
			? 'empty'
			: head.length < sizeBytes
				? `first ${grouped(head.length)} of ${grouped(sizeBytes)} bytes`
				: `${grouped(sizeBytes)} bytes`;
	const text = textOf(head, head.length < sizeBytes);
	const lines = text === undefined ? dump(head) : text.replace(/\r?\n$/, '').split(/\r?\n/);
	return [style('strong', `Payload (${extent})`), ...lines.map(line => `  ${printable(line)}`.trimEnd())];
};

/** `undefined` for what is no text. A character that was cut at the end is left out. */
const textOf = (head: Buffer, isCut: boolean): string | undefined => {
	const whole = isCut ? withoutCutCharacter(head) : head;
	if (!isUtf8(whole)) {
		return undefined;
	}
	const text = whole.toString();
	return CONTROL.test(text) ? undefined : text;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const withoutCutCharacter = (bytes: Buffer): Buffer => {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back] ?? 0;
		if (byte >= 0xc0) {
			const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
			return back < needed ? bytes.subarray(0, bytes.length - back) : bytes;
		}
		if (byte < 0x80) {
			return bytes;
		}
	}
	return bytes;
};

const PER_LINE = 16;

/** As `hexdump -C` shows it. */
const dump = (bytes: Buffer): string[] =>
	Array.from({length: Math.ceil(bytes.length / PER_LINE)}, (_, line) => {
		const part = bytes.subarray(line * PER_LINE, (line + 1) * PER_LINE);
		const hex = [...part].map(byte => byte.toString(16).padStart(2, '0'));
		const halves = [hex.slice(0, PER_LINE / 2).join(' '), hex.slice(PER_LINE / 2).join(' ')];
		const seen = [...part].map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
		const offset = (line * PER_LINE).toString(16).padStart(8, '0');
		return `${offset}  ${halves.map(half => half.padEnd(HALF_WIDTH)).join('  ')}  |${seen.join('')}|`;
	});

const HALF_WIDTH = (PER_LINE / 2) * 3 - 1;

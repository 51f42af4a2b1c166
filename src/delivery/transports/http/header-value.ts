/** `text` as UTF-8 in a header, which undici writes byte by byte. Only for what `fitsHeader`. */
export const utf8Header = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** It survives a header as it is: no control characters, and no blank at either end, which a receiver takes away. */
export const fitsHeader = (text: string): boolean => !/\p{Cc}|^ | $/u.test(text);

/**
 * As CloudEvents wants it in HTTP headers (HTTP protocol binding 1.0.2, section 3.1.3.2): blank, `"`, `%` and whatever is not
 * printable ASCII as the percent-encoded bytes of its UTF-8.
 */
export const percentEncoded = (text: string): string =>
	text.replace(/[^!#$&-~]/gu, character =>
		[...Buffer.from(character, 'utf8')].map(byte => `%${hex(byte)}`).join(''),
	);

/** RFC 8187: only its `attr-char` stay as they are, so any text fits. */
export const extendedValue = (text: string): string =>
	`UTF-8''${text.replace(/[^A-Za-z0-9!#$&+.^_`|~-]/gu, character =>
		[...Buffer.from(character, 'utf8')].map(byte => `%${hex(byte)}`).join(''),
	)}`;

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');

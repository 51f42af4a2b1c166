import {REDACTED} from '../../outbound/secrets.js';
import {blockScalarAt} from './block-scalar.js';
import {nameHint, namesCount, namesSecret} from './secret-names.js';
import {type ValueSpan, valueAt} from './value-at.js';

/**
 * `text` with the values taken out that stand beside the name of a secret: in TOML, JSON (also JSON within a string), headers, shell
 * assignments, options, tags and plain words.
 */
export const withoutNamedSecrets = (text: string): string => {
	const hint = nameHint();
	const kept: string[] = [];
	let at = 0;
	for (let found = hint.exec(text); found !== null; found = hint.exec(text)) {
		const name = nameAround(text, found.index, hint.lastIndex);
		hint.lastIndex = Math.max(hint.lastIndex, name.end);
		const value = namesSecret(name.text) ? valueAfter(text, name) : undefined;
		if (value !== undefined && value.begin >= at && isSecretValue(text, name.text, value)) {
			kept.push(text.slice(at, value.begin), REDACTED);
			at = value.end;
			hint.lastIndex = Math.max(hint.lastIndex, at);
		}
	}
	return at === 0 ? text : kept.join('') + text.slice(at);
};

type Name = {readonly text: string; readonly begin: number; readonly end: number};

const NAME_LETTER = /[\w.-]/;
const LONGEST_NAME = 64;

const nameAround = (text: string, from: number, to: number): Name => {
	let begin = from;
	while (begin > 0 && from - begin < LONGEST_NAME && NAME_LETTER.test(text[begin - 1] ?? '')) {
		begin--;
	}
	let end = to;
	while (end < text.length && end - to < LONGEST_NAME && NAME_LETTER.test(text[end] ?? '')) {
		end++;
	}
	if (text[end] === '>') {
		while (end > to && text[end - 1] === '-') {
			end--; // `token->x`
		}
	}
	return {text: text.slice(begin, end), begin, end};
};

/** `"name": `, `name = `, `name=>`, `["name", `, `name%3D`. */
const SEPARATOR =
	/\\{0,8}["'`]?[ \t]{0,40}(?::=|=>|-{1,2}>|[→⇒➜]|[:=]|%3[ad])[ \t]{0,40}(?:\\{0,8}\r?\n[ \t]{0,40})?/iy;
const COLON = /["']?[ \t]{0,40}:[ \t]{1,40}/y;
const LIST_SEPARATOR = /\\{0,8}["'],\s{0,40}(?=\\{0,8}["'])/y;
const BLANK = /[ \t]{1,8}/y;
/** `the password is hunter2`. */
const WORDS = /[ \t](?:is |was |of )?["'`]?(?=[^\s"'`]{0,63}\d)(?=[^\s"'`]{0,63}[A-Za-z])[^\s"'`]{6,}/y;

const valueAfter = (text: string, name: Name): ValueSpan | undefined => {
	const after = endOf(SEPARATOR, text, name.end) ?? endOf(LIST_SEPARATOR, text, name.end);
	if (after !== undefined) {
		const block = blockScalarAt(text, name.begin, endOf(COLON, text, name.end) ?? after);
		return block ?? valueAt(text, after, isWholeLine(name.text) ? 'line' : 'word');
	}
	if (text[name.end] === '>' && text[name.begin - 1] === '<') {
		const end = text.indexOf('<', name.end);
		return {begin: name.end + 1, end: end === -1 ? text.length : end};
	}
	const blank = endOf(BLANK, text, name.end);
	if (blank !== undefined && name.text.startsWith('-') && text[blank] !== '-') {
		return valueAt(text, blank, 'word');
	}
	const words = endOf(WORDS, text, name.end);
	if (words === undefined) {
		return undefined;
	}
	const begin = text.lastIndexOf(' ', words - 1) + 1;
	return namesSecret(text.slice(begin, words)) ? undefined : {begin, end: words}; // `token db_password_2 = ...`
};

/** Headers: what is behind them has several words. */
const isWholeLine = (name: string): boolean => /authori[sz]ation$|cookie$/i.test(name);

const endOf = (pattern: RegExp, text: string, from: number): number | undefined => {
	pattern.lastIndex = from;
	return pattern.test(text) ? pattern.lastIndex : undefined;
};

const PLAIN = /^(?:true|false|null|none|undefined|\[redacted\].*|<REDACTED.*)?$/is;

const isSecretValue = (text: string, name: string, {begin, end}: ValueSpan): boolean => {
	const value = text.slice(begin, end);
	return !PLAIN.test(value) && !(namesCount(name) && /^\d+(?:\.\d+)?$/.test(value));
};

import {createHash} from 'node:crypto';
import {type AuditEvent, CATEGORIES, OUTCOMES, SOURCES} from '../outbound/audit-event.js';
import {parseTime} from '../runtime/clock.js';

/** A line of the trail: an event, its number, and the SHA-256 of the line before, newline included. */
export type AuditLine = AuditEvent & {readonly seq: number; readonly prev: string};

/** A line as the next one sees it. */
export type Link = {readonly seq: number; readonly hash: string};

/** Before the first line of all. */
export const CHAIN_START: Link = {seq: 0, hash: '0'.repeat(64)};

/** Longer than any that edged writes: what is found is no line of the trail. */
export const MAX_LINE_BYTES = 256 * 1024;

export type Encoded = {readonly bytes: Buffer; readonly link: Link};

/** The line for `event` behind `former`, with its newline. */
export const encodeLine = (event: AuditEvent, former: Link): Encoded => {
	const seq = former.seq + 1;
	const {timestamp, event_name, category, action, outcome, actor, resource_type, resource, source} = event;
	const what = {timestamp, event_name, category, action, outcome, actor, resource_type, resource, source};
	const {fields, act} = event;
	const line: AuditLine = {seq, ...what, fields, ...(act !== undefined && {act}), prev: former.hash};
	const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
	return {bytes, link: {seq, hash: hashOf(bytes)}};
};

/** Over the exact bytes, newline included: what `sed -n 7p FILE | sha256sum` says. */
export const hashOf = (line: Uint8Array): string => createHash('sha256').update(line).digest('hex');

/** Why bytes are no line of the trail, in words that complete "it ...". */
export type Unreadable = {readonly why: string};

/** `bytes` with or without the newline. What a line has beyond the known fields stays. */
export const decodeLine = (bytes: Buffer): AuditLine | Unreadable => {
	let value: unknown;
	try {
		value = JSON.parse(bytes.toString('utf8'));
	} catch {
		return {why: 'is no JSON'};
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return {why: 'is no JSON object'};
	}
	const line = value as Readonly<Record<string, unknown>>;
	const wrong = Object.entries(FORM).find(([name, isRight]) => !isRight(line[name]));
	return wrong === undefined ? (value as AuditLine) : {why: `has no proper "${wrong[0]}"`};
};

const isText = (value: unknown): boolean => typeof value === 'string';
const oneOf =
	(words: readonly string[]) =>
	(value: unknown): boolean =>
		typeof value === 'string' && words.includes(value);

const FORM: Readonly<Record<keyof AuditLine, (value: unknown) => boolean>> = {
	seq: value => Number.isSafeInteger(value) && (value as number) > 0,
	timestamp: value => isText(value) && !Number.isNaN(parseTime(value as string)),
	event_name: isText,
	category: oneOf(CATEGORIES),
	action: isText,
	outcome: oneOf(OUTCOMES),
	actor: isText,
	resource_type: isText,
	resource: isText,
	source: oneOf(SOURCES),
	fields: value => typeof value === 'object' && value !== null && !Array.isArray(value),
	act: value => value === undefined || Number.isSafeInteger(value),
	prev: value => isText(value) && /^[0-9a-f]{64}$/.test(value as string),
};

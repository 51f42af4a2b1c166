import {
	ATTEMPT_OUTCOMES,
	type AttemptOutcome,
	DEADLETTER_REASONS,
	type DeadletterReason,
} from '../../outbound/attempts.js';
import {isPeerId, isSegmentId} from '../../outbound/names.js';
import {PRIORITIES, type Priority} from '../../outbound/priorities.js';
import {given} from '../given.js';

/** A line of records.jsonl, as far as an import needs it. */
export type ExportedRecord = {
	readonly segment_id: string;
	readonly peer_id: string;
	readonly priority: Priority;
	readonly size_bytes: number;
	readonly sha256: string;
	readonly content_type: string | null;
	readonly labels: Readonly<Record<string, string>>;
	readonly enqueued_at: string;
	/** Of its burial. */
	readonly updated_at: string;
	readonly reason: DeadletterReason;
	readonly charged_failures: number;
	readonly attempts: readonly ExportedAttempt[];
	/** Its file; `null` when the store that it comes from no longer had it. */
	readonly payload: string | null;
};

type ExportedAttempt = {
	readonly number: number;
	readonly started_at: string;
	readonly completed_at: string;
	readonly outcome: AttemptOutcome;
	readonly error?: string;
	readonly bytes_sent: number;
};

/** Throws an Error that says what is wrong with the line. Fields that are not known are passed over. */
export const readExportedRecord = (line: Buffer): ExportedRecord => {
	const record = parse(line);
	for (const [name, isRight] of Object.entries(FORM)) {
		if (!isRight(record[name])) {
			throw new Error(`"${name}" is ${shown(record[name])}`);
		}
	}
	const {payload, sha256} = record;
	if (payload !== null && payload !== `payloads/${String(sha256)}`) {
		throw new Error(`"payload" is ${shown(payload)}; only payloads/ and its sha256 would be right`);
	}
	return record as ExportedRecord;
};

const parse = (line: Buffer): Readonly<Record<string, unknown>> => {
	let value: unknown;
	try {
		value = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(line)) as unknown;
	} catch {
		throw new Error('it is no JSON');
	}
	if (!isObject(value)) {
		throw new Error('it is no JSON object');
	}
	return value;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): boolean =>
	// biome-ignore lint/style/noRestrictedGlobals: reads a time, does not ask for it
	typeof value === 'string' && value.length < 40 && !Number.isNaN(Date.parse(value));
const isOneOf =
	(values: readonly string[]) =>
	(value: unknown): boolean =>
		values.includes(value as string);
const isText = (value: unknown): value is string => typeof value === 'string';

/** What else there is to say to the values the daemon says. */
const FORM: Readonly<Record<string, (value: unknown) => boolean>> = {
	segment_id: value => isText(value) && isSegmentId(value),
	peer_id: value => isText(value) && isPeerId(value),
	state: value => value === 'deadletter',
	priority: isOneOf(PRIORITIES),
	size_bytes: isCount,
	sha256: value => isText(value) && /^[0-9a-f]{64}$/.test(value),
	content_type: value => value === null || isText(value),
	labels: value => isObject(value) && Object.values(value).every(isText),
	enqueued_at: isTime,
	updated_at: isTime,
	reason: isOneOf(DEADLETTER_REASONS),
	charged_failures: isCount,
	attempts: value => Array.isArray(value) && value.every(isAttempt),
	payload: value => value === null || isText(value),
};

const isAttempt = (value: unknown): boolean =>
	isObject(value) &&
	isCount(value['number']) &&
	value['number'] !== 0 &&
	isTime(value['started_at']) &&
	isTime(value['completed_at']) &&
	isOneOf(ATTEMPT_OUTCOMES)(value['outcome']) &&
	(value['error'] === undefined || isText(value['error'])) &&
	isCount(value['bytes_sent']);

const shown = (value: unknown): string =>
	value === undefined ? 'missing' : (JSON.stringify(value) ?? '').slice(0, 80);

/** Of a segment what all its records share, as the daemon takes it. */
export const segmentArguments = ({
	segment_id,
	sha256,
	content_type,
	labels,
	priority,
	enqueued_at,
}: ExportedRecord) => ({
	segment_id,
	sha256,
	...given({content_type: content_type ?? undefined}),
	...given({labels: Object.keys(labels).length === 0 ? undefined : {...labels}}),
	priority,
	enqueued_at: utc(enqueued_at),
});

/** Of one record the rest, for `peer`. */
export const recordArguments = (
	{reason, charged_failures, updated_at, attempts}: ExportedRecord,
	peer: string,
) => ({
	peer_id: peer,
	reason: reason as Exclude<DeadletterReason, 'EVICTED' | 'CORRUPT' | 'SEGMENT_MISSING'>,
	charged_failures,
	died_at: utc(updated_at),
	attempts: attempts.map(({number, started_at, completed_at, outcome, error, bytes_sent}) => ({
		number,
		started_at: utc(started_at),
		completed_at: utc(completed_at),
		outcome,
		...given({error}),
		bytes_sent,
	})),
});

// biome-ignore lint/style/noRestrictedGlobals: as above
const utc = (time: string): string => new Date(time).toISOString();

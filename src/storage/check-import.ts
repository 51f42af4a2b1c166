import {ATTEMPT_OUTCOMES, type Attempt, DEADLETTER_REASONS} from '../outbound/attempts.js';
import {EdgedError} from '../outbound/errors.js';
import {CLASS_NUMBERS} from '../outbound/priorities.js';
import {U48_MAX} from './entry-record.js';
import type {ImportDraft, ImportedDeath} from './import-draft.js';

/** The number of the next attempt has to fit too. */
const MAX_ATTEMPT_NUMBER = 2 ** 31;
/** All ones stand for something else. */
const MAX_BYTES_SENT = U48_MAX - 1;

/** Throws `INVALID_ARGUMENT` for what no edged exported and the rows could not hold. What is too long is not: it is cut. */
export const checkImport = ({identity, dead, enqueuedAt, classNo}: ImportDraft): void => {
	if (identity.kind === 'made') {
		throw refused('a segment', 'it has no id; without one it could not be told when it is imported again');
	}
	const {kind} = identity;
	const what =
		kind === 'given'
			? `segment ${identity.id}`
			: `entry ${identity.address.entry} of block ${identity.address.block}`;
	if (!isCount(enqueuedAt, U48_MAX)) {
		throw refused(what, `it was enqueued at ${enqueuedAt}, which is no time`);
	}
	if (!CLASS_NUMBERS.includes(classNo)) {
		throw refused(what, `there is no class ${String(classNo)}`);
	}
	if (dead.length === 0) {
		throw refused(what, 'it is dead for no peer');
	}
	for (const death of dead) {
		checkDeath(`${what} for peer ${death.peer}`, death);
	}
};

const checkDeath = (what: string, {reason, chargedFailures, diedAt, attempts}: ImportedDeath): void => {
	if (!DEADLETTER_REASONS.includes(reason)) {
		throw refused(what, `there is no reason ${String(reason)}; there are ${DEADLETTER_REASONS.join(', ')}`);
	}
	if (!isCount(chargedFailures)) {
		throw refused(what, `it failed ${chargedFailures} times, which is no count`);
	}
	if (!isCount(diedAt, U48_MAX)) {
		throw refused(what, `it died at ${diedAt}, which is no time`);
	}
	let last = 0;
	for (const attempt of attempts) {
		const wrong = wrongWith(attempt, last);
		if (wrong !== undefined) {
			throw refused(what, `attempt ${attempt.number}: ${wrong}`);
		}
		last = attempt.number;
	}
};

const wrongWith = (
	{number, startedAt, completedAt, outcome, bytesSent}: Attempt,
	last: number,
): string | undefined => {
	if (!isCount(number, MAX_ATTEMPT_NUMBER) || number <= last) {
		return `attempts are numbered upwards, and the one before it is ${last}`;
	}
	if (!ATTEMPT_OUTCOMES.includes(outcome)) {
		return `there is no outcome ${String(outcome)}; there are ${ATTEMPT_OUTCOMES.join(', ')}`;
	}
	if (!isCount(startedAt, U48_MAX) || !isCount(completedAt, U48_MAX)) {
		return 'it has a time that is none';
	}
	return isCount(bytesSent, MAX_BYTES_SENT) ? undefined : `it sent ${bytesSent} bytes, which is no count`;
};

const isCount = (value: number, most: number = Number.MAX_SAFE_INTEGER): boolean =>
	Number.isSafeInteger(value) && value >= 0 && value <= most;

const refused = (what: string, why: string): EdgedError =>
	new EdgedError('INVALID_ARGUMENT', `${what} cannot be imported: ${why}`);

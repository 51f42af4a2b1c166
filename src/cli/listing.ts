import {DEADLETTER_REASONS} from '../outbound/attempts.js';
import {option} from './parameters.js';
import {readChoice} from './read/choice.js';

/** Records that a listing shows when nobody says how many. */
export const DEFAULT_LIMIT = 50;

/** `--reason` of a listing or a selection; it takes the place of the global one. */
export const reasonFilter = option(
	'--reason <R>',
	`only those buried for this reason: ${DEADLETTER_REASONS.join(', ')}`,
	readChoice(DEADLETTER_REASONS),
);

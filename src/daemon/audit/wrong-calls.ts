import {redactText} from '../../audit/redact/redact-text.js';
import type {Fields} from '../../outbound/audit-event.js';
import {PEER_ID_PATTERN, SEGMENT_ID_PATTERN} from '../../outbound/names.js';
import type {OnWrongCall, WrongCall} from '../../rpc/gate.js';
import {formatTime} from '../../runtime/clock.js';
import {whoIs} from '../access/judge-access.js';
import type {Parts} from '../parts.js';
import {acts} from './acts.js';
import {boundedFields} from './bounded-fields.js';
import {type AnyAct, actorOf, type Named, peerFields} from './describe.js';
import type {RefusalBounds} from './refusals.js';

/** Fewer than of refusals, and counted apart from them. At most some 10 MB a day. */
export const WRONG_CALLS: RefusalBounds = {alike: 10, inAll: 30};

/**
 * Records calls of which nobody can say what they would have changed: what was wrong with them and which parameters were named, but
 * none of their values beside ids. A dry run that is not understood is as little a record as one that is.
 */
export const auditedWrongCalls =
	({wrongCalls, clock}: Pick<Parts, 'wrongCalls' | 'clock'>): OnWrongCall =>
	async ({method, raw, caller, error}) => {
		const params = namedOf(raw);
		if (params.dry_run === true) {
			return;
		}
		const act = acts[method] as AnyAct;
		await wrongCalls.tell({
			event_name: typeof act.event === 'string' ? act.event : (act.event as (params: Named) => string)({}),
			category: act.category ?? 'relay',
			action: act.action,
			outcome: 'failure',
			actor: operatorOf(params, caller) ?? actorOf(caller),
			resource_type: act.resourceType,
			resource: resourceOf(params),
			source: 'cli',
			timestamp: formatTime(clock.now()),
			fields: boundedFields({
				code: error.code,
				error: redactText(error.message),
				...namesGiven(params),
				...peerFields(caller),
			}),
		});
	};

const namedOf = (raw: unknown): Named =>
	typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Named) : {};

const LONGEST_OPERATOR = 256;

/** A name of a length that the contract takes, as the access gate would have taken it. */
const operatorOf = ({operator}: Named, {credentials}: WrongCall['caller']): string | undefined =>
	whoIs(
		typeof operator === 'string' && operator.length <= LONGEST_OPERATOR ? operator : undefined,
		credentials,
	).operator;

/** Of ids only what can be one. `?`: nobody knows. */
const resourceOf = ({segment_id: segment, peer_id: peer}: Named): string =>
	[
		...(isLike(SEGMENT_ID_PATTERN, segment) ? [segment] : []),
		...(isLike(PEER_ID_PATTERN, peer) ? [peer] : []),
	].join(' ') || '?';

const isLike = (pattern: RegExp, text: unknown): text is string =>
	typeof text === 'string' && pattern.test(text);

const MOST_NAMES = 20;
const LONGEST_NAME = 64;

const namesGiven = (params: Named): Fields => {
	const names = Object.keys(params);
	const told = names
		.slice(0, MOST_NAMES)
		.map(name => redactText(name.slice(0, 16 * LONGEST_NAME)).slice(0, LONGEST_NAME));
	const rest = names.length - told.length;
	return {given: [...told, ...(rest > 0 ? [`and ${rest} more`] : [])]};
};

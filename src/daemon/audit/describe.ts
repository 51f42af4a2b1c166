import type {AuditEvent, Fields} from '../../outbound/audit-event.js';
import {EdgedError} from '../../outbound/errors.js';
import type {Caller} from '../../rpc/caller.js';
import type {ChangingMethod} from '../../rpc/contract/methods.js';
import {formatTime} from '../../runtime/clock.js';
import type {Parts} from '../parts.js';
import type {Act} from './act.js';
import {boundedFields} from './bounded-fields.js';

/** A row whose method the compiler does not know any more. */
export type AnyAct = {
	readonly [Key in keyof Act<ChangingMethod>]: NonNullable<Act<ChangingMethod>[Key]> extends (
		...args: never
	) => infer Value
		? (...args: readonly unknown[]) => Value
		: Act<ChangingMethod>[Key];
};
export type Named = Readonly<Record<string, unknown>> & {
	readonly operator?: string | undefined;
	readonly dry_run?: boolean | undefined;
};
export type Call = {
	readonly act: AnyAct;
	readonly params: Named;
	readonly parts: Parts;
	readonly caller: Caller;
};

/** What a record says until it is known how it ended, should edged end first. */
export const PENDING = 'edged ended while this was done: look whether it was';

/** The record of a call. */
export const describe = (
	{act, params, parts, caller}: Call,
	outcome: AuditEvent['outcome'],
	fields: Fields,
): AuditEvent => ({
	event_name: typeof act.event === 'string' ? act.event : (act.event as (params: Named) => string)(params),
	category: act.category ?? 'relay',
	action: act.action,
	outcome,
	actor: params.operator ?? actorOf(caller),
	resource_type: act.resourceType,
	resource: act.resource(params, parts),
	source: 'cli',
	timestamp: formatTime(parts.clock.now()),
	fields: boundedFields(fields),
});

/** Who is it, when he does not say: `uid:N` as the kernel knows him. */
export const actorOf = ({credentials}: Caller): string =>
	credentials === undefined ? 'unknown' : `uid:${credentials.uid}`;

/** What the kernel says of the caller, which he cannot choose. */
export const peerFields = ({door, credentials}: Caller): Fields => ({
	door,
	...(credentials !== undefined && {
		peer_uid: credentials.uid,
		peer_gid: credentials.gid,
		peer_pid: credentials.pid,
	}),
});

export const askedFields = ({act, params}: Pick<Call, 'act' | 'params'>): Fields => {
	const {operator: _, ...rest} = params;
	return present((act.asked as ((params: Named) => Fields) | undefined)?.(params) ?? rest);
};

/** Of what nobody foresaw the log has the details. */
export const refusalFields = (error: unknown): Fields =>
	error instanceof EdgedError
		? {code: error.code, error: error.message}
		: {code: 'INTERNAL', error: 'nobody foresaw it: the log has the details, and part of it may be done'};

/** A list or an object of a result is for the caller; `came` of the row tells what of it the record needs. */
export const cameFields = (act: AnyAct, result: unknown): Fields => {
	const {came} = act as {readonly came?: (result: unknown) => Fields};
	if (came !== undefined) {
		return present(came(result));
	}
	const values = typeof result === 'object' && result !== null ? Object.entries(result) : [];
	return Object.fromEntries(
		values.filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value)),
	);
};

const present = (fields: Fields): Fields =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

import {EdgedError, type EdgedErrorCode} from '../../outbound/errors.js';
import type {Backend} from '../../rpc/backend.js';
import type {Caller} from '../../rpc/caller.js';
import type {Parts} from '../parts.js';
import type {Acts} from './act.js';
import {acts as allActs} from './acts.js';
import type {OnFullDisk, OpenAct} from './audit-journal.js';
import {
	type AnyAct,
	askedFields,
	type Call,
	cameFields,
	describe,
	type Named,
	PENDING,
	peerFields,
	refusalFields,
} from './describe.js';

type AnyVerb = (params: unknown, caller: Caller) => unknown;

/**
 * The same backend, of which every act is in the audit trail before its caller is answered, also one that was refused. What the trail
 * cannot record is refused before it is begun, but for what frees space or stops delivery (acts.ts).
 */
export const auditedBackend = (backend: Backend, parts: Parts, acts: Acts = allActs): Backend => {
	const audited: Partial<Record<keyof Backend, AnyVerb>> = {};
	for (const row of Object.values(acts)) {
		const act = row as AnyAct;
		const verb = backend[act.verb] as AnyVerb;
		audited[act.verb] = (params, caller) => perform(verb, {act, parts, caller, params: params as Named});
	}
	return {...backend, ...audited} as Backend;
};

const perform = async (verb: AnyVerb, call: Call): Promise<unknown> => {
	const {act, params, parts, caller} = call;
	const {audit, refusals} = parts;
	const told = {...askedFields(call), ...peerFields(caller)};
	if (params.dry_run === true || act.looksOnly?.(params, parts) === true) {
		return verb(params, caller);
	}
	let fields = told;
	let begun: OpenAct;
	try {
		fields = {...told, ...(await act.before?.(params, parts))};
		begun = await audit.begin(describe(call, 'pending', {...fields, note: PENDING}), onFullDisk(call));
	} catch (error) {
		await refusals.tell(describe(call, 'failure', {...fields, ...refusalFields(error)}));
		throw error;
	}
	let result: unknown;
	try {
		result = await verb(params, caller);
	} catch (error) {
		const outcome = hasCode(error, ['FORBIDDEN']) ? 'denied' : 'failure';
		const refused = describe(call, outcome, {...fields, ...refusalFields(error)});
		await (hasCode(error, CHANGES_NOTHING) ? refusals.tell(refused, begun) : audit.end(begun, refused));
		throw error;
	}
	await audit.end(begun, describe(call, 'success', {...fields, ...cameFields(act, result)}));
	return result;
};

/** Refusals before anything was done. After any other, part of what a selector matches may be done. */
const CHANGES_NOTHING: readonly EdgedErrorCode[] = [
	'NOT_FOUND',
	'UNKNOWN_PEER',
	'INVALID_STATE',
	'INVALID_ARGUMENT',
	'SEGMENT_MISSING',
	'FORBIDDEN',
];

const hasCode = (error: unknown, codes: readonly EdgedErrorCode[]): boolean =>
	error instanceof EdgedError && codes.includes(error.code);

const onFullDisk = ({act, params, parts}: Call): OnFullDisk => {
	const {onFullDisk: rule = 'refuse'} = act as {
		readonly onFullDisk?: OnFullDisk | ((params: Named, parts: Parts) => OnFullDisk);
	};
	return typeof rule === 'string' ? rule : rule(params, parts);
};

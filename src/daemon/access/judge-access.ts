import {contract} from '../../rpc/contract/methods.js';
import type {GatedCall} from '../../rpc/gate.js';
import type {Credentials} from '../../runtime/peer-credentials.js';

/** What holds for callers of the control plane. */
export type AccessRules = {
	/** Who changes something has to give a name. */
	readonly requireOperator: boolean;
	/** Where operators are sent who came by the wrong socket. */
	readonly rpcSocket: string;
};

/** `operator`: who does it, for the log and the audit trail; `undefined` when nobody can tell. */
export type Judgement =
	| {readonly kind: 'allowed'; readonly operator: string | undefined}
	/** It would be denied, and is done because the caller says that it must be. */
	| {readonly kind: 'break_glass'; readonly operator: string | undefined}
	| {readonly kind: 'denied'; readonly operator: string | undefined; readonly why: string};

/**
 * Who may do what, by the socket that he came in by and the name that he gives. No name is proof of anything: the socket's mode and
 * group decide who is an operator, the name only says which of them.
 */
export const judgeAccess = (
	{method, params, caller: {door, credentials}, breakGlass}: GatedCall,
	{requireOperator, rpcSocket}: AccessRules,
): Judgement => {
	const {effect} = contract[method];
	const {name, operator} = whoIs(params['operator'], credentials);
	if (door === 'status') {
		const elsewhere = `this socket is for looking only; operators use ${rpcSocket}`;
		if (effect !== 'read') {
			return {kind: 'denied', operator, why: `${method} is refused: ${elsewhere}`};
		}
		if (givesPayload(params)) {
			return {kind: 'denied', operator, why: `The payload is not given out: ${elsewhere}`};
		}
	}
	if (effect !== 'change' || !requireOperator || name !== undefined) {
		return {kind: 'allowed', operator};
	}
	return breakGlass ? {kind: 'break_glass', operator} : {kind: 'denied', operator, why: UNNAMED};
};

/** Of `relay.inspect`, the whole or its beginning; nothing else that reads gives any out (a test knows). */
const givesPayload = ({payload, head_bytes: head}: GatedCall['params']): boolean =>
	payload === true || head !== undefined;

const UNNAMED =
	'Who changes something here has to say who he is (rpc.require_operator): give --operator NAME or set AUTONOMY_OPERATOR. In an emergency EDGED_BREAK_GLASS=1 does without, and is recorded';

/** What edgectl puts in the place of a name when it was given none. It names nobody. */
const NOBODY = /^uid:\w*$/;

/** Who gives no name is known by the uid that the kernel says, or at least by the one that he claims. */
export const whoIs = (
	claimed: unknown,
	credentials: Credentials | undefined,
): {readonly name: string | undefined; readonly operator: string | undefined} => {
	const given = typeof claimed === 'string' && claimed.trim() !== '' ? claimed : undefined;
	if (given !== undefined && !NOBODY.test(given)) {
		return {name: given, operator: given};
	}
	return {name: undefined, operator: credentials === undefined ? given : `uid:${credentials.uid}`};
};

import {EdgedError} from '../../outbound/errors.js';
import {contract} from '../../rpc/contract/methods.js';
import type {Gate, GatedCall} from '../../rpc/gate.js';
import {type AccessRules, type Judgement, judgeAccess} from './judge-access.js';

/** Where it is written down; a refusal is told before the caller is answered, and what overrides one before anything is done. */
export type AccessRecords = {
	denied(call: GatedCall, judgement: Extract<Judgement, {kind: 'denied'}>): void | Promise<void>;
	/** Rejects when it cannot be recorded: then nothing is done. */
	brokeGlass(call: GatedCall, judgement: Extract<Judgement, {kind: 'break_glass'}>): void | Promise<void>;
};

/** The gate of the control plane. What passes and changes something carries the operator that is known, named or not. */
export const createAccessGate =
	(rules: () => AccessRules, records: AccessRecords): Gate =>
	call => {
		const judgement = judgeAccess(call, rules());
		switch (judgement.kind) {
			case 'allowed':
				return withOperator(call, judgement.operator);
			case 'break_glass':
				return Promise.resolve(records.brokeGlass(call, judgement)).then(() =>
					withOperator(call, judgement.operator),
				);
			case 'denied':
				return Promise.resolve(records.denied(call, judgement)).then(() => {
					throw new EdgedError('FORBIDDEN', judgement.why, {socket: call.caller.door});
				});
		}
	};

const withOperator = (
	{method, params}: GatedCall,
	operator: string | undefined,
): Readonly<Record<string, unknown>> =>
	operator === undefined || contract[method].effect !== 'change' ? params : {...params, operator};

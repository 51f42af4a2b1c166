import type {Params, Result} from '../../rpc/contract/methods.js';
import type {Parts} from '../parts.js';
import {noteChange} from './note-change.js';

/** Nothing changes in the store; that payloads leave it is for the log and the audit trail. */
export const noteExport = (
	parts: Pick<Parts, 'logger' | 'events'>,
	{operator, note, ...facts}: Params<'relay.deadletter.export'>,
): Result<'relay.deadletter.export'> => {
	noteChange(parts, 'relay.deadletter.exported', {operator, reason: note}, facts);
	return {noted: true};
};

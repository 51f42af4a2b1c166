import * as deadletter from './deadletter.js';
import * as imports from './import.js';
import {CANNOT_WRITE, type MethodContract} from './method-contract.js';

/** What operators do with what was buried, and burying: part of the contract (methods.ts). */
export const deadletterMethods = {
	'relay.deadletter.list': {
		summary: 'Deadletters that match, page by page',
		effect: 'read',
		params: deadletter.deadletterListParams,
		result: deadletter.deadletterListResult,
		refusals: ['UNKNOWN_PEER'],
	},
	'relay.deadletter.inspect': {
		summary: 'One record, dead or not, with its history',
		effect: 'read',
		params: deadletter.deadletterInspectParams,
		result: deadletter.deadletterInspectResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER'],
	},
	'relay.deadletter.retry': {
		summary: 'Deadletters back into the queue with a fresh budget',
		effect: 'change',
		params: deadletter.retryParams,
		result: deadletter.retryResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER', 'INVALID_STATE', 'SEGMENT_MISSING', 'BUSY', ...CANNOT_WRITE],
	},
	'relay.deadletter.purge': {
		summary: 'Remove deadletters for good; without force, say what would go',
		effect: 'change',
		params: deadletter.purgeParams,
		result: deadletter.purgeResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER', 'INVALID_STATE', ...CANNOT_WRITE],
	},
	'relay.deadletter.jobs': {
		summary: 'Paced retries: those that run, and those that ended last',
		effect: 'read',
		params: deadletter.jobsParams,
		result: deadletter.jobsResult,
		refusals: [],
	},
	'relay.deadletter.cancel_job': {
		summary: 'End a paced retry; what it has put back stays in the queue',
		effect: 'change',
		params: deadletter.cancelJobParams,
		result: deadletter.cancelJobResult,
		refusals: ['NOT_FOUND', ...CANNOT_WRITE],
	},
	'relay.deadletter.export': {
		summary: 'Note in the audit trail that deadletters are taken out; edgectl does so',
		effect: 'change',
		params: deadletter.exportParams,
		result: deadletter.exportResult,
		refusals: ['UNKNOWN_PEER', ...CANNOT_WRITE],
	},
	'relay.deadletter.import': {
		summary: 'Exported deadletters, with their payloads, into this store; what is here already stays',
		effect: 'change',
		params: imports.importParams,
		result: imports.importResult,
		refusals: [...imports.IMPORT_REFUSALS, ...CANNOT_WRITE],
	},
	'relay.deadletter.import_chunk': {
		summary: 'A piece of a payload that is too large for one line, to be imported afterwards',
		effect: 'change',
		params: imports.importChunkParams,
		result: imports.importChunkResult,
		refusals: ['NOT_FOUND', 'INVALID_STATE', 'TOO_LARGE', 'BUSY', 'SHUTTING_DOWN'],
	},
	'relay.deadletter.force': {
		summary: 'Bury a record that is not settled',
		effect: 'change',
		params: deadletter.forceParams,
		result: deadletter.forceResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER', 'INVALID_STATE', ...CANNOT_WRITE],
	},
} as const satisfies Record<string, MethodContract>;

import type {z} from 'zod';
import {setBandwidthParams, setBandwidthResult} from './bandwidth.js';
import {configGetParams, configGetResult} from './config.js';
import {discoverParams, discoverResult, pingParams, pingResult} from './daemon.js';
import * as deadletter from './deadletter.js';
import {enqueueParams, enqueueResult} from './enqueue.js';
import * as lanes from './lanes.js';
import {inspectParams, inspectResult, listParams, listResult} from './records.js';
import {statusParams, statusResult} from './status.js';

type MethodContract = {readonly summary: string; readonly params: z.ZodType; readonly result: z.ZodType};

/**
 * The control plane: every method, what it takes and what it answers. The server checks parameters with it, client and
 * backend take their types from it, and rpc.discover prints it.
 */
export const contract = {
	'rpc.discover': {
		summary: 'This list, as an OpenRPC document',
		params: discoverParams,
		result: discoverResult,
	},
	'daemon.ping': {summary: 'Is the daemon there, and which one', params: pingParams, result: pingResult},
	'relay.enqueue': {
		summary: 'Make segments durable; all or none',
		params: enqueueParams,
		result: enqueueResult,
	},
	'relay.status': {
		summary: 'Queue depth, bandwidth, storage and peers',
		params: statusParams,
		result: statusResult,
	},
	'relay.list': {summary: 'Records that match, page by page', params: listParams, result: listResult},
	'relay.inspect': {
		summary: 'The records of one segment with their histories',
		params: inspectParams,
		result: inspectResult,
	},
	'relay.config.get': {
		summary: 'Effective configuration and limiter state',
		params: configGetParams,
		result: configGetResult,
	},
	'relay.config.set_bandwidth': {
		summary: 'Change a rate or a quota at once',
		params: setBandwidthParams,
		result: setBandwidthResult,
	},
	'relay.pause': {
		summary: 'Start no delivery until resumed',
		params: lanes.pauseParams,
		result: lanes.pauseResult,
	},
	'relay.resume': {
		summary: 'End a pause or a drain',
		params: lanes.resumeParams,
		result: lanes.resumeResult,
	},
	'relay.drain': {
		summary: 'Refuse new segments and finish the queue',
		params: lanes.drainParams,
		result: lanes.drainResult,
	},
	'relay.deadletter.list': {
		summary: 'Deadletters that match, page by page',
		params: deadletter.deadletterListParams,
		result: deadletter.deadletterListResult,
	},
	'relay.deadletter.inspect': {
		summary: 'One record, dead or not, with its history',
		params: deadletter.deadletterInspectParams,
		result: deadletter.deadletterInspectResult,
	},
	'relay.deadletter.retry': {
		summary: 'Deadletters back into the queue with a fresh budget',
		params: deadletter.retryParams,
		result: deadletter.retryResult,
	},
	'relay.deadletter.purge': {
		summary: 'Remove deadletters for good; without force, say what would go',
		params: deadletter.purgeParams,
		result: deadletter.purgeResult,
	},
	'relay.deadletter.force': {
		summary: 'Bury a record that is not settled',
		params: deadletter.forceParams,
		result: deadletter.forceResult,
	},
} as const satisfies Record<string, MethodContract>;

export type MethodName = keyof typeof contract;
/** What the daemon gets: checked, defaults filled in, ids branded, payloads decoded. */
export type Params<M extends MethodName> = z.output<(typeof contract)[M]['params']>;
/** What a caller writes. */
export type Arguments<M extends MethodName> = z.input<(typeof contract)[M]['params']>;
export type Result<M extends MethodName> = z.output<(typeof contract)[M]['result']>;

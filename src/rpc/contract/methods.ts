import type {z} from 'zod';
import * as audit from './audit.js';
import {setBandwidthParams, setBandwidthResult} from './bandwidth.js';
import {configGetParams, configGetResult} from './config.js';
import {discoverParams, discoverResult, pingParams, pingResult} from './daemon.js';
import {deadletterMethods} from './deadletter-methods.js';
import {enqueueParams, enqueueResult} from './enqueue.js';
import * as events from './events.js';
import * as hold from './hold.js';
import * as lanes from './lanes.js';
import {CANNOT_WRITE, type MethodContract} from './method-contract.js';
import {inspectParams, inspectResult, listParams, listResult} from './records.js';
import * as rollback from './rollback.js';
import {shapeParams, shapeResult} from './shape.js';
import {statusParams, statusResult} from './status.js';
import {whyParams, whyResult} from './why.js';

/**
 * The control plane: every method, what it takes and what it answers. The server checks parameters with it, client and
 * backend take their types from it, and rpc.discover prints it.
 */
export const contract = {
	'rpc.discover': {
		summary: 'This list, as an OpenRPC document',
		effect: 'read',
		params: discoverParams,
		result: discoverResult,
		refusals: [],
	},
	'daemon.ping': {
		summary: 'Is the daemon there, and which one',
		effect: 'read',
		params: pingParams,
		result: pingResult,
		refusals: [],
	},
	'relay.enqueue': {
		summary: 'Make segments durable; all or none',
		effect: 'produce',
		params: enqueueParams,
		result: enqueueResult,
		refusals: ['CONFLICT', 'TOO_LARGE', 'UNKNOWN_PEER', 'QUEUE_FULL', 'DRAINING', 'BUSY', ...CANNOT_WRITE],
	},
	'relay.status': {
		summary: 'Queue depth, bandwidth, storage and peers',
		effect: 'read',
		params: statusParams,
		result: statusResult,
		refusals: [],
	},
	'relay.list': {
		summary: 'Records that match, page by page',
		effect: 'read',
		params: listParams,
		result: listResult,
		refusals: ['UNKNOWN_PEER'],
	},
	'relay.inspect': {
		summary: 'The records of one segment with their histories',
		effect: 'read',
		params: inspectParams,
		result: inspectResult,
		refusals: ['FORBIDDEN', 'NOT_FOUND', 'UNKNOWN_PEER', 'SEGMENT_MISSING', 'TOO_LARGE'],
	},
	'relay.why': {
		summary: 'Why a record, or the queue of a peer, is where it is',
		effect: 'read',
		params: whyParams,
		result: whyResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER'],
	},
	'relay.shape': {
		summary: 'How old is what waits, by peer',
		effect: 'read',
		params: shapeParams,
		result: shapeResult,
		refusals: ['UNKNOWN_PEER', 'BUSY'],
	},
	'relay.config.get': {
		summary: 'Effective configuration and limiter state',
		effect: 'read',
		params: configGetParams,
		result: configGetResult,
		refusals: [],
	},
	'relay.config.set_bandwidth': {
		summary: 'Change a rate or a quota at once',
		effect: 'change',
		params: setBandwidthParams,
		result: setBandwidthResult,
		refusals: ['UNKNOWN_PEER', ...CANNOT_WRITE],
	},
	'relay.pause': {
		summary: 'Start no delivery until resumed',
		effect: 'change',
		params: lanes.pauseParams,
		result: lanes.pauseResult,
		refusals: ['UNKNOWN_PEER', ...CANNOT_WRITE],
	},
	'relay.resume': {
		summary: 'End a pause or a drain',
		effect: 'change',
		params: lanes.resumeParams,
		result: lanes.resumeResult,
		refusals: ['UNKNOWN_PEER', ...CANNOT_WRITE],
	},
	'relay.drain': {
		summary: 'Refuse new segments and finish the queue',
		effect: 'change',
		params: lanes.drainParams,
		result: lanes.drainResult,
		refusals: ['UNKNOWN_PEER', ...CANNOT_WRITE],
	},
	'relay.hold': {
		summary: 'Keep what waits from being sent and from expiring',
		effect: 'change',
		params: hold.holdParams,
		result: hold.holdResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER', 'INVALID_STATE', ...CANNOT_WRITE],
	},
	'relay.release': {
		summary: 'Let what is held go on in its old place',
		effect: 'change',
		params: hold.releaseParams,
		result: hold.releaseResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER', 'INVALID_STATE', ...CANNOT_WRITE],
	},
	'relay.set_priority': {
		summary: 'Let what waits go in another priority class',
		effect: 'change',
		params: hold.setPriorityParams,
		result: hold.setPriorityResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER', 'INVALID_STATE', 'TOO_LARGE', ...CANNOT_WRITE],
	},
	'relay.move': {
		summary: 'Let what waits for one peer, or is buried, go to another',
		effect: 'change',
		params: hold.moveParams,
		result: hold.moveResult,
		refusals: [...hold.MOVE_REFUSALS, ...CANNOT_WRITE],
	},
	'relay.expire': {
		summary: 'Bury what waits as expired now',
		effect: 'change',
		params: hold.expireParams,
		result: hold.expireResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER', 'INVALID_STATE', ...CANNOT_WRITE],
	},
	...deadletterMethods,
	'rollback.preview': {
		summary: 'What a rollback would change, and what to know before',
		effect: 'read',
		params: rollback.previewParams,
		result: rollback.previewResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER'],
	},
	'rollback.execute': {
		summary: 'One act that stops or repairs, and can be named afterwards',
		effect: 'change',
		params: rollback.executeParams,
		result: rollback.executeResult,
		refusals: ['NOT_FOUND', 'UNKNOWN_PEER', 'INVALID_STATE', 'SEGMENT_MISSING', ...CANNOT_WRITE],
	},
	'rollback.undo': {
		summary: 'Everything as it was before a rollback',
		effect: 'change',
		params: rollback.undoParams,
		result: rollback.undoResult,
		refusals: ['NOT_FOUND', 'INVALID_STATE', ...CANNOT_WRITE],
	},
	'audit.query': {
		summary: 'Who did what and when',
		effect: 'read',
		params: audit.auditQueryParams,
		result: audit.auditQueryResult,
		refusals: [],
	},
	'audit.head': {
		summary: 'Where the audit trail ends, to compare it with',
		effect: 'read',
		params: audit.auditHeadParams,
		result: audit.auditHeadResult,
		refusals: [],
	},
	'audit.prune': {
		summary: 'Remove old days of the audit trail',
		effect: 'change',
		params: audit.auditPruneParams,
		result: audit.auditPruneResult,
		refusals: [...CANNOT_WRITE],
	},
	'relay.events.subscribe': {
		summary: 'Be told what happens, as it happens, until the connection ends',
		effect: 'read',
		params: events.subscribeParams,
		result: events.subscribeResult,
		refusals: ['BUSY'],
	},
	'relay.events.unsubscribe': {
		summary: 'Be told no more',
		effect: 'read',
		params: events.unsubscribeParams,
		result: events.unsubscribeResult,
		refusals: [],
	},
} as const satisfies Record<string, MethodContract>;

/** What the daemon sends unasked, to who has subscribed. */
export const notifications = {
	'relay.event': {summary: 'Something happened', params: events.relayEvent},
} as const;

export type {Effect} from './method-contract.js';
export type MethodName = keyof typeof contract;
/** Those that are an operator's acts. */
export type ChangingMethod = {
	[M in MethodName]: (typeof contract)[M]['effect'] extends 'change' ? M : never;
}[MethodName];
/** What the daemon gets: checked, defaults filled in, ids branded, payloads decoded. */
export type Params<M extends MethodName> = z.output<(typeof contract)[M]['params']>;
/** What a caller writes. */
export type Arguments<M extends MethodName> = z.input<(typeof contract)[M]['params']>;
export type Result<M extends MethodName> = z.output<(typeof contract)[M]['result']>;

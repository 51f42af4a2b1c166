import {z} from 'zod';
import {DEADLETTER_REASONS} from '../../outbound/attempts.js';
import {STATES} from '../../outbound/transitions.js';
import {EVENT_KINDS, MAX_EVENT_IDS} from '../event-kinds.js';
import {count, peerId, timestamp} from './fields.js';

const state = z.enum(STATES).exclude(['abandoned']);
const records = {
	kind: z.literal('records'),
	peer_id: z.string(),
	/** `null`: newly enqueued. */
	from: state.nullable(),
	/** `null`: purged, or moved away. */
	to: state.nullable(),
	/** Of what was buried. */
	reason: z.enum(DEADLETTER_REASONS).optional(),
	/** How many in this batch. */
	count: z.int().positive(),
	/** Of some of them. */
	segment_ids: z.array(z.string()).max(MAX_EVENT_IDS),
};
const LINK_STATES = ['unknown', 'up', 'probing', 'down'] as const;
const link = {
	kind: z.literal('link'),
	peer_id: z.string(),
	from: z.enum(LINK_STATES),
	to: z.enum(LINK_STATES),
	error: z.string().optional(),
	/** When the peer is tried again. */
	retry_in_seconds: z.number().nonnegative().optional(),
};
const change = {
	kind: z.literal('change'),
	/** As the audit trail and the log name it, e.g. `relay.paused`, `config.reloaded`. */
	event: z.string(),
	peer_id: z.string().optional(),
	operator: z.string().optional(),
	reason: z.string().optional(),
	facts: z.record(z.string(), z.unknown()),
};
/** A peer that had none has its first one. */
const deadletter = {kind: z.literal('deadletter'), peer_id: z.string()};
const storage = {
	kind: z.literal('storage'),
	/** `degraded`: the store cannot write. */
	state: z.enum(['degraded', 'ok']),
	error: z.string().optional(),
};
const gap = {
	kind: z.literal('gap'),
	/** Events that this subscription has missed, since they were not fetched. */
	lost: z.int().positive(),
	/** How many of each kind. */
	kinds: z.partialRecord(z.enum(EVENT_KINDS), z.int().positive()),
};

const numbered = {
	subscription_id: z.string(),
	/** Counts the events of the subscription from 1, lost ones too; a gap has that of the last one lost. */
	seq: z.int().positive(),
	at: timestamp,
};

/** What a `relay.event` notification carries. */
export const relayEvent = z.discriminatedUnion('kind', [
	z.strictObject({...numbered, ...records}),
	z.strictObject({...numbered, ...link}),
	z.strictObject({...numbered, ...change}),
	z.strictObject({...numbered, ...deadletter}),
	z.strictObject({...numbered, ...storage}),
	z.strictObject({...numbered, ...gap}),
]);

/** Events begin with the answer and end with the connection. */
export const subscribeParams = z.strictObject({
	/** Only what concerns this peer; what concerns none comes all the same. */
	peer_id: peerId.optional(),
	/** All when absent. */
	kinds: z.array(z.enum(EVENT_KINDS)).min(1).optional(),
});
export const subscribeResult = z.strictObject({subscription_id: z.string()});

export const unsubscribeParams = z.strictObject({subscription_id: z.string().min(1).max(64)});
export const unsubscribeResult = z.strictObject({
	/** `false`: the connection has no such subscription. */
	unsubscribed: z.boolean(),
	/** Events that were waiting to be sent and are not sent any more. */
	dropped: count,
});

export type WireEvent = z.output<typeof relayEvent>;
/** An event as the daemon tells it: the subscription adds its own name and number. */
export type EventFacts = WithoutNumber<Exclude<WireEvent, {kind: 'gap'}>>;
type WithoutNumber<Event> = Event extends WireEvent ? Omit<Event, 'subscription_id' | 'seq' | 'at'> : never;

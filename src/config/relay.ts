import {z} from 'zod';
import {MIB} from './byte-size.js';
import {bytes, choice, field, type Kind, seconds, wholeNumber} from './field.js';
import type {Section, SectionOf} from './section.js';

/** In which order of their enqueues the segments of a class are sent. */
export type CatchUpPolicy = 'oldest_first' | 'newest_first' | 'live_first';

/** How many peers must have a segment before it is done: all of its route, one, or so many. */
export type SuccessCondition = 'all_peers' | 'one_peer' | number;

const successCondition: Kind<SuccessCondition> = {
	allowed: '"all_peers", "one_peer" or a whole number of peers',
	schema: z.union([z.enum(['all_peers', 'one_peer']), z.number().int().min(1)]),
	toPlain: value => value,
};

const fields = {
	/** Deliveries at a time that all peers share; each peer has one of its own besides. */
	workerCount: field('worker_count', wholeNumber({min: 1, max: 1024}), 4),
	successCondition: field('success_condition', successCondition, 'all_peers'),
	dialTimeoutMs: field('dial_timeout_seconds', seconds({min: 0.001, max: 3600}), 10),
	/** Counts time without a byte, not a slow link's transfer. */
	ackTimeoutMs: field('ack_timeout_seconds', seconds({min: 0.001, max: 3600}), 30),
	/** Bounds what is being sent to all peers together. */
	maxInflightBytes: field('max_inflight_bytes', bytes({min: 1, max: 1024 * MIB}), '8 MiB'),
	catchUp: field('catch_up', choice(['oldest_first', 'newest_first', 'live_first']), 'oldest_first'),
} as const;

export type RelaySectionConfig = SectionOf<typeof fields>;

export const relaySection: Section<typeof fields> = {
	fields,
	tables: ['retry', 'bandwidth', 'deadletter'],
};

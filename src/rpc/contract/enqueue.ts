import {z} from 'zod';
import {PRIORITIES} from '../../outbound/priorities.js';
import {decodeBase64} from '../base64.js';
import {MAX_SEGMENTS_PER_CALL} from '../limits.js';
import {operator, peerId, segmentId} from './fields.js';

const HUNDRED_YEARS_IN_SECONDS = 100 * 365.25 * 86_400;

/** UTF-8 has no form for half a pair: it would be stored as other bytes than were sent. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A record would leave out a label of this name instead of refusing it. */
export const labels = z.preprocess(
	(written, context) => {
		if (typeof written === 'object' && written !== null && Object.hasOwn(written, '__proto__')) {
			context.addIssue({code: 'custom', path: ['__proto__'], message: 'is no label name'});
		}
		return written;
	},
	z.record(z.string(), z.string()),
);

const writtenSegment = z.strictObject({
	/** edged makes one when absent. */
	segment_id: segmentId.optional(),
	/** One of the two payloads, never both; an empty string is an empty segment. */
	payload_base64: z.string().optional(),
	payload_text: z.string().optional(),
	content_type: z.string().min(1).max(255).optional(),
	labels: labels.optional(),
	/** The default peers when absent. */
	peers: z.array(peerId).max(1024).optional(),
	priority: z.enum(PRIORITIES).optional(),
	expires_in_seconds: z.number().positive().max(HUNDRED_YEARS_IN_SECONDS).optional(),
});

/** The daemon gets `payload` as bytes, whichever way the caller wrote it. */
const segment = writtenSegment.transform(({payload_base64, payload_text, ...rest}, context) => {
	if ((payload_base64 === undefined) === (payload_text === undefined)) {
		context.addIssue({code: 'custom', message: 'give payload_base64 or payload_text, one of the two'});
		return z.NEVER;
	}
	if (payload_text !== undefined && LONE_SURROGATE.test(payload_text)) {
		context.addIssue({
			code: 'custom',
			path: ['payload_text'],
			message: 'is not well-formed Unicode: send other bytes as payload_base64',
		});
		return z.NEVER;
	}
	const payload =
		payload_base64 === undefined ? Buffer.from(payload_text ?? '', 'utf8') : decodeBase64(payload_base64);
	if (payload === undefined) {
		context.addIssue({code: 'custom', path: ['payload_base64'], message: 'is not base64 (RFC 4648)'});
		return z.NEVER;
	}
	return {...rest, payload};
});

/** All or nothing: one refused segment refuses the call. */
export const enqueueParams = z.strictObject({
	segments: z.array(segment).min(1).max(MAX_SEGMENTS_PER_CALL),
	operator: operator.optional(),
});
export const enqueueResult = z.strictObject({
	/** What the fsync that covers the whole call has made of it. */
	durability: z.literal('durable'),
	/** In the order of the call. */
	results: z.array(
		z.strictObject({
			segment_id: z.string(),
			status: z.enum(['accepted', 'duplicate']),
			/** Says so when the first copy of a duplicate is buried. */
			note: z.string().optional(),
		}),
	),
});

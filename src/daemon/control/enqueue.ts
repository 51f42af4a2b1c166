import {EdgedError} from '../../outbound/errors.js';
import {classOf, DEFAULT_PRIORITY} from '../../outbound/priorities.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import {identityOf} from '../../storage/request-codec.js';
import type {Route, SegmentDraft, SegmentIdentity} from '../../storage/store.js';
import type {Parts} from '../parts.js';

type WrittenSegment = Params<'relay.enqueue'>['segments'][number];

/** All or nothing. Nobody is named in the log for it: producers are not operators. */
export const enqueue = async (
	{intake}: Pick<Parts, 'intake'>,
	{segments}: Params<'relay.enqueue'>,
): Promise<Result<'relay.enqueue'>> => {
	const enqueued = await intake.enqueue(
		segments.map(segment => draftOf(segment, intake)),
		'all',
	);
	return {
		durability: enqueued.durability,
		results: segments.map((_, index) => {
			const note = enqueued.note(index);
			return {
				segment_id: enqueued.segmentId(index),
				status: enqueued.status(index) === 'duplicate' ? 'duplicate' : 'accepted',
				...(note !== undefined && {note}),
			};
		}),
	};
};

const draftOf = (segment: WrittenSegment, intake: Parts['intake']): SegmentDraft => ({
	identity: identityFor(segment),
	payload: segment.payload,
	...(segment.content_type !== undefined && {contentType: segment.content_type}),
	...(segment.labels !== undefined && {labels: segment.labels}),
	route: routeFor(segment, intake),
	classNo: classOf(segment.priority ?? DEFAULT_PRIORITY),
	...(segment.expires_in_seconds !== undefined && {
		expiresInMs: Math.max(1, Math.round(segment.expires_in_seconds * 1000)),
	}),
	hops: 0,
});

const identityFor = ({segment_id: id}: WrittenSegment): SegmentIdentity => {
	const identity: SegmentIdentity | undefined = id === undefined ? {kind: 'made'} : identityOf(id);
	if (identity === undefined) {
		const message = `${id} has the form of an id that edged makes, but none has made it`;
		throw new EdgedError('INVALID_ARGUMENT', message);
	}
	return identity;
};

const routeFor = ({peers}: WrittenSegment, intake: Parts['intake']): Route => {
	const route = peers === undefined ? intake.defaultRoute() : intake.route(peers);
	if (route === undefined) {
		throw new EdgedError('UNKNOWN_PEER', 'No peer is a default: name some in peers');
	}
	return route;
};

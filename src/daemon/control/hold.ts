import type {PeerId, SegmentId} from '../../outbound/names.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import type {
	BulkProgress,
	HoldResult,
	HoldVerb,
	OutboundStore,
	WaitingSelector,
} from '../../storage/store.js';
import type {Parts} from '../parts.js';
import {noteChange} from './note-change.js';

type Holding = Pick<Parts, 'store' | 'logger'> & Partial<Pick<Parts, 'events'>>;
type HoldParams = Params<'relay.hold'>;

export const hold = async (parts: Holding, params: HoldParams): Promise<Result<'relay.hold'>> => {
	const {changed: held, ...rest} = await holdOrRelease(parts, 'hold', params);
	return {dry_run: params.dry_run === true, held, ...rest};
};

export const release = async (
	parts: Holding,
	params: Params<'relay.release'>,
): Promise<Result<'relay.release'>> => {
	const {changed: released, ...rest} = await holdOrRelease(parts, 'release', params);
	return {dry_run: params.dry_run === true, released, ...rest};
};

type Done = HoldResult & {readonly next_cursor?: string};

/** Named as the audit trail names them. */
const EVENTS = {hold: 'relay.record.held', release: 'relay.record.released'} as const;

const holdOrRelease = async (parts: Holding, verb: HoldVerb, params: HoldParams): Promise<Done> => {
	const {store} = parts;
	const isDry = params.dry_run === true;
	const done =
		params.all === true
			? await inSteps(store, verb, params)
			: isDry
				? preview(store, verb, params.segment_id, params.peer_id)
				: await store.hold(verb, params.segment_id, params.peer_id);
	if (!isDry && done.changed > 0) {
		noteChange(parts, EVENTS[verb], params, {
			peer_id: params.peer_id ?? null,
			...(params.all === true
				? {priority: params.priority ?? null, label: params.label ?? null}
				: {segment_id: params.segment_id}),
			changed: done.changed,
			refused: done.refused,
		});
	}
	return done;
};

/** Records in one commit: others write in between, and what is done stays done when the daemon stops. */
const STEP = 1000;

/** All that match now, or `limit` of them. */
const inSteps = async (
	store: Pick<OutboundStore, 'holdMatching' | 'previewHold'>,
	verb: HoldVerb,
	params: Extract<HoldParams, {all: true}>,
): Promise<Done> => {
	const step = async (selector: WaitingSelector, limit: number): Promise<BulkProgress> => {
		if (params.dry_run !== true) {
			return store.holdMatching(verb, selector, limit);
		}
		await new Promise(resolve => setImmediate(resolve)); // A look at millions must not keep others waiting.
		return store.previewHold(verb, selector, limit);
	};
	const {limit = Number.POSITIVE_INFINITY} = params;
	let selector = selectorOf(params);
	let [changed, refused, isDone] = [0, 0, false];
	while (!isDone && changed < limit) {
		const progress = await step(selector, Math.min(STEP, limit - changed));
		changed += progress.changed;
		refused += progress.refused;
		isDone = progress.done;
		selector = progress.cursor === undefined ? selector : {...selector, cursor: progress.cursor};
	}
	const isMore = !isDone && selector.cursor !== undefined;
	return {changed, refused, ...(isMore && {next_cursor: selector.cursor})};
};

const selectorOf = ({
	peer_id: peer,
	priority,
	label,
	cursor,
}: Extract<HoldParams, {all: true}>): WaitingSelector => ({
	...(peer !== undefined && {peer}),
	...(priority !== undefined && {priority}),
	...(label !== undefined && {label: {...label, name: label.name.toLowerCase()}}),
	...(cursor !== undefined && {cursor}),
});

const preview = (
	store: Pick<OutboundStore, 'inspect'>,
	verb: HoldVerb,
	segment: SegmentId,
	peer: PeerId | undefined,
): HoldResult => {
	const records = store.inspect(segment, peer);
	const waits = records.filter(({state}) => state === 'scheduled' || state === 'failed');
	return {
		changed: waits.filter(({held}) => held === (verb === 'release')).length,
		refused: records.filter(({state}) => state === 'inflight').length,
	};
};

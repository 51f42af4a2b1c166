import {EdgedError} from '../../outbound/errors.js';
import type {PeerId} from '../../outbound/names.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import {parseTime} from '../../runtime/clock.js';
import type {
	BulkProgress,
	OutboundStore,
	Refusal,
	WaitingChange,
	WaitingSelector,
} from '../../storage/store.js';
import type {Parts} from '../parts.js';
import type {ChangeByHand} from './changed-by-hand.js';
import {noteChange} from './note-change.js';

type Changing = Pick<Parts, 'store' | 'logger'> & Partial<Pick<Parts, 'events' | 'changedByHand'>>;
/** Of all the verbs, as far as they take the same. */
type ChangeParams =
	| Params<'relay.hold'>
	| Params<'relay.move'>
	| Params<'relay.set_priority'>
	| Extract<Params<'relay.deadletter.force'>, {all: true}>;

export const hold = async (parts: Changing, params: Params<'relay.hold'>): Promise<Result<'relay.hold'>> => {
	const {changed: held, ...rest} = await change(parts, 'hold', params);
	return {dry_run: params.dry_run === true, held, ...rest};
};

export const release = async (
	parts: Changing,
	params: Params<'relay.release'>,
): Promise<Result<'relay.release'>> => {
	const {changed: released, ...rest} = await change(parts, 'release', params);
	return {dry_run: params.dry_run === true, released, ...rest};
};

export const setPriority = async (
	parts: Changing,
	params: Params<'relay.set_priority'>,
): Promise<Result<'relay.set_priority'>> => {
	const {changed: reprioritised, ...rest} = await change(parts, {setPriority: params.to}, params);
	return {dry_run: params.dry_run === true, reprioritised, ...rest};
};

/**
 * The records that are moved find a lane: `UNKNOWN_PEER` and `DRAINING` for a peer that takes nothing new. Who shuts a peer's door and
 * waits for what had come in before (`Intake.answered`) waits for them too.
 */
export const move = async (
	parts: Changing & Pick<Parts, 'peers' | 'dispatcher' | 'intake'>,
	params: Params<'relay.move'>,
): Promise<Result<'relay.move'>> => {
	const {peer_id: from, to_peer_id: to} = params;
	if (from === to) {
		throw new EdgedError('INVALID_ARGUMENT', `to_peer_id is ${from}, where the records are already`);
	}
	if (params.all === true && params.buried_for !== undefined && params.state !== 'deadletter') {
		throw new EdgedError('INVALID_ARGUMENT', 'buried_for goes with state deadletter');
	}
	const enter: Enter = commit =>
		parts.intake.arriving(async () => {
			takesNew(parts, to);
			return commit();
		});
	takesNew(parts, to); // A dry run says so too.
	const {changed: moved, ...rest} = await change(parts, {moveTo: to}, params, enter);
	return {dry_run: params.dry_run === true, moved, ...rest};
};

export const expire = async (
	parts: Changing & Pick<Parts, 'buriedOrFreed'>,
	params: Params<'relay.expire'>,
): Promise<Result<'relay.expire'>> => {
	const {changed: expired, ...rest} = await change(parts, 'expire', params);
	if (params.dry_run !== true && expired > 0) {
		parts.buriedOrFreed();
	}
	return {dry_run: params.dry_run === true, expired, ...rest};
};

const takesNew = ({peers, dispatcher}: Pick<Parts, 'peers' | 'dispatcher'>, id: PeerId): void => {
	const {no} = peers.find(id);
	if (peers.isLeaving(no)) {
		throw new EdgedError('DRAINING', `${id} is being removed from the configuration`, {peer_id: id});
	}
	if (dispatcher.isDraining(no)) {
		throw new EdgedError('DRAINING', `${id} is being drained and takes nothing new`, {peer_id: id});
	}
};

type Because = Partial<Record<Refusal, number>>;
type Done = {
	readonly changed: number;
	readonly refused: number;
	readonly refused_because?: Because;
	readonly next_cursor?: string;
};

/** As the control plane's other changes, but in its own words: what of a selector waits becomes a deadletter `FORCED`. */
export const forceMatching = (
	parts: Changing,
	params: Extract<Params<'relay.deadletter.force'>, {all: true}>,
): Promise<Done> => change(parts, 'force', params);

/** Each commit is made through it: it rejects when the work must not go on. */
type Enter = <Result>(commit: () => Promise<Result>) => Promise<Result>;

const change = async (
	parts: Changing,
	verb: WaitingChange,
	params: ChangeParams,
	enter: Enter = commit => commit(),
): Promise<Done> => {
	const done = await changeOneOrAll(parts, verb, params, enter);
	if (params.dry_run !== true && done.changed > 0) {
		const {segment_id, priority, label, to, to_peer_id} = params as Readonly<Record<string, unknown>>;
		const asked = Object.entries({segment_id, priority, label, to, to_peer_id});
		if (verb !== 'force') {
			parts.changedByHand?.add(nameOf(verb), done.changed);
		}
		noteChange(parts, eventOf(verb), params, {
			peer_id: params.peer_id ?? null,
			...Object.fromEntries(asked.filter(([, value]) => value !== undefined)),
			changed: done.changed,
			refused: done.refused,
		});
	}
	return done;
};

/** As the audit trail names them. */
const eventOf = (verb: WaitingChange): string =>
	verb === 'force' ? 'relay.deadletter.forced' : `relay.record.${nameOf(verb)}`;

const nameOf = (verb: Exclude<WaitingChange, 'force'>): ChangeByHand => {
	if (typeof verb === 'string') {
		return ({hold: 'held', release: 'released', expire: 'expired'} as const)[verb];
	}
	return 'moveTo' in verb ? 'moved' : 'reprioritised';
};

const changeOneOrAll = async (
	{store}: Changing,
	verb: WaitingChange,
	params: ChangeParams,
	enter: Enter,
): Promise<Done> => {
	if (params.all === true) {
		return inSteps(store, verb, params, enter);
	}
	const isDry = params.dry_run === true;
	const done = isDry
		? store.previewChange(verb, params.segment_id, params.peer_id)
		: await enter(() => store.change(verb, params.segment_id, params.peer_id));
	const {changed, refused, because} = done;
	return {changed, refused, ...(because !== undefined && {refused_because: because})};
};

/** Records in one commit: others write in between, and what is done stays done when the daemon stops. */
const STEP = 1000;

/** All that match now, or `limit` of them. */
const inSteps = async (
	store: Pick<OutboundStore, 'changeMatching' | 'previewMatching'>,
	verb: WaitingChange,
	params: Extract<ChangeParams, {all: true}>,
	enter: Enter,
): Promise<Done> => {
	const step = async (selector: WaitingSelector, limit: number): Promise<BulkProgress> => {
		if (params.dry_run !== true) {
			return enter(() => store.changeMatching(verb, selector, limit));
		}
		await new Promise(resolve => setImmediate(resolve)); // A look at millions must not keep others waiting.
		return store.previewMatching(verb, selector, limit);
	};
	const {limit = Number.POSITIVE_INFINITY} = params;
	const why: Because = {};
	let selector = selectorOf(params);
	let [changed, refused, isDone] = [0, 0, false];
	while (!isDone && changed < limit) {
		const progress = await step(selector, Math.min(STEP, limit - changed));
		changed += progress.changed;
		refused += progress.refused;
		for (const [reason, count] of Object.entries(progress.because ?? {})) {
			why[reason as Refusal] = (why[reason as Refusal] ?? 0) + count;
		}
		isDone = progress.done;
		selector = progress.cursor === undefined ? selector : {...selector, cursor: progress.cursor};
	}
	const isMore = !isDone && selector.cursor !== undefined;
	return {
		changed,
		refused,
		...(refused > 0 && {refused_because: why}),
		...(isMore && {next_cursor: selector.cursor}),
	};
};

const selectorOf = (params: Extract<ChangeParams, {all: true}>): WaitingSelector => {
	const {peer_id: peer, priority, label, state, since, before, cursor} = params;
	const reason = 'buried_for' in params ? params.buried_for : undefined;
	return {
		...(peer !== undefined && {peer}),
		...(priority !== undefined && {priority}),
		...(label !== undefined && {label: {...label, name: label.name.toLowerCase()}}),
		...(state !== undefined && {state}),
		...(reason !== undefined && {reason}),
		...(since !== undefined && {since: parseTime(since)}),
		...(before !== undefined && {before: parseTime(before)}),
		...(cursor !== undefined && {cursor}),
	};
};

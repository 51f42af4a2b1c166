import type {Params, Result} from '../../rpc/contract/methods.js';
import {parseTime} from '../../runtime/clock.js';
import type {BulkProgress, DeadletterSelector} from '../../storage/store.js';
import type {Parts} from '../parts.js';
import {pageView, recordView} from '../views/record-view.js';
import {noteChange} from './note-change.js';
import {findRecords} from './records.js';

export const listDeadletters = (
	{store}: Pick<Parts, 'store'>,
	{limit, ...params}: Params<'relay.deadletter.list'>,
): Result<'relay.deadletter.list'> => {
	const {cursor, ...filter} = selectorOf(params);
	return pageView(
		store.list({...filter, state: 'deadletter'}, {limit, ...(cursor !== undefined && {cursor})}),
	);
};

export const inspectDeadletter = (
	{store}: Pick<Parts, 'store'>,
	{segment_id, peer_id}: Params<'relay.deadletter.inspect'>,
): Result<'relay.deadletter.inspect'> => recordView(findRecords(store, segment_id, peer_id)[0]);

type Changing = Pick<Parts, 'store' | 'logger' | 'nudgeTending'>;

export const retry = async (
	parts: Changing,
	params: Params<'relay.deadletter.retry'>,
): Promise<Result<'relay.deadletter.retry'>> => {
	const {store} = parts;
	if (params.all !== true) {
		const {segment_id, peer_id} = params;
		await store.retry(segment_id, peer_id);
		noteChange(parts, 'relay.deadletter.retried', params, {segment_id, peer_id});
		return {retried: 1, refused: 0};
	}
	const {changed, refused, cursor} = await inSteps(
		params,
		store.countMatching(selectorOf(params)),
		(selector, limit) => store.retryMatching(selector, limit),
	);
	noteBulk(parts, 'relay.deadletter.retried', params, {retried: changed, refused});
	return {retried: changed, refused, ...(cursor !== undefined && {next_cursor: cursor})};
};

export const purge = async (
	parts: Changing,
	params: Params<'relay.deadletter.purge'>,
): Promise<Result<'relay.deadletter.purge'>> => {
	const {store} = parts;
	if (params.all !== true) {
		return purgeOne(parts, params);
	}
	if (params.force !== true) {
		return {dry_run: true, would_purge: store.countMatching(selectorOf(params))};
	}
	const {changed, cursor} = await inSteps(
		params,
		store.countMatching(selectorOf(params)),
		(selector, limit) => store.purgeMatching(selector, limit),
	);
	parts.nudgeTending();
	noteBulk(parts, 'relay.deadletter.purged', params, {purged: changed});
	return {dry_run: false, purged: changed, ...(cursor !== undefined && {next_cursor: cursor})};
};

const purgeOne = async (
	parts: Changing,
	params: Exclude<Params<'relay.deadletter.purge'>, {all: true}>,
): Promise<Result<'relay.deadletter.purge'>> => {
	const {segment_id, peer_id} = params;
	if (params.force !== true) {
		const [{state}] = findRecords(parts.store, segment_id, peer_id);
		return {dry_run: true, would_purge: state === 'deadletter' ? 1 : 0};
	}
	await parts.store.purge(segment_id, peer_id);
	parts.nudgeTending();
	noteChange(parts, 'relay.deadletter.purged', params, {segment_id, peer_id});
	return {dry_run: false, purged: 1};
};

export const force = async (
	parts: Changing,
	params: Params<'relay.deadletter.force'>,
): Promise<Result<'relay.deadletter.force'>> => {
	const {segment_id, peer_id, operator, reason} = params;
	const note = [operator, reason].filter(part => part !== undefined).join(': ');
	const forced = await parts.store.force(segment_id, peer_id, note);
	if (forced) {
		noteChange(parts, 'relay.deadletter.forced', params, {segment_id, peer_id});
	}
	return {forced, state: 'deadletter'};
};

type SelectorParams = {
	readonly peer_id?: DeadletterSelector['peer'] | undefined;
	readonly reason?: DeadletterSelector['reason'] | undefined;
	readonly since?: string | undefined;
	readonly cursor?: string | undefined;
};

const selectorOf = ({peer_id: peer, reason, since, cursor}: SelectorParams): DeadletterSelector => ({
	...(peer !== undefined && {peer}),
	...(reason !== undefined && {reason}),
	...(since !== undefined && {since: parseTime(since)}),
	...(cursor !== undefined && {cursor}),
});

/** Records in one commit: others write in between. */
const STEP = 1000;

type Changes = Pick<BulkProgress, 'changed' | 'refused' | 'cursor'>;

/**
 * Changes what matches, at most `limit` and never more than matched at the beginning: what is buried again meanwhile would
 * otherwise be met again and again. `cursor` is there when the limit left something.
 */
const inSteps = async (
	params: SelectorParams & {readonly limit?: number | undefined},
	matching: number,
	step: (selector: DeadletterSelector, limit: number) => Promise<BulkProgress>,
): Promise<Changes> => {
	const most = Math.min(params.limit ?? matching, matching);
	let selector = selectorOf(params);
	let changed = 0;
	let refused = 0;
	while (changed + refused < most) {
		const progress = await step(selector, Math.min(STEP, most - changed - refused));
		changed += progress.changed;
		refused += progress.refused;
		if (progress.done || progress.cursor === undefined) {
			return {changed, refused, cursor: undefined};
		}
		selector = {...selector, cursor: progress.cursor};
	}
	return {changed, refused, cursor: most < matching ? selector.cursor : undefined};
};

const noteBulk = (
	parts: Changing,
	event: string,
	{
		peer_id,
		reason: of,
		since,
		operator,
		note,
	}: SelectorParams & {operator?: string | undefined; note?: string | undefined},
	done: Readonly<Record<string, number>>,
): void => {
	const selected = {peer_id: peer_id ?? null, deadletter_reason: of ?? null, since: since ?? null};
	noteChange(parts, event, {operator, reason: note}, {...selected, ...done});
};

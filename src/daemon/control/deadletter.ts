import type {BulkResult, DeadletterDesk} from '../../deadletter/desk.js';
import type {Params, Result} from '../../rpc/contract/methods.js';
import {PAYLOADLESS_REASONS} from '../../storage/release-block.js';
import type {Parts} from '../parts.js';
import {pageView, recordView} from '../views/record-view.js';
import {beginJob} from './deadletter-jobs.js';
import {type SelectorParams, selectedFacts, selectorOf, tallyView, totalOf} from './deadletter-selector.js';
import {forceAll} from './force-all.js';
import {noteChange} from './note-change.js';

type Desk = {readonly desk: DeadletterDesk} & Pick<Parts, 'clock'>;
/** `buriedOrFreed`: there may be a first deadletter, or payloads that nobody needs any more. */
type Changing = Desk & Pick<Parts, 'logger' | 'buriedOrFreed' | 'store' | 'replays'>;
type Burying = Changing & Pick<Parts, 'dispatcher'>;

export const listDeadletters = (
	{desk, clock}: Desk,
	{limit, ...params}: Params<'relay.deadletter.list'>,
): Result<'relay.deadletter.list'> => pageView(desk.list(selectorOf(params, clock), limit));

export const inspectDeadletter = (
	{desk}: Pick<Desk, 'desk'>,
	{segment_id, peer_id}: Params<'relay.deadletter.inspect'>,
): Result<'relay.deadletter.inspect'> => recordView(desk.inspect(segment_id, peer_id));

export const retry = async (
	parts: Changing,
	params: Params<'relay.deadletter.retry'>,
): Promise<Result<'relay.deadletter.retry'>> => {
	const {desk, clock} = parts;
	if (params.dry_run === true) {
		return previewRetry(parts, params);
	}
	if (params.all !== true) {
		const {segment_id, peer_id} = params;
		await desk.retry(segment_id, peer_id);
		noteChange(parts, 'relay.deadletter.retried', params, {segment_id, peer_id});
		return {retried: 1, refused: 0};
	}
	const {rate_per_second: rate} = params;
	if (rate !== undefined) {
		return beginJob(parts, {...params, rate_per_second: rate});
	}
	const result = await desk.retryMatching(selectorOf(params, clock), params.limit);
	const {changed: retried, refused} = result;
	noteBulk(parts, 'relay.deadletter.retried', params, {retried, refused});
	return {retried, refused, ...cursorOf(result)};
};

const previewRetry = async (
	{desk, clock}: Desk,
	params: Params<'relay.deadletter.retry'>,
): Promise<Result<'relay.deadletter.retry'>> => {
	const tally = await (params.all === true
		? desk.tally(selectorOf(params, clock))
		: desk.tallyOne(params.segment_id, params.peer_id));
	const lost = totalOf(tally.filter(({reason}) => PAYLOADLESS_REASONS.includes(reason)));
	return {
		dry_run: true,
		would_retry: totalOf(tally) - lost,
		would_refuse: lost,
		matching: tallyView(tally),
	};
};

export const purge = async (
	parts: Changing,
	params: Params<'relay.deadletter.purge'>,
): Promise<Result<'relay.deadletter.purge'>> => {
	const {desk, clock} = parts;
	if (params.force !== true || params.dry_run === true) {
		const tally = await (params.all === true
			? desk.tally(selectorOf(params, clock))
			: desk.tallyOne(params.segment_id, params.peer_id));
		const most = (params.all === true && params.limit) || Number.POSITIVE_INFINITY;
		return {dry_run: true, would_purge: Math.min(most, totalOf(tally)), matching: tallyView(tally)};
	}
	if (params.all !== true) {
		return purgeOne(parts, params);
	}
	const selector = selectorOf(params, clock);
	const result = await desk.purgeMatching(selector, params.limit);
	parts.buriedOrFreed();
	noteBulk(parts, 'relay.deadletter.purged', params, {purged: result.changed});
	return {dry_run: false, purged: result.changed, ...cursorOf(result)};
};

const purgeOne = async (
	parts: Changing,
	params: Exclude<Params<'relay.deadletter.purge'>, {all: true}>,
): Promise<Result<'relay.deadletter.purge'>> => {
	const {desk} = parts;
	const {segment_id, peer_id} = params;
	await desk.purge(segment_id, peer_id);
	parts.buriedOrFreed();
	noteChange(parts, 'relay.deadletter.purged', params, {segment_id, peer_id});
	return {dry_run: false, purged: 1};
};

export const force = async (
	parts: Burying,
	params: Params<'relay.deadletter.force'>,
): Promise<Result<'relay.deadletter.force'>> => {
	if (params.all === true) {
		return forceAll(parts, params);
	}
	const {segment_id, peer_id, operator, reason} = params;
	if (params.dry_run === true) {
		return {dry_run: true, would_force: parts.desk.wouldForce(segment_id, peer_id)};
	}
	const note = [operator, reason].filter(part => part !== undefined).join(': ');
	const forced = await parts.desk.force(segment_id, peer_id, note);
	if (forced) {
		parts.buriedOrFreed();
		noteChange(parts, 'relay.deadletter.forced', params, {segment_id, peer_id});
	}
	return {forced, state: 'deadletter'};
};

const cursorOf = ({cursor}: BulkResult): {readonly next_cursor?: string} =>
	cursor === undefined ? {} : {next_cursor: cursor};

type Words = {readonly operator?: string | undefined; readonly note?: string | undefined};

/** In a selector `reason` is that of the deadletters, so the operator's is the `note`. */
const noteBulk = (
	parts: Changing,
	event: string,
	{operator, note, ...selector}: SelectorParams & Words,
	done: Readonly<Record<string, number>>,
): void => {
	noteChange(parts, event, {operator, reason: note}, {...selectedFacts(selector), ...done});
};

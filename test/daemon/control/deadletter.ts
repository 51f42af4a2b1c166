import test, {type ExecutionContext} from 'ava';
import {purge, retry} from '../../../src/daemon/control/deadletter.js';
import type {Parts} from '../../../src/daemon/parts.js';
import type {BulkProgress, DeadletterSelector} from '../../../src/storage/store.js';
import {loggerWithLines} from '../../helpers/log-lines.js';

/** A store with so many deadletters, of which every `refusedEvery`-th cannot be retried. */
const fixture = (t: ExecutionContext, count: number, refusedEvery = Number.POSITIVE_INFINITY) => {
	const {logger, lines} = loggerWithLines();
	const steps: Array<{selector: DeadletterSelector; limit: number}> = [];
	let nudges = 0;
	const step = async (selector: DeadletterSelector, limit: number): Promise<BulkProgress> => {
		t.true(limit > 0);
		steps.push({selector, limit});
		const from = Number(selector.cursor ?? 0);
		const to = Math.min(count, from + limit);
		let refused = 0;
		for (let at = from; at < to; at++) {
			refused += (at + 1) % refusedEvery === 0 ? 1 : 0;
		}
		return {changed: to - from - refused, refused, cursor: String(to), done: to === count};
	};
	const store = {countMatching: () => count, retryMatching: step, purgeMatching: step};
	const parts = {store: store as unknown as Parts['store'], logger, nudgeTending: () => nudges++};
	return {parts, steps, lines, nudges: () => nudges};
};

test('all that match are retried in steps of 1,000, and one line tells of it', async t => {
	const {parts, steps, lines} = fixture(t, 2500);
	const since = '2026-01-01T00:00:00Z';
	const params = {all: true, reason: 'MAX_RETRIES', since, operator: 'mia', note: 'hub is back'} as const;
	t.deepEqual(await retry(parts, params), {retried: 2500, refused: 0});
	t.deepEqual(
		steps.map(({selector, limit}) => [selector.reason, selector.since, selector.cursor, limit]),
		[
			['MAX_RETRIES', Date.UTC(2026), undefined, 1000],
			['MAX_RETRIES', Date.UTC(2026), '1000', 1000],
			['MAX_RETRIES', Date.UTC(2026), '2000', 500],
		],
	);
	t.is(lines().length, 1);
	t.like(lines()[0], {
		level: 'info',
		event: 'relay.deadletter.retried',
		operator: 'mia',
		reason: 'hub is back',
		deadletter_reason: 'MAX_RETRIES',
		retried: 2500,
	});
});

test('what cannot be retried is counted apart', async t => {
	const {parts} = fixture(t, 1500, 10);
	t.deepEqual(await retry(parts, {all: true}), {retried: 1350, refused: 150});
});

test('a limit leaves a cursor, with which the next call goes on', async t => {
	const {parts} = fixture(t, 2500);
	const first = await purge(parts, {all: true, force: true, limit: 2000});
	t.deepEqual(first, {dry_run: false, purged: 2000, next_cursor: '2000'});
});

test('without force a purge changes nothing and says what would go', async t => {
	const {parts, steps, lines, nudges} = fixture(t, 42);
	t.deepEqual(await purge(parts, {all: true}), {dry_run: true, would_purge: 42});
	t.deepEqual([steps.length, lines().length, nudges()], [0, 0, 0]);
});

test('a purge has the retention look after what it left', async t => {
	const {parts, nudges} = fixture(t, 3);
	t.deepEqual(await purge(parts, {all: true, force: true}), {dry_run: false, purged: 3});
	t.is(nudges(), 1);
});

test('nothing that matches is nothing to do', async t => {
	const {parts, steps} = fixture(t, 0);
	t.deepEqual(await retry(parts, {all: true}), {retried: 0, refused: 0});
	t.is(steps.length, 0);
});

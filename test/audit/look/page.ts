import {appendFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type {AuditFilter} from '../../../src/audit/look/filter.js';
import {type AuditOrder, auditPage} from '../../../src/audit/look/page.js';
import type {EpochMs} from '../../../src/outbound/units.js';
import {DAY_MS, writeTrail} from '../../helpers/audit/write-trail.js';
import {temporaryDirectory} from '../../helpers/temp-dir.js';

/** Everything, page by page. */
const allOf = async (
	directory: string,
	order: AuditOrder,
	limit: number,
	filter: AuditFilter = {},
): Promise<number[]> => {
	const found: number[] = [];
	let cursor: string | undefined;
	do {
		const page = await auditPage(directory, filter, {order, limit, cursor});
		found.push(...page.events.map(({seq}) => seq));
		({cursor} = page);
	} while (cursor !== undefined);
	return found;
};

test('pages of any size give every record once, in either order', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [5, 1, 7]);
	const seqs = Array.from({length: 13}, (_, index) => index + 1);
	for (const limit of [1, 2, 5, 6, 13, 100]) {
		t.deepEqual(await allOf(directory, 'oldest_first', limit), seqs, `${limit}`);
		t.deepEqual(await allOf(directory, 'newest_first', limit), seqs.toReversed(), `${limit}`);
	}
});

test('what is appended between two pages is neither seen twice nor in the way', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [4]);
	const {events, cursor} = await auditPage(directory, {}, {order: 'newest_first', limit: 2});
	await writeTrail(directory, [2]);
	const next = await auditPage(directory, {}, {order: 'newest_first', limit: 10, cursor});
	t.deepEqual(
		[...events, ...next.events].map(({seq}) => seq),
		[4, 3, 2, 1],
	);
});

test('filters must all hold, and times are inclusive', async t => {
	const directory = await temporaryDirectory(t);
	const clock = await writeTrail(directory, [2, 2]);
	const second = (clock.now() - 2) as EpochMs; // Of the third record.
	t.deepEqual(await allOf(directory, 'oldest_first', 9, {from: second}), [3, 4]);
	t.deepEqual(await allOf(directory, 'oldest_first', 9, {from: second, to: second}), [3]);
	t.deepEqual(await allOf(directory, 'oldest_first', 9, {to: (second - DAY_MS - 1) as EpochMs}), [1, 2]);
	t.deepEqual(await allOf(directory, 'oldest_first', 9, {actor: 'mia', outcome: 'failure'}), []);
	t.deepEqual(
		await allOf(directory, 'oldest_first', 9, {event: 'relay.paused', category: 'relay'}),
		[1, 2, 3, 4],
	);
});

test('lines longer than a piece that is read at a time come whole', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [300, 300]);
	const {events} = await auditPage(directory, {}, {order: 'newest_first', limit: 1000});
	t.is(events.length, 600);
	t.is(events[0]?.seq, 600);
});

test('what is no line is counted and left out, an unfinished one is passed over', async t => {
	const directory = await temporaryDirectory(t);
	await writeTrail(directory, [2]);
	const [name = ''] = readdirSync(directory);
	appendFileSync(path.join(directory, name), `nonsense\n${'y'.repeat(500_000)}\n{"seq`);
	for (const order of ['newest_first', 'oldest_first'] as const) {
		const page = await auditPage(directory, {}, {order, limit: 10});
		t.like(page, {unreadable: 2, examined: 4, cursor: undefined});
		t.is(page.events.length, 2);
	}
});

for (const cursor of ['', 'x', '2026-01-01', '2026-01-01.-5', '../../etc.5']) {
	test(`"${cursor}" is refused as a cursor`, async t => {
		const directory = await temporaryDirectory(t);
		await t.throwsAsync(auditPage(directory, {}, {order: 'newest_first', limit: 1, cursor}), {
			code: 'INVALID_ARGUMENT',
		});
	});
}

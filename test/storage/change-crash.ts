import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {fsck} from '../../src/daemon/fsck/fsck.js';
import type {SegmentId} from '../../src/outbound/names.js';
import {systemClock} from '../../src/runtime/clock.js';
import {findViolations} from '../../src/storage/invariant.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {CHANGE_PEERS, ChangeSteps} from '../helpers/change-steps.js';
import {openTestStore, testSettings} from '../helpers/store-fixture.js';
import {temporaryDirectory} from '../helpers/temp-dir.js';

const CHILD = fileURLToPath(new URL('../helpers/change-child.js', import.meta.url));
const ROUNDS = Number(process.env['EDGED_CRASH_ROUNDS'] ?? 10);

/** Every record, in words; of one that is listed twice, two. */
const recordsOf = (store: LmdbStore): readonly string[] => {
	const found: string[] = [];
	let cursor: string | undefined;
	do {
		const page = store.list({}, {limit: 500, ...(cursor !== undefined && {cursor})});
		for (const {
			segmentId,
			peerId,
			state,
			priority,
			held,
			reason,
			chargedFailures,
			attempts,
		} of page.records) {
			const outcomes = attempts.map(({outcome}) => outcome);
			found.push([segmentId, peerId, state, priority, held, reason, chargedFailures, ...outcomes].join(' '));
		}
		cursor = page.nextCursor;
	} while (cursor !== undefined);
	return found.sort();
};

/** Lets a process do steps until it has said that so many are done, and kills it somewhere behind that; how many it said. */
const oneLife = async (
	t: ExecutionContext,
	directory: string,
	round: number,
	steps: number,
): Promise<number> => {
	const child = spawn(process.execPath, [CHILD, directory, String(round)], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	t.teardown(() => child.kill('SIGKILL'));
	let [output, errors] = ['', ''];
	child.stderr.on('data', (piece: Buffer) => {
		errors += piece.toString();
	});
	child.stdout.on('data', (piece: Buffer) => {
		output += piece.toString();
		if (output.split('\n').length > steps) {
			child.kill('SIGKILL');
		}
	});
	const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
	t.is(signal, 'SIGKILL', errors);
	return output.split('\n').length - 1;
};

/** What a store that was like `before` is after so many steps of the round and a restart. */
const after = async (t: ExecutionContext, before: string, round: number, count: number) => {
	const directory = await temporaryDirectory(t);
	cpSync(before, directory, {recursive: true});
	const store = await openTestStore(directory, systemClock);
	const steps = new ChangeSteps(store, round);
	for (let at = 0; at < count; at++) {
		await steps.step();
	}
	await store.close();
	const again = await openTestStore(directory, systemClock);
	const records = recordsOf(again);
	await again.close();
	return {records, routes: steps.routes, changed: steps.changed};
};

test(`${ROUNDS} processes killed while they change, move and expire in bulk: the steps they acknowledged are done, the next wholly or not at all`, async t => {
	t.timeout(60_000 + ROUNDS * 20_000);
	const directory = await temporaryDirectory(t);
	const first = await openTestStore(directory, systemClock);
	await first.registerPeers(CHANGE_PEERS);
	await first.close();
	const routes = new Map<SegmentId, number>();
	const changed = new Map<string, number>();
	for (let round = 0; round < ROUNDS; round++) {
		const before = await temporaryDirectory(t);
		cpSync(directory, before, {recursive: true});
		const said = await oneLife(t, directory, round, 20 + ((round * 37) % 80));
		const report = await fsck(
			{repair: false, exportDirectory: undefined},
			{stateDirectory: directory, settings: testSettings, clock: systemClock, pid: process.pid},
		);
		t.is(report.verdict, 'clean', JSON.stringify(report));
		const store = await openTestStore(directory, systemClock);
		t.deepEqual(findViolations(store.handles), [], `round ${round}`);
		t.false(
			readdirSync(directory).some(name => name.startsWith('queue-')),
			'a kill is never taken for damage',
		);
		const records = recordsOf(store);
		await store.close();
		const done = await after(t, before, round, said);
		const isDone = JSON.stringify(records) === JSON.stringify(done.records);
		const expected = isDone ? done : await after(t, before, round, said + 1);
		t.deepEqual(records, expected.records, `round ${round}: ${said} steps acknowledged`);
		for (const [id, peers] of expected.routes) {
			routes.set(id, peers);
		}
		for (const [verb, count] of expected.changed) {
			changed.set(verb, (changed.get(verb) ?? 0) + count);
		}
		t.deepEqual(countsOf(records), Object.fromEntries(routes), 'each at one place, and none gone');
	}
	for (const verb of ['setPriority', 'moveTo', 'expire']) {
		t.true((changed.get(verb) ?? 0) > ROUNDS, `${verb}: ${changed.get(verb)}`);
	}
	t.log(`${routes.size} segments, changed: ${JSON.stringify(Object.fromEntries(changed))}`);
});

/** How many records there are of each segment. */
const countsOf = (records: readonly string[]): Readonly<Record<string, number>> => {
	const counts: Record<string, number> = {};
	for (const record of records) {
		const [id = ''] = record.split(' ');
		counts[id] = (counts[id] ?? 0) + 1;
	}
	return counts;
};

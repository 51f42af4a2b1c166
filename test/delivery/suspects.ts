import test from 'ava';
import fc from 'fast-check';
import {
	afterAnswer,
	afterBreak,
	afterLoneBreak,
	afterNothingLeft,
	afterPartTaken,
	type Break,
	doubtsPeer,
	isApart,
	mayServeOthers,
	type Suspicion,
	suspectCount,
	UNSUSPECTED,
} from '../../src/delivery/suspects.js';
import type {Lease} from '../../src/storage/store.js';
import {holds} from '../helpers/holds.js';
import {numberedLease} from '../helpers/leases.js';

const LEASE_ENTRIES = 4096;

/** Sends a queue whose poisons break every request they are in, one at a time; says what was charged and who was sent how often. */
const search = (count: number, poisons: ReadonlySet<number>) => {
	const waiting = new Set(Array.from({length: count}, (_, index) => index));
	const sends = new Map<number, number>();
	const held = new Map<Lease, readonly number[]>();
	let suspicion: Suspicion = UNSUSPECTED;
	let requests = 0;
	const charged: number[] = [];
	while (waiting.size > 0 && requests < 10_000) {
		const [set] = suspicion.sets;
		const from = set === undefined ? [...waiting] : (held.get(set.lease) ?? []);
		const request = from.filter(entry => waiting.has(entry)).slice(0, set?.part ?? LEASE_ENTRIES);
		if (set !== undefined) {
			suspicion = request.length === 0 ? afterNothingLeft(suspicion, set) : afterPartTaken(suspicion, set);
		}
		if (request.length === 0) {
			continue;
		}
		requests += 1;
		for (const entry of request) {
			sends.set(entry, (sends.get(entry) ?? 0) + 1);
		}
		const searching = set !== undefined;
		if (!request.some(entry => poisons.has(entry))) {
			suspicion = afterAnswer(suspicion);
			for (const entry of request) {
				waiting.delete(entry);
			}
		} else if (searching && request.length === 1) {
			suspicion = afterLoneBreak(suspicion);
			charged.push(...request);
			waiting.delete(request[0] as number);
		} else {
			const lease = numberedLease(1);
			held.set(lease, request);
			const broke: Break = {lease, entries: request.length, requests: 'shared', searching};
			suspicion = afterBreak(suspicion, broke, 'well');
		}
	}
	const innocent = [...sends].filter(([entry]) => !poisons.has(entry)).map(([, times]) => times);
	return {charged, requests, mostSent: Math.max(0, ...innocent)};
};

test('the one poison among 4,096 is charged, nobody else, and a neighbour is sent four times at most', t => {
	for (const at of [0, 1, 2047, 2048, 4000, 4095]) {
		const {charged, requests, mostSent} = search(4096, new Set([at]));
		t.deepEqual(charged, [at]);
		t.true(requests <= 32 + 32 + 4 + 1, `${requests} requests for a poison at ${at}`);
		t.true(mostSent <= 4, `${mostSent}`);
	}
});

test('any poisons are each charged, and only they; no neighbour is sent more than four times', t => {
	holds(
		fc.property(
			fc.integer({min: 1, max: 6000}),
			fc.array(fc.nat(5999), {maxLength: 20}),
			(count, positions) => {
				const poisons = new Set(positions.filter(position => position < count));
				const {charged, mostSent} = search(count, poisons);
				return charged.length === poisons.size && charged.every(entry => poisons.has(entry)) && mostSent <= 4;
			},
		),
		{numRuns: 200},
	);
	t.pass();
});

const shared = (entries: number, searching = false): Break => ({
	lease: numberedLease(1),
	entries,
	requests: 'shared',
	searching,
});

test('what broke is sent again in 32 parts, and what broke of these is searched first', t => {
	let suspicion = afterBreak(UNSUSPECTED, shared(4096), 'well');
	suspicion = afterBreak(suspicion, shared(100), 'well');
	t.deepEqual(
		suspicion.sets.map(({part}) => part),
		[128, 4],
	);
	suspicion = afterBreak(suspicion, shared(128, true), 'well');
	t.deepEqual(
		suspicion.sets.map(({part}) => part),
		[4, 128, 4],
	);
	t.is(suspectCount(suspicion), 128);
	t.true(mayServeOthers(suspicion));
});

test('of requests of their own exactly those that broke are sent alone; what follows them is not suspected', t => {
	let suspicion = afterBreak(UNSUSPECTED, {...shared(2), requests: 'own'}, 'well');
	t.like(suspicion.sets[0], {part: 1, parts: 2});
	for (const left of [1, 0]) {
		const [set] = suspicion.sets;
		suspicion = set === undefined ? suspicion : afterPartTaken(suspicion, set);
		t.is(suspicion.sets.length, left);
	}
});

test('that the peer went down with a request may be chance: it is sent whole once more, with nothing beside it', t => {
	const first = afterBreak(UNSUSPECTED, shared(4096), 'down');
	t.like(first.sets[0], {part: 4096, apart: true});
	t.true(isApart(first));
	t.false(mayServeOthers(first));
	t.like(afterBreak(first, shared(4096, true), 'down').sets[0], {part: 128, apart: true});
});

test('a peer at which hardly anything is answered gets suspects only', t => {
	let suspicion = UNSUSPECTED;
	for (let n = 0; n < 12; n++) {
		t.true(mayServeOthers(suspicion));
		suspicion = afterBreak(suspicion, shared(10), 'well');
	}
	t.false(mayServeOthers(suspicion));
});

test('a peer at which one entry after the other breaks alone is doubted until it answers', t => {
	let suspicion: Suspicion = afterBreak(UNSUSPECTED, shared(100), 'well');
	suspicion = afterLoneBreak(suspicion);
	t.false(doubtsPeer(suspicion));
	suspicion = afterLoneBreak(suspicion);
	t.true(doubtsPeer(suspicion));
	t.false(doubtsPeer(afterAnswer(suspicion)));
});

import test from 'ava';
import {
	afterAnswer,
	afterBreak,
	afterLoneBreak,
	doubtsPeer,
	isSearching,
	type Suspicion,
	suspectWindow,
	UNSUSPECTED,
} from '../../src/delivery/suspects.js';

/** Sends a queue whose poisons break every request they are in, and says what was charged and how many requests it took. */
const search = (count: number, poisons: ReadonlySet<number>) => {
	let queue = Array.from({length: count}, (_, index) => index);
	let suspicion: Suspicion = UNSUSPECTED;
	let requests = 0;
	const charged: number[] = [];
	while (queue.length > 0 && requests < 10_000) {
		const searching = isSearching(suspicion);
		const request = queue.slice(0, Math.min(4096, suspectWindow(suspicion)));
		requests += 1;
		if (!request.some(entry => poisons.has(entry))) {
			suspicion = afterAnswer(suspicion, request.length);
			queue = queue.slice(request.length);
		} else if (searching && request.length === 1) {
			suspicion = afterLoneBreak(suspicion);
			charged.push(...queue.splice(0, 1));
		} else {
			suspicion = afterBreak(suspicion, request.length, searching ? 'searching' : 'usual');
		}
	}
	return {charged, requests, suspicion};
};

test('the one poison among 4,096 is charged, nobody else, within log2(n) requests and a few', t => {
	for (const at of [0, 1, 2047, 2048, 4000, 4095]) {
		const {charged, requests} = search(4096, new Set([at]));
		t.deepEqual(charged, [at]);
		t.true(requests <= 20, `${requests} requests for a poison at ${at}`);
	}
});

test('several poisons are each charged, and only they', t => {
	const poisons = [3, 4, 700, 701, 2500, 4095];
	t.deepEqual(search(4096, new Set(poisons)).charged, poisons);
});

test('a break that no entry repeats leaves nothing suspected', t => {
	const suspicion = afterAnswer(afterAnswer(afterBreak(UNSUSPECTED, 8, 'usual'), 4), 4);
	t.deepEqual(suspicion, UNSUSPECTED);
});

test('the window is half of what is suspected, down to one', t => {
	let suspicion: Suspicion = afterBreak(UNSUSPECTED, 11, 'usual');
	t.is(suspectWindow(suspicion), 5);
	suspicion = afterAnswer(suspicion, 5);
	t.is(suspectWindow(suspicion), 3);
	suspicion = afterBreak(suspicion, 3, 'searching');
	t.is(suspectWindow(suspicion), 1);
	suspicion = afterAnswer(afterAnswer(suspicion, 1), 1);
	t.is(suspectWindow(suspicion), 1);
	t.is(suspectWindow(afterAnswer(suspicion, 1)), Number.POSITIVE_INFINITY);
});

test('requests that break side by side are suspected together', t => {
	const suspicion = afterBreak(afterBreak(UNSUSPECTED, 10, 'usual'), 20, 'usual');
	t.is(suspectWindow(suspicion), 15);
});

test('a peer at which one entry after the other breaks alone is doubted until it answers', t => {
	let suspicion: Suspicion = afterBreak(UNSUSPECTED, 100, 'usual');
	suspicion = afterLoneBreak(suspicion);
	t.false(doubtsPeer(suspicion));
	suspicion = afterLoneBreak(suspicion);
	t.true(doubtsPeer(suspicion));
	t.false(doubtsPeer(afterAnswer(suspicion, 1)));
});

import test from 'ava';
import {
	afterTrouble,
	afterWaiting,
	afterWell,
	carries,
	type LinkPolicy,
	type LinkState,
	UNKNOWN_LINK,
} from '../../src/delivery/link-state.js';
import {spreadPatience} from '../../src/delivery/spread.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {MonotonicMs} from '../../src/outbound/units.js';

const POLICY: LinkPolicy = {stableMs: 10_000, nodeId: 'edge-1', peerId: 'hub' as PeerId};
const at = (ms: number) => ms as MonotonicMs;
const trouble = (now: number, begunAt = now, retryAfterMs?: number) => ({
	now: at(now),
	begunAt: at(begunAt),
	...(retryAfterMs === undefined ? {} : {retryAfterMs}),
});
const waitOf = (link: LinkState, now: number) => (link.kind === 'backoff' ? link.until - now : Number.NaN);

test('the backoff starts at 1 s, doubles to 60 s and is shortened by at most a half', t => {
	let link: LinkState = UNKNOWN_LINK;
	let now = 0;
	for (const full of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]) {
		link = afterTrouble(link, trouble(now), POLICY);
		const wait = waitOf(link, now);
		t.true(wait > full / 2 && wait <= full, `${wait} for ${full}`);
		t.is(afterWaiting(link, at(now + wait - 1)).kind, 'backoff');
		now += wait;
		link = afterWaiting(link, at(now));
		t.is(link.kind, 'probing');
		t.false(carries(link));
	}
});

test('the same device waits the same time again, another device another time', t => {
	const wait = (nodeId: string) => waitOf(afterTrouble(UNKNOWN_LINK, trouble(0), {...POLICY, nodeId}), 0);
	t.is(wait('edge-1'), wait('edge-1'));
	t.not(wait('edge-1'), wait('edge-2'));
});

test('a link that was good for stable_seconds starts again at 1 s, one that flaps does not', t => {
	const flapped: LinkState = {kind: 'up', level: 4, since: at(1000)};
	const later = (begunAt: number) => afterTrouble(flapped, trouble(60_000, begunAt), POLICY);
	t.is(later(10_999).level, 5);
	t.is(later(11_000).level, 1);
});

test('a peer that answers every probe and lets every request time out keeps its level', t => {
	let link: LinkState = UNKNOWN_LINK;
	let now = 0;
	for (const level of [1, 2, 3, 4]) {
		link = afterTrouble(link, trouble(now + 30_000, now), POLICY);
		t.is(link.level, level);
		now += 30_000 + waitOf(link, now + 30_000);
		link = afterWell(afterWaiting(link, at(now)), at(now));
		t.is(link.kind, 'up');
	}
});

test('requests that fail together raise the level once', t => {
	const first = afterTrouble({kind: 'up', level: 0, since: at(0)}, trouble(500, 100), POLICY);
	t.deepEqual(afterTrouble(first, trouble(501, 120), POLICY), first);
});

test('a failure from before the link came up, or before the probe, is old news', t => {
	const up: LinkState = {kind: 'up', level: 1, since: at(1000)};
	t.is(afterTrouble(up, trouble(1500, 900), POLICY), up);
	const probing: LinkState = {kind: 'probing', level: 1, since: at(1000)};
	t.is(afterTrouble(probing, trouble(1001, 999), POLICY), probing);
});

test('an answer that was under way when trouble came does not end the backoff', t => {
	const link = afterTrouble(UNKNOWN_LINK, trouble(0), POLICY);
	t.is(afterWell(link, at(10)), link);
});

test('Retry-After is obeyed when it is longer than the backoff, up to an hour', t => {
	const wait = (retryAfterMs: number) =>
		waitOf(afterTrouble(UNKNOWN_LINK, trouble(0, 0, retryAfterMs), POLICY), 0);
	t.is(wait(30_000), spreadPatience(30_000, POLICY.nodeId, POLICY.peerId));
	t.true(wait(10) >= 500);
	t.is(wait(10 ** 12), spreadPatience(3_600_000, POLICY.nodeId, POLICY.peerId));
});

test('a Retry-After that comes late prolongs the backoff and never shortens it', t => {
	const link = afterTrouble(UNKNOWN_LINK, trouble(0, 0, 30_000), POLICY);
	t.is(
		waitOf(afterTrouble(link, trouble(100, 0, 60_000), POLICY), 100),
		spreadPatience(60_000, POLICY.nodeId, POLICY.peerId),
	);
	t.is(waitOf(afterTrouble(link, trouble(100, 0, 1000), POLICY), 100), waitOf(link, 100));
});

test('a link that was never tried carries, and the first answer makes it up', t => {
	t.true(carries(UNKNOWN_LINK));
	t.deepEqual(afterWell(UNKNOWN_LINK, at(7)), {kind: 'up', level: 0, since: at(7)});
});

import test from 'ava';
import {afterTrouble, afterWaiting, UNKNOWN_LINK} from '../../src/delivery/link-state.js';
import {openingDelay, spreadPatience} from '../../src/delivery/spread.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {MonotonicMs} from '../../src/outbound/units.js';

const HUB = 'hub' as PeerId;
const DEVICES = Array.from({length: 1000}, (_, index) => `edge-${index}`);

/** So many of `times` lie in each of ten equal parts from `from` to `to`. */
const tenths = (times: readonly number[], from: number, to: number): number[] => {
	const counts = new Array<number>(10).fill(0);
	for (const time of times) {
		const part = Math.min(9, Math.floor(((time - from) / (to - from)) * 10));
		counts[part] = (counts[part] ?? Number.NaN) + 1;
	}
	return counts;
};

test('1,000 devices open over a minute, evenly, each at the same time every night', t => {
	const delays = DEVICES.map(node => openingDelay(8 * 3_600_000, node, HUB));
	t.deepEqual(
		delays,
		DEVICES.map(node => openingDelay(8 * 3_600_000, node, HUB)),
	);
	t.true(delays.every(delay => delay >= 0 && delay < 60_000));
	t.true(
		tenths(delays, 0, 60_000).every(count => count > 65 && count < 140),
		tenths(delays, 0, 60_000).join(' '),
	);
	const [first] = DEVICES.map(node => openingDelay(8 * 3_600_000, node, 'other'));
	t.not(first, delays[0]);
});

test('of a short window the spread takes a tenth', t => {
	t.true(DEVICES.every(node => openingDelay(60_000, node, HUB) < 6000));
});

test('1,000 devices that are asked for the same patience come back over half of it, none too early', t => {
	const waits = DEVICES.map(node => spreadPatience(60_000, node, HUB));
	t.true(waits.every(wait => wait >= 60_000 && wait < 90_000));
	t.true(tenths(waits, 60_000, 90_000).every(count => count > 65 && count < 140));
	t.true(DEVICES.every(node => spreadPatience(3_600_000, node, HUB) < 3_660_000));
	t.is(spreadPatience(0, 'edge-1', HUB), 0);
});

/** When a device asks its hub for the first time after this is back; it went at 0, and every question until then failed. */
const returnAfter = (outageMs: number, nodeId: string): number => {
	const policy = {stableMs: 10_000, nodeId, peerId: HUB};
	let link = UNKNOWN_LINK as ReturnType<typeof afterTrouble>;
	let now = 0 as MonotonicMs;
	while (now < outageMs) {
		link = afterTrouble(link, {now, begunAt: now}, policy);
		now = link.kind === 'backoff' ? link.until : now;
		link = afterWaiting(link, now);
	}
	return now - outageMs;
};

for (const minutes of [10, 60, 360]) {
	test(`after an outage of ${minutes} min 1,000 devices return evenly within a minute, each as it did before`, t => {
		const returns = DEVICES.map(node => returnAfter(minutes * 60_000, node));
		t.deepEqual(
			returns,
			DEVICES.map(node => returnAfter(minutes * 60_000, node)),
		);
		t.true(Math.max(...returns) <= 60_000);
		// The backoff of a device is 30 to 60 s, so the second half of a minute sees fewer.
		const early = tenths(
			returns.filter(time => time < 30_000),
			0,
			30_000,
		);
		t.true(
			early.every(count => count > 40 && count < 110),
			early.join(' '),
		);
		t.true(returns.filter(time => time < 30_000).length > 600);
	});
}

import {setImmediate as turn} from 'node:timers/promises';
import test from 'ava';
import {formatTime, parseTime, systemClock} from '../../src/runtime/clock.js';

/** What waits for a call of the system clock: its timers alone keep no process alive. */
const aliveUntil = async (done: () => boolean): Promise<void> => {
	while (!done()) {
		await turn();
	}
};

test('a call never comes early, whatever the fraction and whenever it was asked for', async t => {
	const early: number[] = [];
	let open = 300;
	for (let call = 0; call < 300; call++) {
		const delayMs = 1 + (call % 40) / 7;
		const askedAt = systemClock.elapsed();
		systemClock.after(delayMs, () => {
			open--;
			const waited = systemClock.elapsed() - askedAt;
			if (waited < delayMs) {
				early.push(waited - delayMs);
			}
		});
		if (call % 10 === 0) {
			await turn();
		}
	}
	await aliveUntil(() => open === 0);
	t.deepEqual(early, []);
});

test('a call that was cancelled does not come', async t => {
	let called = false;
	const cancel = systemClock.after(1, () => {
		called = true;
	});
	cancel();
	cancel();
	let over = false;
	systemClock.after(5, () => {
		over = true;
	});
	await aliveUntil(() => over);
	t.false(called);
});

test('a time is written in UTC with milliseconds, and read back from any zone', t => {
	const at = parseTime('2026-01-02T04:04:05.5+01:00');
	t.is(formatTime(at), '2026-01-02T03:04:05.500Z');
});

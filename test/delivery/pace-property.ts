import test from 'ava';
import fc from 'fast-check';
import {chunkBytes} from '../../src/delivery/bandwidth-limiter.js';
import {createBottleneckLimiter} from '../../src/delivery/bottleneck-limiter.js';
import type {ClassNo} from '../../src/outbound/priorities.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {type Arrival, bytesOf, worstWindow} from '../helpers/labs/byte-tape.js';

const SECONDS = 4;
const STEP_MS = 50;
const KIB = 1024;

/** Bottleneck works on timers of its own, of a millisecond: without a turn of those it sees no time at all. */
const turns = async (): Promise<void> => {
	for (let turn = 0; turn < 3; turn++) {
		await new Promise(resolve => {
			setTimeout(resolve, 1);
		});
	}
};

const rates = fc.oneof(
	fc.integer({min: 64, max: 4 * KIB}),
	fc.integer({min: 4 * KIB, max: 256 * KIB}),
	fc.integer({min: 256 * KIB, max: 16 * KIB * KIB}),
);
const senders = fc.array(
	fc.record({classNo: fc.constantFrom<ClassNo>(0, 2, 3), bytes: fc.integer({min: 1, max: 100_000})}),
	{
		minLength: 1,
		maxLength: 5,
	},
);

test('whatever the rates, sizes and changes: no second passes 1.1 times the rate and 16 KiB, and nobody starves', async t => {
	await fc.assert(
		fc.asyncProperty(fc.array(rates, {minLength: 1, maxLength: 3}), senders, async (wanted, askers) => {
			const clock = new FakeClock();
			const limiter = createBottleneckLimiter({bytesPerSecond: wanted[0] ?? 64, burstSeconds: 0.1, clock});
			const over = new AbortController();
			const left: Arrival[] = [];
			const served = new Set<number>();
			const sending = askers.map(async ({classNo, bytes}, index) => {
				for (;;) {
					const allowed = await limiter.spend(bytes, {classNo, signal: over.signal});
					t.true(allowed >= 1 && allowed <= bytes);
					left.push({atMs: clock.elapsed(), bytes: allowed});
					served.add(index);
					if (limiter.state().bytesPerSecond > KIB * KIB) {
						await Promise.resolve();
					}
				}
			});
			const ended = Promise.allSettled(sending);
			for (const rate of wanted) {
				limiter.setRate(rate);
				const begun = left.length;
				for (let ms = 0; ms < SECONDS * 1000; ms += STEP_MS) {
					clock.advance(STEP_MS);
					await turns();
				}
				const ofRate = left.slice(begun);
				t.true(worstWindow(ofRate, 1000) <= rate * 1.1 + 16 * KIB, `${rate}: ${worstWindow(ofRate, 1000)}`);
				// What is bought costs a turn of the real clock, and this one moves on meanwhile: a fast rate cannot be used up here.
				const chunk = chunkBytes(rate);
				const least = Math.min((rate * SECONDS) / 4, 4 * chunk);
				t.true(bytesOf(ofRate) >= least, `${rate}: only ${bytesOf(ofRate)} of ${rate * SECONDS}`);
			}
			over.abort();
			await limiter.stop();
			await ended;
			t.true(served.size >= 1);
		}),
		{numRuns: 8},
	);
});

test('who waits behind the more urgent gets a chunk every ten seconds', async t => {
	const clock = new FakeClock();
	const limiter = createBottleneckLimiter({bytesPerSecond: 1000, burstSeconds: 0.1, clock});
	const over = new AbortController();
	const got = {urgent: 0, bulk: [] as number[]};
	const ask = async (classNo: ClassNo, took: (bytes: number) => void): Promise<void> => {
		for (;;) {
			took(await limiter.spend(1_000_000, {classNo, signal: over.signal}));
		}
	};
	const sending = Promise.allSettled([
		ask(0, bytes => {
			got.urgent += bytes;
		}),
		ask(0, bytes => {
			got.urgent += bytes;
		}),
		ask(3, () => got.bulk.push(clock.elapsed())),
	]);
	for (let ms = 0; ms < 25_000; ms += STEP_MS) {
		clock.advance(STEP_MS);
		await turns();
	}
	over.abort();
	await limiter.stop();
	await sending;
	t.is(got.bulk.length, 2);
	t.true((got.bulk[1] ?? 0) - (got.bulk[0] ?? 0) >= 10_000);
	t.true(got.urgent > 12_000, `${got.urgent}`);
});

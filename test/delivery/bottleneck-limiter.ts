import test, {type ExecutionContext} from 'ava';
import type {Asker, BandwidthLimiter} from '../../src/delivery/bandwidth-limiter.js';
import {createBottleneckLimiter} from '../../src/delivery/bottleneck-limiter.js';
import type {ClassNo} from '../../src/outbound/priorities.js';
import {type Clock, systemClock} from '../../src/runtime/clock.js';

// Timers of edged keep no process alive; this one does while the tests wait for them.
const keepAlive = setInterval(() => {}, 1000);
test.after.always(() => {
	clearInterval(keepAlive);
});

const NEVER = new AbortController().signal;
const asker = (classNo: ClassNo = 2, signal: AbortSignal = NEVER): Asker => ({classNo, signal});
/** The largest chunk there is. */
const CHUNK = 16 * 1024;

const limiterOf = (
	t: ExecutionContext,
	bytesPerSecond: number,
	clock: Clock = systemClock,
): BandwidthLimiter => {
	const limiter = createBottleneckLimiter({bytesPerSecond, burstSeconds: 0.1, clock});
	t.teardown(async () => limiter.stop());
	return limiter;
};

const millisecondsOf = async (work: () => Promise<unknown>): Promise<number> => {
	const begun = systemClock.elapsed();
	await work();
	return systemClock.elapsed() - begun;
};

/** Asks until all of `bytes` were let through. */
const spend = async (limiter: BandwidthLimiter, bytes: number, who: Asker = asker()): Promise<void> => {
	for (let left = bytes; left > 0; ) {
		left -= await limiter.spend(left, who);
	}
};

const spends = async (limiter: BandwidthLimiter, bytes: number, times: number): Promise<void> => {
	for (let n = 0; n < times; n++) {
		await spend(limiter, bytes);
	}
};

/** Whether `promise` settles within `ms`. */
const settles = (promise: Promise<unknown>, ms: number): Promise<boolean> =>
	Promise.race([
		promise.then(
			() => true,
			() => true,
		),
		new Promise<boolean>(resolve => {
			setTimeout(() => resolve(false), ms);
		}),
	]);

for (const [rate, bytes, times] of [
	[40_000, 400, 50],
	[400_000, 10_000, 20],
	[4_000_000, 1_000_000, 3],
] as const) {
	test.serial(`${times} spends of ${bytes} B at ${rate} B/s take the time that the rate says`, async t => {
		const limiter = limiterOf(t, rate);
		const ms = await millisecondsOf(async () => {
			await spend(limiter, limiter.state().burstBytes ?? 0);
			await spends(limiter, bytes, times);
		});
		const ideal = (bytes * times * 1000) / rate;
		t.true(ms > ideal - 5 && ms < ideal * 10 + 10_000, `${Math.round(ms)} ms for ${ideal} ms`);
	});
}

test.serial('small spends do not pay for a trip through bottleneck each', async t => {
	const limiter = limiterOf(t, 100_000_000);
	const ms = await millisecondsOf(() => spends(limiter, 256, 20_000));
	t.true(ms < 20_000, `${ms} ms: one trip each would take a minute`);
});

test.serial(
	'a spend far above the burst is let through, and blocks nobody for longer than it costs',
	async t => {
		const limiter = limiterOf(t, 1_000_000);
		const ms = await millisecondsOf(() => Promise.all([spend(limiter, 600_000), spend(limiter, 10)]));
		t.true(ms > 400 && ms < 10_000, `${ms} ms`);
	},
);

test.serial('a new rate prices what waits anew within 250 ms', async t => {
	const limiter = limiterOf(t, 1000);
	const waiting = spend(limiter, 200_000); // 184 s at this rate
	t.false(await settles(waiting, 50));
	limiter.setRate(10_000_000);
	t.true(await settles(waiting, 250));
});

test.serial('the rate still holds after it was changed again and again', async t => {
	const limiter = limiterOf(t, 300_000);
	for (const rate of [500, 70_000, 0, 1, 400_000]) {
		limiter.setRate(rate);
	}
	const {availableTokens = 0} = limiter.state();
	const ms = await millisecondsOf(() => spends(limiter, availableTokens / 10 + 20_000, 10));
	t.true(ms > 480 && ms < 10_000, `${ms} ms for 500 ms`);
});

test.serial('0 is unlimited, also for who waits already', async t => {
	const limiter = limiterOf(t, 100);
	const waiting = spend(limiter, 1_000_000);
	limiter.setRate(0);
	t.true(await settles(waiting, 100));
	t.is(await limiter.spend(2 ** 40, asker()), 2 ** 40);
	t.like(limiter.state(), {bytesPerSecond: 0, availableTokens: undefined, burstBytes: undefined});
});

test.serial('below 64 B/s nothing is let through, however small, until the rate rises', async t => {
	const limiter = limiterOf(t, 63);
	const waiting = limiter.spend(1, asker());
	t.false(await settles(waiting, 400));
	limiter.setRate(64);
	t.true(await settles(waiting, 400));
});

/** The wall clock that bottleneck reads is `Date.now`, which no argument reaches. */
test.serial('a wall clock set back by an hour stalls nobody', async t => {
	const limiter = limiterOf(t, 200_000);
	await spends(limiter, CHUNK, 2);
	const realNow = Date.now;
	t.teardown(() => {
		Date.now = realNow;
	});
	Date.now = () => realNow() - 3_600_000;
	const ms = await millisecondsOf(() => spends(limiter, 10_000, 10));
	t.true(ms > 380 && ms < 15_000, `${ms} ms for 500 ms`);
});

test.serial('an idle limiter saves up a burst and no more', async t => {
	const limiter = limiterOf(t, 1_000_000);
	await spend(limiter, 100_000);
	await settles(new Promise(() => {}), 400);
	t.is(limiter.state().availableTokens, limiter.state().burstBytes);
	const ms = await millisecondsOf(() => spend(limiter, 300_000));
	t.true(ms > 170 && ms < 10_000, `${ms} ms: 200,000 B above the burst`);
});

test.serial('what has left unasked is paid by who comes next', async t => {
	const limiter = limiterOf(t, 1_000_000);
	const ms = await millisecondsOf(async () => {
		limiter.owe(300_000);
		t.true((limiter.state().availableTokens ?? 0) < -150_000);
		await limiter.spend(1, asker());
	});
	t.true(ms > 170 && ms < 10_000, `${ms} ms`);
});

test.serial('a debt is as long at the new rate as it was at the old', async t => {
	const limiter = limiterOf(t, 10_000_000);
	limiter.owe(3_000_000); // 0.2 s beyond the burst of 1 MB
	limiter.setRate(100_000);
	const ms = await millisecondsOf(() => limiter.spend(1, asker()));
	t.true(ms < 15_000, `${ms} ms: at its old price it would take 20 s`);
});

test.serial('the more urgent class goes first, within a class who asked first', async t => {
	const limiter = limiterOf(t, 200_000);
	const order: string[] = [];
	const take = async (name: string, classNo: ClassNo) => {
		await spend(limiter, CHUNK, asker(classNo));
		order.push(name);
	};
	await Promise.all([
		take('first', 3),
		take('bulk', 3),
		take('normal 1', 2),
		take('normal 2', 2),
		take('urgent', 0),
	]);
	t.deepEqual(order, ['urgent', 'normal 1', 'normal 2', 'first', 'bulk']);
});

test.serial('who gives up leaves the queue, and those behind move up', async t => {
	const limiter = limiterOf(t, 100_000);
	const giveUp = new AbortController();
	const first = spend(limiter, 10_000_000, asker(2, giveUp.signal));
	const second = spend(limiter, CHUNK + 1000);
	giveUp.abort(new Error('enough'));
	await t.throwsAsync(first, {message: 'enough'});
	t.true(await settles(second, 500));
	await t.throwsAsync(limiter.spend(1, asker(2, AbortSignal.abort(new Error('never began')))), {
		message: 'never began',
	});
});

test.serial('only who has to wait for tokens is counted as throttled', async t => {
	const limiter = limiterOf(t, 100_000);
	await limiter.spend(1000, asker());
	t.is(limiter.state().throttleCount, 0);
	await Promise.all([spend(limiter, 10_240), spend(limiter, 10)]);
	t.is(limiter.state().throttleCount, 2);
});

test.serial('stop refuses who waits and who comes, and may be called twice', async t => {
	const limiter = limiterOf(t, 100);
	const waiting = spend(limiter, 1_000_000);
	const refused = t.throwsAsync(waiting, {code: 'SHUTTING_DOWN'});
	await limiter.stop();
	await limiter.stop();
	await refused;
	await t.throwsAsync(limiter.spend(1, asker()), {code: 'SHUTTING_DOWN'});
});

test.serial('an idle limiter keeps no timer', async t => {
	let pending = 0;
	const clock: Clock = {
		...systemClock,
		after(delayMs, callback) {
			pending += 1;
			const cancel = systemClock.after(delayMs, () => {
				pending -= 1;
				callback();
			});
			return () => {
				pending -= 1;
				cancel();
			};
		},
	};
	const limiter = limiterOf(t, 1_000_000, clock);
	await spends(limiter, 50_000, 5);
	await settles(new Promise(() => {}), 300);
	t.true(pending <= 0);
});

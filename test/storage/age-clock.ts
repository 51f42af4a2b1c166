import test from 'ava';
import fc from 'fast-check';
import {AgeClock} from '../../src/storage/age-clock.js';
import {FakeClock} from '../helpers/fake-clock.js';
import {holds} from '../helpers/holds.js';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** The daemon stops, `downMs` pass (the monotonic clock of the next process begins anew), and it starts again. */
const restart = (clock: FakeClock, age: AgeClock, wallDifferenceMs: number, maxDowntimeMs = 30 * DAY_MS) => {
	const next = new FakeClock(clock.now() + wallDifferenceMs);
	return {clock: next, age: new AgeClock(next, age.encode(), {maxDowntimeMs})};
};

test('the age of a new store begins at 1 and follows the monotonic clock', t => {
	const clock = new FakeClock();
	const age = new AgeClock(clock, undefined);
	t.is<number, number>(age.now(), 1);
	clock.advance(1500.75);
	t.is<number, number>(age.now(), 1501);
});

test('while the daemon runs, no jump of the wall clock moves the age', t => {
	for (const jump of [30 * YEAR_MS, -30 * YEAR_MS]) {
		const clock = new FakeClock();
		const age = new AgeClock(clock, undefined);
		clock.advance(1000);
		clock.jump(jump);
		t.is<number, number>(age.now(), 1001);
		clock.advance(5);
		t.is<number, number>(age.now(), 1006);
	}
});

test('a standstill counts as long as the wall clock says', t => {
	const clock = new FakeClock();
	const age = new AgeClock(clock, undefined);
	clock.advance(1000);
	t.is<number, number>(restart(clock, age, 5 * DAY_MS).age.now(), 1001 + 5 * DAY_MS);
});

test('a wall clock that went back over a restart takes nothing away', t => {
	const clock = new FakeClock();
	const age = new AgeClock(clock, undefined);
	clock.advance(DAY_MS);
	const later = restart(clock, age, -20 * YEAR_MS);
	t.is<number, number>(later.age.now(), DAY_MS + 1);
	later.clock.advance(7);
	t.is<number, number>(later.age.now(), DAY_MS + 8);
});

test('a wall clock that leapt by years over a restart is trusted for the configured time only', t => {
	const clock = new FakeClock();
	const age = new AgeClock(clock, undefined);
	t.is<number, number>(restart(clock, age, 40 * YEAR_MS).age.now(), 1 + 30 * DAY_MS);
	t.is<number, number>(restart(clock, age, 40 * YEAR_MS, 0).age.now(), 1);
	t.is<number, number>(restart(clock, age, 40 * YEAR_MS, 1000).age.now(), 1001);
});

test('a device whose clock starts in 1970 and is then set keeps its age', t => {
	const clock = new FakeClock(0);
	const age = new AgeClock(clock, undefined);
	clock.advance(100);
	clock.jump(55 * YEAR_MS);
	const later = restart(clock, age, 0);
	t.is<number, number>(later.age.now(), 101);
	const back = restart(later.clock, later.age, -55 * YEAR_MS - 100);
	t.is<number, number>(back.age.now(), 101);
	t.is(back.age.encode().length, 12);
});

test('a wall clock that was not set, before or after a standstill, says nothing about how long that was', t => {
	const unset = new FakeClock(100_000_000);
	const age = new AgeClock(unset, undefined);
	unset.advance(1000);
	t.is<number, number>(restart(unset, age, 55 * YEAR_MS).age.now(), 1001);
	const set = new FakeClock();
	const later = new AgeClock(set, undefined);
	t.is<number, number>(restart(set, later, -30 * YEAR_MS).age.now(), 1);
});

test('a wall time that cannot have been right is told by the age it was noted at, any other as it was noted', t => {
	const clock = new FakeClock();
	const age = new AgeClock(clock, undefined);
	const [at, noted] = [clock.now(), age.now()];
	clock.advance(DAY_MS);
	t.is(age.noted(at, noted), at);
	clock.jump(300 * DAY_MS); // A laptop that slept.
	t.is(age.noted(at, noted), at);
	clock.jump(10 * YEAR_MS);
	t.is<number, number>(age.noted(at, noted), clock.now() - DAY_MS);
	clock.jump(-20 * YEAR_MS);
	t.is<number, number>(age.noted(at, noted), clock.now() - DAY_MS);
});

/** A machine that has run for an hour; `advance` is for what passes while no daemon runs. */
const machine = (id = 1) => {
	let uptime = 3_600_000;
	return {
		id: Buffer.alloc(16, id),
		uptimeMs: () => uptime,
		advance: (ms: number) => {
			uptime += ms;
		},
	};
};

test('a restart of the daemon alone is measured by the uptime of the machine, whatever the wall clock shows', t => {
	for (const jump of [0, 40 * DAY_MS, -YEAR_MS, 30 * YEAR_MS]) {
		const clock = new FakeClock();
		const boot = machine();
		const age = new AgeClock(clock, undefined, {boot});
		clock.advance(1000);
		const saved = age.encode();
		boot.advance(5000);
		t.is<number, number>(new AgeClock(new FakeClock(clock.now() + jump), saved, {boot}).now(), 6001);
		t.is(saved.length, 12 + 6 + 16);
	}
});

test('after a restart of the machine, or without its word, the wall clock says how long it was', t => {
	const clock = new FakeClock();
	const saved = new AgeClock(clock, undefined, {boot: machine()}).encode();
	const later = new FakeClock(clock.now() + DAY_MS);
	const other = machine(2);
	other.advance(5 * DAY_MS);
	t.is<number, number>(new AgeClock(later, saved, {boot: other}).now(), 1 + DAY_MS);
	t.is<number, number>(new AgeClock(later, saved).now(), 1 + DAY_MS);
	const before = new AgeClock(clock, undefined).encode();
	t.is<number, number>(new AgeClock(later, before, {boot: machine()}).now(), 1 + DAY_MS);
});

test('over any restarts and jumps the age never goes back', t => {
	const steps = fc.array(
		fc.record({
			run: fc.nat({max: DAY_MS}),
			jump: fc.integer({min: -10 * YEAR_MS, max: 10 * YEAR_MS}),
			down: fc.integer({min: -10 * YEAR_MS, max: 10 * YEAR_MS}),
		}),
		{maxLength: 20},
	);
	holds(
		fc.property(steps, todo => {
			let clock = new FakeClock();
			let age = new AgeClock(clock, undefined);
			for (const {run, jump, down} of todo) {
				const before = age.now();
				clock.advance(run);
				clock.jump(jump);
				t.is<number, number>(age.now(), before + run);
				({clock, age} = restart(clock, age, down));
				const rested = age.now() - before - run;
				t.true(rested >= 0 && rested <= 30 * DAY_MS);
			}
		}),
	);
});

test('a time on the age clock is shown on the wall clock as it is now', t => {
	const clock = new FakeClock();
	const age = new AgeClock(clock, undefined);
	const inAMinute = (age.now() + 60_000) as ReturnType<AgeClock['now']>;
	t.is<number, number>(age.toWall(inAMinute), clock.now() + 60_000);
	clock.jump(YEAR_MS);
	t.is<number, number>(age.toWall(inAMinute), clock.now() + 60_000);
});

test('a jump of the wall clock is told once, a drift is not', t => {
	const clock = new FakeClock();
	const age = new AgeClock(clock, undefined);
	clock.jump(59_999);
	t.is(age.wallJump(), 0);
	clock.jump(-2 * YEAR_MS);
	t.is(age.wallJump(), 59_999 - 2 * YEAR_MS);
	t.is(age.wallJump(), 0);
});

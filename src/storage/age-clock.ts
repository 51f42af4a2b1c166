import type {AgeMs, EpochMs} from '../outbound/units.js';
import type {Boot} from '../runtime/boot.js';
import type {Clock} from '../runtime/clock.js';
import {RowReader} from './row-reader.js';
import {RowWriter} from './row-writer.js';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const BOOT_ID_BYTES = 16;
/** The first of 2025: before edged. A wall clock that shows less was never set, and says nothing about how long a standstill was. */
const FIRST_TRUE_TIME = 1_735_689_600_000;
/** The wall clock may differ from the monotonic one by this much before it is worth a note. */
const JUMP_MS = 60_000;

/**
 * The clock that expiry, retention and quotas live by: monotonic while the daemon runs. Over a restart it advances by what the
 * machine has run meanwhile, if that was not restarted itself, whatever the wall clock shows. Else it advances by the wall
 * clock's difference, never backwards, at most by `maxDowntimeMs`, and not at all when it was not set yet (a device without a
 * battery begins in 1970). So a wall clock that jumps by years expires nothing early.
 */
export class AgeClock {
	readonly #clock: Clock;
	readonly #boot: Boot | undefined;
	readonly #startAge: number;
	readonly #startElapsed: number;
	#wallOffset: number;

	/** `saved` is what `encode` last wrote, `undefined` for a new store. */
	constructor(
		clock: Clock,
		saved: Buffer | undefined,
		{
			maxDowntimeMs = 30 * DAY_MS,
			boot,
		}: {readonly maxDowntimeMs?: number; readonly boot?: Boot | undefined} = {},
	) {
		this.#clock = clock;
		this.#boot = boot;
		const former = saved === undefined ? {age: 1, wall: clock.now()} : decode(saved);
		this.#startAge =
			former.age + (uptimeSince(former, boot) ?? standstill(former, clock.now(), maxDowntimeMs));
		this.#startElapsed = clock.elapsed();
		this.#wallOffset = clock.now() - clock.elapsed();
	}

	/** Whole milliseconds; starts at 1, so that 0 can mean "none" on disk. */
	now(): AgeMs {
		return Math.floor(this.#startAge + this.#clock.elapsed() - this.#startElapsed) as AgeMs;
	}

	/** For display: when `at` comes or came on the wall clock as it is now. */
	toWall(at: AgeMs): EpochMs {
		return Math.round(this.#clock.now() + at - this.now()) as EpochMs;
	}

	/** When on this clock the wall clock, as it is now, showed or will show `at`. */
	fromWall(at: EpochMs): AgeMs {
		return Math.round(this.now() + at - this.#clock.now()) as AgeMs;
	}

	/**
	 * For display: a wall time that was noted at `age`. When it lies in the future, or is years older than it can be, the wall clock
	 * was wrong then, and the age says when it was.
	 */
	noted(at: EpochMs, age: AgeMs): EpochMs {
		const byAge = this.toWall(age);
		return at > this.#clock.now() || at < byAge - YEAR_MS ? byAge : at;
	}

	/** How far the wall clock moved against the monotonic one since the last call, when that is a jump; else 0. */
	wallJump(): number {
		const offset = this.#clock.now() - this.#clock.elapsed();
		const jump = offset - this.#wallOffset;
		if (Math.abs(jump) < JUMP_MS) {
			return 0;
		}
		this.#wallOffset = offset;
		return Math.round(jump);
	}

	/** u48 age, u48 wall, and where the boot is known u48 uptime and its id. Written with every transaction and after a jump of the wall clock. */
	encode(): Buffer {
		const clock = encodeClock(this.now(), this.#clock.now());
		const boot = this.#boot;
		return boot === undefined
			? clock
			: Buffer.concat([clock, new RowWriter(22).u48(Math.floor(boot.uptimeMs())).bytes(boot.id).done()]);
	}
}

export const encodeClock = (age: AgeMs, wall: EpochMs): Buffer =>
	new RowWriter(12)
		.u48(age)
		.u48(Math.max(0, Math.floor(wall)))
		.done();

type Saved = {
	readonly age: number;
	readonly wall: number;
	/** Of the machine, when and in which boot the clock was written. */
	readonly uptime?: number;
	readonly bootId?: Buffer;
};

const decode = (saved: Buffer): Saved => {
	const reader = new RowReader(saved);
	const clock = {age: reader.u48(), wall: reader.u48()};
	return reader.atEnd ? clock : {...clock, uptime: reader.u48(), bootId: reader.bytes(BOOT_ID_BYTES)};
};

/** `undefined` when the machine was started since, or does not tell. */
const uptimeSince = ({uptime, bootId}: Saved, boot: Boot | undefined): number | undefined =>
	uptime === undefined || boot === undefined || bootId?.equals(boot.id) !== true
		? undefined
		: Math.max(0, boot.uptimeMs() - uptime);

/** As long as the wall clock says, where it can be believed. */
const standstill = ({wall}: Saved, now: EpochMs, maxMs: number): number =>
	Math.min(wall, now) < FIRST_TRUE_TIME ? 0 : Math.min(Math.max(0, now - wall), maxMs);

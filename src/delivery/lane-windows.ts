import type {WindowConfig} from '../config/windows.js';
import type {Clock} from '../runtime/clock.js';
import {Alarm} from './alarm.js';
import type {LanePacer} from './bandwidth.js';
import type {LinkPolicy} from './link-state.js';
import type {DeliveryObserver} from './observer.js';
import {openingDelay} from './spread.js';
import {
	minutesOf,
	type WindowChange,
	type WindowSchedule,
	type WindowState,
	windowSchedule,
} from './window-schedule.js';

export type LaneWindowsOptions = {
	readonly clock: Clock;
	readonly policy: Pick<LinkPolicy, 'nodeId' | 'peerId'>;
	readonly pacer: Pick<LanePacer, 'setWindowRate'>;
	readonly observer: Pick<DeliveryObserver, 'windowChanged'>;
	/** Ends what is being sent, and says how much that was. */
	onClose(): number;
	onOpen(): void;
};

/** What the windows of a lane say now, and what they say next. */
export type LaneWindow = WindowState & {
	/** `undefined`: nothing changes within two weeks. */
	readonly next: WindowChange | undefined;
};

/** The wall clock may be set at any time: so often it is looked at while a lane has windows. */
const LONGEST_WAIT_MS = 60_000;
/** When no change is in sight, it is looked for again. */
const LONGEST_VALID_MS = 86_400_000;
const MINUTE_MS = 60_000;
const ALWAYS_OPEN: LaneWindow = {isOpen: true, bytesPerSecond: 0, next: undefined};

/** The windows of one lane: opens and closes it, and sets the rate that holds. No timer runs for a lane without windows. */
export class LaneWindows {
	readonly #options: LaneWindowsOptions;
	readonly #alarm: Alarm;
	#schedule: WindowSchedule | undefined;
	#told: WindowState = ALWAYS_OPEN;
	/** What was seen holds until its next change, unless the wall clock is set back. */
	#seen = ALWAYS_OPEN;
	#seenAt = 0;
	#stopped = false;

	constructor(options: LaneWindowsOptions) {
		this.#options = options;
		this.#alarm = new Alarm(options.clock, () => {
			this.#wait();
			this.look();
		});
	}

	/** From now on these are the windows; none: open at any time. */
	replace(windows: readonly WindowConfig[]): void {
		const {nodeId, peerId} = this.#options.policy;
		const shortestMs = Math.min(...windows.map(minutesOf)) * MINUTE_MS;
		this.#schedule =
			windows.length === 0 ? undefined : windowSchedule(windows, openingDelay(shortestMs, nodeId, peerId));
		this.#see();
		this.look();
	}

	/** Sends may begin, by the wall clock as it is. */
	look(): boolean {
		const window = this.now() ?? ALWAYS_OPEN;
		const former = this.#told;
		if (window.isOpen !== former.isOpen || window.bytesPerSecond !== former.bytesPerSecond) {
			this.#told = window;
			this.#change(former, window);
		}
		return window.isOpen;
	}

	/** `undefined` without windows. */
	now(): LaneWindow | undefined {
		if (this.#schedule === undefined) {
			return undefined;
		}
		const now = this.#options.clock.now();
		const validUntil = this.#seen.next?.at ?? this.#seenAt + LONGEST_VALID_MS;
		if (now < this.#seenAt || now >= validUntil) {
			this.#see();
		}
		return this.#seen;
	}

	/** Ends the timer; the rate is the file's again. Idempotent. */
	stop(): void {
		this.#stopped = true;
		this.#alarm.clear();
		this.#options.pacer.setWindowRate(0);
	}

	#change(former: WindowState, window: LaneWindow): void {
		const {pacer, observer, policy, onClose, onOpen} = this.#options;
		pacer.setWindowRate(window.bytesPerSecond);
		const endedSends = window.isOpen ? 0 : onClose();
		observer.windowChanged(policy.peerId, {...window, endedSends});
		if (window.isOpen && !former.isOpen) {
			onOpen();
		}
	}

	#see(): void {
		const now = this.#options.clock.now();
		this.#seenAt = now;
		this.#seen =
			this.#schedule === undefined
				? ALWAYS_OPEN
				: {...this.#schedule.at(now), next: this.#schedule.next(now)};
		this.#wait();
	}

	#wait(): void {
		this.#alarm.clear();
		if (this.#schedule !== undefined && !this.#stopped) {
			const {next} = this.#seen;
			const untilChange = next === undefined ? LONGEST_WAIT_MS : next.at - this.#options.clock.now();
			this.#alarm.set(Math.max(1, Math.min(LONGEST_WAIT_MS, untilChange)));
		}
	}
}

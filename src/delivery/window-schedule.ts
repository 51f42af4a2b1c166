import type {Weekday, WindowConfig} from '../config/windows.js';
import type {EpochMs} from '../outbound/units.js';
import {type TimeZone, timeZoneOf} from './time-zone.js';

/** What the windows of a peer say about an instant. */
export type WindowState = {
	/** Sends may begin and go on. */
	readonly isOpen: boolean;
	/** Of the first listed window that is open; 0 = the peer's own rate. */
	readonly bytesPerSecond: number;
};

export type WindowChange = WindowState & {readonly at: EpochMs};

/** When a peer may be sent to. Pure: the caller brings the wall clock. */
export type WindowSchedule = {
	at(now: EpochMs): WindowState;
	/** The next change of what `at` says; `undefined` when there is none within two weeks. */
	next(now: EpochMs): WindowChange | undefined;
	/** Of the windows in the order of the file: the local time lies in it. */
	openWindows(now: EpochMs): readonly boolean[];
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MINUTES_PER_DAY = 1440;
/** A weekly window that lies in the hour that summer time skips opens a week later. */
const HORIZON_DAYS = 15;

/**
 * A window is open while a clock on the wall of its time zone shows a time in it. So one that lies in the hour that summer time
 * skips does not open that day, one in the hour that comes twice opens twice, and one that spans the change is shorter or longer.
 * A lane opens `delayMs` after its windows (see `openingDelay`), and closes with them. `windows` is not empty.
 */
export const windowSchedule = (windows: readonly WindowConfig[], delayMs: number): WindowSchedule => {
	const zones = new Map(windows.map(({timeZone}) => [timeZone, timeZoneOf(timeZone)]));
	const isOpen = (window: WindowConfig, now: number): boolean =>
		isWithin(window, now + zoneOf(zones, window).offsetMs(now));
	const at = (now: number): WindowState => {
		const open = windows.find(window => isOpen(window, now));
		return open !== undefined && windows.some(window => isOpen(window, now - delayMs))
			? {isOpen: true, bytesPerSecond: open.bytesPerSecond}
			: CLOSED;
	};
	return {
		at,
		next(now) {
			const present = at(now);
			for (let day = 0; day < HORIZON_DAYS; day++) {
				const span = {after: now + day * DAY_MS, until: now + (day + 1) * DAY_MS};
				const changes = windows
					.flatMap(window =>
						boundaries(window, zoneOf(zones, window), {...span, after: span.after - delayMs}),
					)
					.flatMap(instant => [instant, instant + delayMs])
					.filter(instant => instant > span.after && instant <= span.until)
					.sort((a, b) => a - b);
				for (const instant of changes) {
					const state = at(instant);
					if (state.isOpen !== present.isOpen || state.bytesPerSecond !== present.bytesPerSecond) {
						return {...state, at: instant as EpochMs};
					}
				}
			}
			return undefined;
		},
		openWindows: now => windows.map(window => isOpen(window, now)),
	};
};

const CLOSED: WindowState = {isOpen: false, bytesPerSecond: 0};

/** Minutes that a window is open on a day without a change of the clocks. */
export const minutesOf = ({startMinute, endMinute}: WindowConfig): number =>
	(endMinute - startMinute + MINUTES_PER_DAY) % MINUTES_PER_DAY || MINUTES_PER_DAY;

const zoneOf = (zones: ReadonlyMap<string, TimeZone>, {timeZone}: WindowConfig): TimeZone =>
	zones.get(timeZone) as TimeZone;

/** `localMs` is what the clocks of the zone show, as if they stood in UTC. */
const isWithin = ({days, startMinute, endMinute}: WindowConfig, localMs: number): boolean => {
	const day = Math.floor(localMs / DAY_MS);
	const minute = (localMs - day * DAY_MS) / MINUTE_MS;
	const isOn = (which: number) => days.includes(weekday(which));
	return startMinute < endMinute
		? isOn(day) && startMinute <= minute && minute < endMinute
		: (isOn(day) && startMinute <= minute) || (isOn(day - 1) && minute < endMinute);
};

/** Days are counted from the first of 1970, a Thursday. */
const weekday = (day: number): Weekday => (((((day + 3) % 7) + 7) % 7) + 1) as Weekday;

type Span = {readonly after: number; readonly until: number};

/** Instants at which the window may open or close: all at which it does, and some more. */
const boundaries = ({startMinute, endMinute}: WindowConfig, zone: TimeZone, span: Span): number[] => {
	const offsets = [...new Set([zone.offsetMs(span.after), zone.offsetMs(span.until)])];
	const instants = offsets.length > 1 ? [zone.changeBetween(span.after, span.until)] : [];
	for (const offset of offsets) {
		const last = Math.floor((span.until + offset) / DAY_MS);
		for (let day = Math.floor((span.after + offset) / DAY_MS); day <= last; day++) {
			for (const minute of [startMinute, endMinute]) {
				instants.push(day * DAY_MS + minute * MINUTE_MS - offset);
			}
		}
	}
	return instants;
};

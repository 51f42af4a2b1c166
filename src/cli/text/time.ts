/** Two units are enough to decide by: `42s`, `3m 20s`, `5h 12m`, `9d 4h`. */
export const humanSeconds = (seconds: number): string => {
	const whole = Math.max(0, Math.round(seconds));
	const index = SCALE.findIndex(([, size]) => whole >= size);
	const [unit, size] = SCALE[index] ?? ['s', 1];
	const [nextUnit, nextSize] = SCALE[index + 1] ?? ['', 0];
	const rest = nextSize > 0 ? Math.floor((whole % size) / nextSize) : 0;
	const first = `${Math.floor(whole / size)}${unit}`;
	return rest > 0 ? `${first} ${rest}${nextUnit}` : first;
};

/** How long before `now` the time `then` was; both RFC 3339. A time ahead of `now` (the clock was set) counts as now. */
export const age = (then: string, now: string): string => humanSeconds(secondsBetween(then, now));

/** How far ahead of `now` the time `then` is, `now` when it is past. */
export const ahead = (then: string, now: string): string => {
	const seconds = secondsBetween(now, then);
	return Math.round(seconds) <= 0 ? 'now' : `in ${humanSeconds(seconds)}`;
};

const MINUTE = 'YYYY-MM-DDTHH:MM'.length;
const DAY = 'YYYY-MM-DD'.length;

/** `22:00 UTC (in 3h 12m)`; with its date when that is not the day of `now`, with seconds when there are some. Both RFC 3339 in UTC. */
export const clockTime = (then: string, now: string): string => {
	const day = then.slice(0, DAY) === now.slice(0, DAY) ? '' : `${then.slice(0, DAY)} `;
	const seconds = then.slice(MINUTE, MINUTE + ':SS'.length);
	const time = then.slice(DAY + 1, MINUTE) + (seconds === ':00' ? '' : seconds);
	return `${day}${time} UTC (${ahead(then, now)})`;
};

const SCALE: ReadonlyArray<readonly [string, number]> = [
	['d', 86_400],
	['h', 3600],
	['m', 60],
	['s', 1],
];

const secondsBetween = (from: string, to: string): number => {
	// biome-ignore lint/style/noRestrictedGlobals: reads a timestamp, does not ask for the time
	const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
	return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
};

import type {Weekday, WindowConfig} from '../../src/config/windows.js';

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** `window('22:00-06:00', {days: [5]})`. Every day in UTC at the peer's own rate, unless it says otherwise. */
export const window = (
	times: string,
	{
		days = [1, 2, 3, 4, 5, 6, 7],
		timeZone = 'UTC',
		bytesPerSecond = 0,
	}: {
		readonly days?: readonly Weekday[];
		readonly timeZone?: string;
		readonly bytesPerSecond?: number;
	} = {},
): WindowConfig => {
	const [start = '', end = ''] = times.split('-');
	return {days, startMinute: minuteOf(start), endMinute: minuteOf(end), timeZone, bytesPerSecond};
};

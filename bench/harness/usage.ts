import {readdirSync, readFileSync} from 'node:fs';

/** USER_HZ: 100 on every Linux that Node runs on. */
const TICK_US = 10_000;

/** Resident memory of its own in bytes, without pages shared with files (an LMDB map is such a file). */
export const parseRssAnon = (status: string): number => {
	const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
	if (kibibytes === undefined) {
		throw new Error('/proc/PID/status has no RssAnon line');
	}
	return Number(kibibytes) * 1024;
};

/** User and system time in microseconds. The name in field 2 may hold blanks and parentheses. */
export const parseCpuMicros = (stat: string): number => {
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) * TICK_US;
};

/** Voluntary context switches: how often the main thread went to sleep, and so was woken. */
export const parseWakeUps = (status: string): number =>
	Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? Number.NaN);

export const rssAnonBytes = (pid: number | 'self'): number =>
	parseRssAnon(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** In steps of 10 ms; for rounds of a second and more. */
export const cpuMicros = (pid: number | 'self'): number =>
	parseCpuMicros(readFileSync(`/proc/${pid}/stat`, 'utf8'));

export const wakeUps = (pid: number): number => parseWakeUps(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Time on a processor of every thread that lives, in nanoseconds, by `name-id`; exact where `cpuMicros` has steps. */
export const threadTimes = (pid: number): ReadonlyMap<string, number> =>
	new Map(
		readdirSync(`/proc/${pid}/task`).map(thread => {
			const read = (file: string): string => readFileSync(`/proc/${pid}/task/${thread}/${file}`, 'utf8');
			return [`${read('comm').trim()}-${thread}`, Number(read('schedstat').split(' ')[0])];
		}),
	);

/** The same of all threads together: for what is nearly nothing. */
export const threadNanoseconds = (pid: number): number =>
	[...threadTimes(pid).values()].reduce((sum, nanoseconds) => sum + nanoseconds, 0);

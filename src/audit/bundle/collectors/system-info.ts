import {statfs} from 'node:fs/promises';
import os from 'node:os';
import {type Clock, formatTime} from '../../../runtime/clock.js';
import type {Collector} from '../collector.js';
import type {Subject} from '../subject.js';

/** The machine: what it is, how much of it is used, and what of the environment concerns edged. */
export const systemInfo = ({config, env}: Subject, clock: Clock): Collector => ({
	name: 'system_info',
	deadlineMs: 3000,
	async collect() {
		const value = {
			os: `${os.type()} ${os.release()}`,
			os_version: os.version(),
			arch: os.arch(),
			node_version: process.version,
			hostname: os.hostname(),
			collected_at: formatTime(clock.now()),
			uptime_seconds: Math.round(os.uptime()),
			load_average: os.loadavg(),
			cpu: {count: os.cpus().length, model: os.cpus()[0]?.model ?? 'unknown'},
			memory: {total_bytes: os.totalmem(), free_bytes: os.freemem()},
			user: {uid: process.getuid?.(), gid: process.getgid?.()},
			disks: await disksOf(['/', '/tmp', config.config?.node.stateDir]),
			environment: environmentOf(env),
		};
		return {files: [{name: 'system_info.json', kind: 'json', value}]};
	},
});

export type DiskSpace = {
	readonly path: string;
	readonly total_bytes?: number;
	readonly free_bytes?: number;
	readonly files_free?: number;
	readonly error?: string;
};

/** Of the file system that each path lies on; `undefined` paths are passed over. */
export const disksOf = (paths: ReadonlyArray<string | undefined>): Promise<DiskSpace[]> =>
	Promise.all(paths.filter(path => path !== undefined).map(diskOf));

const diskOf = async (path: string): Promise<DiskSpace> => {
	try {
		const {blocks, bavail, bsize, ffree} = await statfs(path);
		return {path, total_bytes: blocks * bsize, free_bytes: bavail * bsize, files_free: ffree};
	} catch (error) {
		return {path, error: (error as Error).message};
	}
};

const OF_INTEREST =
	/^(?:EDGED_|AUTONOMY_|NODE_|UV_|LC_|NO_COLOR$|LANG$|TZ$|PATH$)|^(?:https?|no|all)_proxy$/i;

const environmentOf = (env: Subject['env']): Record<string, string> =>
	Object.fromEntries(
		Object.entries(env).flatMap(([name, value]) =>
			OF_INTEREST.test(name) && value !== undefined ? [[name, value]] : [],
		),
	);

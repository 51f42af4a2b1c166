import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Relay} from '../e2e/daemons.js';
import {costs, type Profile, Profiler} from './profiler.js';
import {threadTimes} from './usage.js';

export type ReportOptions = {
	/** Lines, the most expensive functions first. */
	readonly top: number;
	/** Where to keep the profiles, for a look with Chromium. */
	readonly save?: string;
};

/** A daemon whose processor time is told, function by function. It must have been started with `--inspect-port=0`. */
export class WatchedDaemon {
	readonly #name: string;
	readonly #pid: number;
	readonly #profiler: Profiler;
	#before: ReadonlyMap<string, number> = new Map();

	static async attach(name: string, {daemon}: Relay): Promise<WatchedDaemon> {
		return new WatchedDaemon(name, daemon.pid, await Profiler.attach(daemon));
	}

	private constructor(name: string, pid: number, profiler: Profiler) {
		this.#name = name;
		this.#pid = pid;
		this.#profiler = profiler;
	}

	async start(): Promise<void> {
		this.#before = threadTimes(this.#pid);
		await this.#profiler.start();
	}

	/** Ends the profile and prints what it cost: microseconds per segment. */
	async report(segments: number, {top, save}: ReportOptions): Promise<void> {
		const profile = await this.#profiler.stop();
		this.#print(profile, segments, top);
		if (save !== undefined) {
			await writeFile(path.join(save, `${this.#name}.cpuprofile`), JSON.stringify(profile));
		}
	}

	/** Shares of the profile are laid on what the main thread really used: samples also count time in which others had the processor. */
	#print(profile: Profile, segments: number, top: number): void {
		const threads = [...threadTimes(this.#pid)].map(([thread, nanoseconds]) => ({
			thread,
			micros: (nanoseconds - (this.#before.get(thread) ?? 0)) / 1000 / segments,
		}));
		const total = threads.reduce((sum, {micros}) => sum + micros, 0);
		const main = threads.find(({thread}) => thread.endsWith(`-${this.#pid}`))?.micros ?? 0;
		print(`\n## ${this.#name}: ${total.toFixed(2)} us/segment, main thread ${main.toFixed(2)}`);
		const others = threads.filter(({thread, micros}) => !thread.endsWith(`-${this.#pid}`) && micros >= 0.01);
		print(`other threads: ${others.map(({micros}) => micros.toFixed(2)).join(', ')}`);
		for (const {place, share} of costs(profile).slice(0, top)) {
			print(`${(share * main).toFixed(3).padStart(8)}  ${place}`);
		}
	}
}

const print = (text: string): void => {
	process.stdout.write(`${text}\n`);
};

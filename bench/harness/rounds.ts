import {mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';
import type {BenchContext} from '../bench.js';
import {type DiskControl, measureDisk} from './control.js';
import type {FoundBench} from './find.js';
import type {Group} from './plan.js';
import {Worker} from './worker.js';
import type {Round} from './worker-protocol.js';

export type RunOptions = {
	readonly rounds: number;
	readonly scale: BenchContext['scale'];
	/** Parent of the directories that benches write into. */
	readonly directory: string;
	/** Told what goes on, for a person who waits. */
	progress(text: string): void;
};

export type BenchRounds = {
	readonly found: FoundBench;
	readonly rounds: readonly Round[];
	/** Set when it failed; its rounds up to then are not shown. */
	readonly failure?: string;
};
export type GroupRounds = {
	readonly name: string;
	readonly benches: readonly BenchRounds[];
	readonly controls: readonly DiskControl[];
};

/** Opens and warms up every bench of the group, then takes `rounds` times one round of each. A bench that fails drops out. */
export const runGroup = async (group: Group, options: RunOptions): Promise<GroupRounds> => {
	const controls: DiskControl[] = [];
	const entrants: Entrant[] = [];
	try {
		for (const found of group.benches) {
			const entrant = new Entrant(found, options);
			entrants.push(entrant);
			options.progress(`${group.name}: opening ${found.bench.name}`);
			await entrant.open();
		}
		for (let round = 1; round <= options.rounds; round++) {
			controls.push(measureDisk(options.directory, options.scale));
			for (const entrant of rotated(entrants, round)) {
				options.progress(`${group.name}: round ${round} of ${options.rounds}, ${entrant.found.bench.name}`);
				await entrant.round();
			}
		}
	} finally {
		for (const entrant of entrants) {
			await entrant.close();
		}
	}
	return {name: group.name, controls, benches: entrants.map(entrant => entrant.outcome())};
};

/** Each round begins with another bench, so that none always follows the same neighbour. Exported for its test. */
export const rotated = <Item>(items: readonly Item[], by: number): readonly Item[] => {
	const start = items.length === 0 ? 0 : by % items.length;
	return [...items.slice(start), ...items.slice(0, start)];
};

/** One bench in one group: its worker, its directory and what it has shown so far. */
class Entrant {
	readonly found: FoundBench;
	readonly #options: RunOptions;
	readonly #worker = new Worker();
	readonly #rounds: Round[] = [];
	#directory: string | undefined;
	#failure: string | undefined;

	constructor(found: FoundBench, options: RunOptions) {
		this.found = found;
		this.#options = options;
	}

	async open(): Promise<void> {
		await this.#attempt(async () => {
			const {directory: parent, scale} = this.#options;
			const directory = await mkdtemp(path.join(parent, 'edged-bench-'));
			this.#directory = directory;
			const {module, bench} = this.found;
			await this.#worker.open({module, bench: bench.name, context: {scale, directory}});
			if (scale === 'full') {
				await this.#worker.round(); // Warm-up.
			}
		});
	}

	async round(): Promise<void> {
		await this.#attempt(async () => {
			this.#rounds.push(await this.#worker.round());
		});
	}

	async close(): Promise<void> {
		await this.#attempt(() => this.#worker.close());
		await this.#worker.end();
		if (this.#directory !== undefined) {
			await rm(this.#directory, {recursive: true, force: true});
		}
	}

	outcome(): BenchRounds {
		return {
			found: this.found,
			rounds: this.#rounds,
			...(this.#failure === undefined ? {} : {failure: this.#failure}),
		};
	}

	async #attempt(act: () => Promise<void>): Promise<void> {
		if (this.#failure !== undefined) {
			return;
		}
		try {
			await act();
		} catch (error) {
			this.#failure = error instanceof Error ? error.message : String(error);
		}
	}
}

import type {Teardown} from '../../test/helpers/temp-dir.js';

/** Stands in for a test's teardown, so that benches start processes by the helpers of the tests. Runs backwards. */
export class Cleanup implements Teardown {
	readonly #steps: Array<() => unknown> = [];

	teardown(step: () => unknown): void {
		this.#steps.push(step);
	}

	async run(): Promise<void> {
		for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
			await step();
		}
	}
}

/** Runs what was torn down so far when `build` fails, so that a bench whose setup breaks leaves no process behind. */
export const withCleanup = async <Built>(build: (cleanup: Cleanup) => Promise<Built>): Promise<Built> => {
	const cleanup = new Cleanup();
	try {
		return await build(cleanup);
	} catch (error) {
		await cleanup.run();
		throw error;
	}
};

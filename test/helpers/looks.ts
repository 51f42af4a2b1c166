import {setTimeout as wait} from 'node:timers/promises';

const FIRST_MS = 5;
const LONGEST_MS = 25;
const GROWTH = 1.5;

/**
 * A turn for each look at another process, which tells nobody when it gets there, until `deadlineMs` have passed: soon at first, then
 * less often, for who looks takes from the machine what he waits for.
 */
export async function* looks(deadlineMs: number): AsyncGenerator<void> {
	const deadline = performance.now() + deadlineMs;
	for (let pause = FIRST_MS; performance.now() < deadline; pause = Math.min(pause * GROWTH, LONGEST_MS)) {
		yield;
		await wait(pause);
	}
}

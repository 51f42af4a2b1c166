import {setTimeout as wait} from 'node:timers/promises';
import type {SeededRandom} from './random.js';
import type {EdgeAndHub, Relay} from './relay.js';

export type Kill = {
	readonly victim: 'edge' | 'hub';
	/** Segments answered to the producer plus records acknowledged by the hub, when it is time. */
	readonly at: number;
	/** The hub stands still before, so that the edge has requests under way that nobody answers. */
	readonly isHubFrozen: boolean;
	/** In the moment of the next answer to the producer: what was promised too early is lost then, if ever. */
	readonly isOnAnswer: boolean;
	/** From the moment that `at` is reached; of no account with `isOnAnswer`. */
	readonly delayMs: number;
	/** How long the victim stays dead. */
	readonly deadMs: number;
};

export type KillCounts = {readonly edge: number; readonly hub: number};

/** Kills spread at random over the whole life of `segments`: handing over counts one step, arriving another. */
export const planKills = (counts: KillCounts, segments: number, random: SeededRandom): Kill[] => {
	const plan = (victim: Kill['victim'], count: number): Kill[] =>
		Array.from({length: count}, (_, index) => ({
			victim,
			at: Math.floor(segments * shareAt(victim, index, random.fraction())),
			isHubFrozen: index % 2 === 0,
			isOnAnswer: isOnAnswer(victim, index),
			delayMs: random.integer(0, 60),
			deadMs: random.isLikely(0.5) ? 0 : random.integer(0, 300),
		}));
	return [...plan('edge', counts.edge), ...plan('hub', counts.hub)].sort((a, b) => a.at - b.at);
};

/** The first kill of all meets the edge with work under way and a hub that was well; below 1 the producer is still at work. */
const shareAt = (victim: Kill['victim'], index: number, fraction: number): number => {
	if (victim === 'edge' && index === 0) {
		return 0.05 * fraction;
	}
	return 0.1 + (isOnAnswer(victim, index) ? 0.7 : 1.8) * fraction;
};

const isOnAnswer = (victim: Kill['victim'], index: number): boolean => victim === 'edge' && index % 2 === 1;

export type KillerOptions = {
	readonly pair: EdgeAndHub;
	readonly kills: readonly Kill[];
	/** Segments answered to the producer so far. */
	answered(): number;
	/** Resolves with the next answer, or when no more will come. */
	nextAnswer(): Promise<void>;
	readonly note: (line: string) => void;
	/** Ends the plan where it stands: what it waits for will not come. */
	readonly signal: AbortSignal;
};

/** Carries out the plan; resolves when both daemons are back from the last kill. */
export const killByPlan = async (options: KillerOptions): Promise<void> => {
	const {pair, kills, nextAnswer, note} = options;
	for (const kill of kills) {
		const progress = await progressReaches(kill.at, options);
		if (kill.isHubFrozen) {
			pair.hub.signal('SIGSTOP');
			await untilInflight(pair.edge);
		}
		await (kill.isOnAnswer ? nextAnswer() : wait(kill.delayMs));
		const victim = pair[kill.victim];
		await victim.kill();
		if (kill.isHubFrozen && kill.victim === 'edge') {
			pair.hub.signal('SIGCONT');
		}
		await wait(kill.deadMs);
		await victim.start();
		note(
			`${kill.victim} killed at ${progress}${kill.isHubFrozen ? ', hub frozen' : ''}${kill.isOnAnswer ? ', on an answer' : ''}: ` +
				`${victim.abandoned.at(-1)} abandoned, ready again in ${victim.daemon.readyMs.toFixed(0)} ms`,
		);
	}
};

const LOOK_AGAIN_MS = 10;
/** The hub may be frozen when nothing is left to be sent. */
const INFLIGHT_DEADLINE_MS = 3000;

const progressReaches = async (at: number, {pair, answered, signal}: KillerOptions): Promise<number> => {
	for (;;) {
		signal.throwIfAborted();
		const {queue_depth: depth} = await pair.edge.status();
		const progress = answered() + depth.acked;
		if (progress >= at) {
			return progress;
		}
		await wait(LOOK_AGAIN_MS);
	}
};

const untilInflight = async (edge: Relay): Promise<void> => {
	const deadline = performance.now() + INFLIGHT_DEADLINE_MS;
	while (performance.now() < deadline) {
		const {queue_depth: depth, peers} = await edge.status();
		if (depth.inflight > 0 || peers[0]?.link === 'down') {
			return;
		}
		await wait(LOOK_AGAIN_MS);
	}
};

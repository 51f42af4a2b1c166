import {setTimeout as wait} from 'node:timers/promises';
import {freeze, type Kill, killByPlan, relayVictim, victimOf} from './killer.js';
import type {Producer} from './producer.js';
import type {SeededRandom} from './random.js';
import type {EdgeAndHub} from './relay.js';

export type TimedKill = Kill & {
	/** Segments answered to the producer plus records acknowledged by the hub, when it is time. */
	readonly at: number;
	/** From the moment that `at` is reached; of no account with `isOnAnswer`. */
	readonly delayMs: number;
};

export type KillCounts = {readonly edge: number; readonly hub: number};

/** Kills spread at random over the whole life of `segments`: handing over counts one step, arriving another. */
export const planKills = (counts: KillCounts, segments: number, random: SeededRandom): TimedKill[] => {
	const plan = (victim: keyof KillCounts, count: number): TimedKill[] =>
		Array.from({length: count}, (_, index) => ({
			victim,
			at: Math.floor(segments * shareAt(victim, index, random.fraction())),
			frozen: index % 2 === 0 ? 'hub' : undefined,
			isOnAnswer: isOnAnswer(victim, index),
			delayMs: random.integer(0, 60),
			deadMs: random.isLikely(0.5) ? 0 : random.integer(0, 300),
		}));
	return [...plan('edge', counts.edge), ...plan('hub', counts.hub)].sort((a, b) => a.at - b.at);
};

/** The first kill of all meets the edge with work under way and a hub that was well; below 1 the producer is still at work. */
const shareAt = (victim: string, index: number, fraction: number): number => {
	if (victim === 'edge' && index === 0) {
		return 0.05 * fraction;
	}
	return 0.1 + (isOnAnswer(victim, index) ? 0.7 : 1.8) * fraction;
};

const isOnAnswer = (victim: string, index: number): boolean => victim === 'edge' && index % 2 === 1;

export type KillPairOptions = {
	readonly kills: readonly TimedKill[];
	readonly producer: Producer;
	readonly note: (line: string) => void;
	/** Ends the plan where it stands: what it waits for will not come. */
	readonly signal: AbortSignal;
};

/** Carries out the plan on an edge and its hub; resolves when both are back from the last kill. */
export const killPair = async (pair: EdgeAndHub, options: KillPairOptions): Promise<void> => {
	const {kills, producer, note, signal} = options;
	const victims = {edge: relayVictim(pair.edge), hub: relayVictim(pair.hub)};
	await killByPlan({
		victims,
		kills,
		note,
		async prepare({at, frozen}) {
			const progress = await progressReaches(at, pair, producer, signal);
			if (frozen !== undefined) {
				await freeze(pair.edge, frozen, victimOf(victims, frozen), NOTHING_TO_BEGIN);
			}
			return `at ${progress}`;
		},
		moment: ({isOnAnswer, delayMs}) => (isOnAnswer ? producer.nextAnswer() : wait(delayMs)),
	});
};

const LOOK_AGAIN_MS = 10;
/** The hub may be frozen when nothing is left to be sent. */
const NOTHING_TO_BEGIN = {begin: async () => {}, patienceMs: 3000};

const progressReaches = async (
	at: number,
	{edge}: EdgeAndHub,
	producer: Producer,
	signal: AbortSignal,
): Promise<number> => {
	for (;;) {
		signal.throwIfAborted();
		const {queue_depth: depth} = await edge.status();
		const progress = producer.acknowledged.size + depth.acked;
		if (progress >= at) {
			return progress;
		}
		await wait(LOOK_AGAIN_MS);
	}
};

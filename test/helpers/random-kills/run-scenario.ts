import {setTimeout as wait} from 'node:timers/promises';
import type {Status} from '../edge-daemon.js';
import type {Teardown} from '../temp-dir.js';
import {planHandovers} from '../two-daemons/handovers.js';
import {freeze, killByPlan, relayVictim, type Victim, victimOf} from '../two-daemons/killer.js';
import {untilDone} from '../two-daemons/patience.js';
import {Producer} from '../two-daemons/producer.js';
import {SeededRandom} from '../two-daemons/random.js';
import {Conditions} from './conditions.js';
import {gather} from './evidence.js';
import {fsckAt, violationsAt} from './offline.js';
import type {Evidence} from './oracle.js';
import {type Parties, PEERS, startParties} from './parties.js';
import {planRounds, type Round} from './rounds.js';
import type {KillScenario} from './scenario.js';
import {Turnstile} from './turnstile.js';

export type ScenarioOptions = {
	readonly directory: string;
	readonly scenario: KillScenario;
	readonly seed: number;
	readonly segments: number;
	/** Of the whole series: which this scenario carries out. */
	readonly kills: {readonly first: number; readonly count: number};
	readonly note: (line: string) => void;
};

export type ScenarioRun = {
	readonly scenario: KillScenario;
	readonly rounds: readonly Round[];
	readonly evidence: Evidence;
	/** Of the edge, when nothing waits any more. */
	readonly status: Status;
	/** Put back by all starts of the edge together. */
	readonly abandoned: number;
	/** Handovers that a kill left without an answer. */
	readonly unanswered: number;
	/** What is wrong with a store: of the edge between two lives, of both daemons at the end. */
	readonly violations: readonly string[];
	/** How often the edge's store was checked between two lives. */
	readonly checks: number;
	readonly seconds: number;
};

/** Kills edge, hub and web endpoint while a producer hands over, then lets everything come to its end. */
export const runScenario = async (t: Teardown, options: ScenarioOptions): Promise<ScenarioRun> => {
	const {directory, scenario, seed, segments, kills, note} = options;
	const begun = performance.now();
	const random = new SeededRandom(seed);
	const handovers = planHandovers(segments, random);
	const rounds = planRounds(kills, handovers.length, random);
	const parties = await startParties(t, directory, scenario, seed);
	const turnstile = new Turnstile();
	const producer = new Producer({
		rpcSocket: parties.edge.inHome('rpc.sock'),
		ingestSocket: parties.edge.inHome('ingest.sock'),
		handovers: turnstile.through(handovers),
		inFlight: IN_FLIGHT,
	});
	const conditions = new Conditions(scenario.condition, PEERS.length);
	const rest = new EdgeAtRest(parties, scenario, conditions, rounds);
	const victims = {
		edge: relayVictim(parties.edge, () => rest.pass()),
		hub: relayVictim(parties.hub),
		web: parties.web,
	};
	await Promise.all([
		producer.run(),
		killAll({edge: parties.edge, victims, rounds, turnstile, producer, note}),
	]);
	note(`${producer.acknowledged.size} segments acknowledged, ${producer.unanswered} handovers unanswered`);
	const status = await untilDone(parties.edge);
	await untilDone(parties.hub);
	const evidence = await gather(parties, scenario.format, producer, conditions);
	for (const relay of [parties.edge, parties.hub]) {
		await relay.daemon.end('SIGTERM');
		rest.violations.push(...(await fsckAt(relay.home)), ...(await violationsAt(relay.home)));
	}
	await parties.web.kill();
	return {
		scenario,
		rounds,
		evidence,
		status,
		abandoned: parties.edge.abandoned.reduce((sum, count) => sum + count, 0),
		unanswered: producer.unanswered,
		violations: rest.violations,
		checks: rest.checks,
		seconds: Math.round((performance.now() - begun) / 1000),
	};
};

const IN_FLIGHT = 8;
/** Where fewer peers are enough, there may be nothing left for the one that is frozen. */
const PATIENCE_MS = 1000;

type Killing = {
	readonly edge: Parties['edge'];
	readonly victims: Readonly<Record<string, Victim>>;
	readonly rounds: readonly Round[];
	readonly turnstile: Turnstile;
	readonly producer: Producer;
	readonly note: (line: string) => void;
};

const killAll = ({edge, victims, rounds, turnstile, producer, note}: Killing): Promise<void> =>
	killByPlan({
		victims,
		kills: rounds,
		note,
		async prepare({frozen, before, loadMs}) {
			const begin = async (): Promise<void> => {
				const answered = producer.nextAnswer();
				turnstile.release(before);
				await answered;
			};
			if (frozen === undefined) {
				await begin();
			} else {
				await freeze(edge, frozen, victimOf(victims, frozen), {begin, patienceMs: PATIENCE_MS});
			}
			await wait(loadMs);
			return `at ${producer.acknowledged.size}`;
		},
		async moment({isOnAnswer, inMoment, delayMs}) {
			const answered = producer.nextAnswer();
			turnstile.release(inMoment);
			await (isOnAnswer ? answered : wait(delayMs));
		},
	});

/** What happens between two lives of the edge: every third time its store is checked, once it gets another success condition. */
class EdgeAtRest {
	readonly violations: string[] = [];
	checks = 0;
	readonly #parties: Parties;
	readonly #scenario: KillScenario;
	readonly #conditions: Conditions;
	readonly #changeAt: number;
	#lives = 0;

	constructor(parties: Parties, scenario: KillScenario, conditions: Conditions, rounds: readonly Round[]) {
		this.#parties = parties;
		this.#scenario = scenario;
		this.#conditions = conditions;
		this.#changeAt = Math.ceil(rounds.filter(({victim}) => victim === 'edge').length / 2);
	}

	async pass(): Promise<void> {
		const {edge, configWith} = this.#parties;
		this.#lives += 1;
		if (this.#lives === this.#changeAt && this.#scenario.later !== undefined) {
			this.#conditions.change(this.#scenario.later);
			edge.reconfigure(configWith(this.#scenario.later));
		} else if (this.#lives % 3 === 2) {
			this.checks += 1;
			this.violations.push(...(await fsckAt(edge.home)));
		}
	}
}

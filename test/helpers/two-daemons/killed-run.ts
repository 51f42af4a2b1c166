import type {Status} from '../edge-daemon.js';
import type {Teardown} from '../temp-dir.js';
import {type Arrivals, checkArrivals} from './arrivals.js';
import {type Handover, planHandovers} from './handovers.js';
import {type KillCounts, killPair, planKills} from './kill-plan.js';
import {untilDone} from './patience.js';
import {Producer} from './producer.js';
import {SeededRandom} from './random.js';
import {recordsThat} from './records.js';
import {type Relay, startEdgeAndHub} from './relay.js';

export type KilledRunOptions = {
	readonly directory: string;
	readonly seed: number;
	readonly segments: number;
	readonly kills: KillCounts;
	readonly note: (line: string) => void;
};

export type KilledRun = {
	readonly acknowledged: number;
	readonly arrivals: Arrivals;
	/** At the end, when nothing waits any more. */
	readonly edge: Status['queue_depth'];
	readonly hub: Status['queue_depth'];
	/** Put back by each start of the edge, the first included. */
	readonly edgeAbandoned: readonly number[];
	/** Handovers that a kill left without an answer. */
	readonly unanswered: number;
	/** Records of the edge that were charged with a failure though only daemons died. */
	readonly charged: readonly string[];
};

/** A producer hands over to the edge, the edge delivers to the hub, the hub into a directory, and both daemons are killed meanwhile. */
export const runKilled = async (t: Teardown, options: KilledRunOptions): Promise<KilledRun> => {
	const {directory, seed, segments, kills, note} = options;
	const random = new SeededRandom(seed);
	const handovers = planHandovers(segments, random);
	const plan = planKills(kills, segments, random);
	const pair = await startEdgeAndHub(t, directory);
	const producer = startProducer(pair.edge, handovers);
	const refused = new AbortController();
	const producing = producer.run().catch((error: unknown) => refused.abort(error));
	await killPair(pair, {kills: plan, producer, note, signal: refused.signal});
	await producing;
	refused.signal.throwIfAborted();
	note(`${producer.acknowledged.size} segments acknowledged, ${producer.unanswered} handovers unanswered`);
	const {queue_depth: edge} = await untilDone(pair.edge);
	const {queue_depth: hub} = await untilDone(pair.hub);
	return {
		acknowledged: producer.acknowledged.size,
		arrivals: await checkArrivals(pair.outbox, producer.acknowledged),
		edge,
		hub,
		edgeAbandoned: pair.edge.abandoned,
		unanswered: producer.unanswered,
		charged: await recordsThat(pair.edge, record => record.charged_failures > 0),
	};
};

const IN_FLIGHT = 8;

const startProducer = (edge: Relay, handovers: readonly Handover[]): Producer =>
	new Producer({
		rpcSocket: edge.inHome('rpc.sock'),
		ingestSocket: edge.inHome('ingest.sock'),
		handovers,
		inFlight: IN_FLIGHT,
	});

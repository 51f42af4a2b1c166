import {setTimeout as wait} from 'node:timers/promises';
import type {Relay} from './relay.js';

/** Something that is killed and comes back. */
export type Victim = {
	kill(): Promise<void>;
	/** Resolves when it is ready again, with words on how that went. */
	start(): Promise<string>;
	signal(name: NodeJS.Signals): void;
};

export type Kill = {
	/** Its name among the victims. */
	readonly victim: string;
	/** Stands still meanwhile, so that the edge has requests under way that nobody answers: a victim that is a peer of the edge. */
	readonly frozen: string | undefined;
	/** In the moment of the next answer to the producer: what was promised too early is lost then, if ever. */
	readonly isOnAnswer: boolean;
	/** How long the victim stays dead. */
	readonly deadMs: number;
};

export type KillerOptions<Planned extends Kill> = {
	readonly victims: Readonly<Record<string, Victim>>;
	readonly kills: readonly Planned[];
	/** Resolves when it is time, with words on when that was. */
	prepare(kill: Planned): Promise<string>;
	/** Resolves in the very moment. */
	moment(kill: Planned): Promise<void>;
	readonly note: (line: string) => void;
};

/** Carries out the plan; resolves when all are back from the last kill. */
export const killByPlan = async <Planned extends Kill>(options: KillerOptions<Planned>): Promise<void> => {
	const {victims, kills, note} = options;
	for (const kill of kills) {
		const when = await options.prepare(kill);
		const victim = victimOf(victims, kill.victim);
		await options.moment(kill);
		await victim.kill();
		if (kill.frozen !== undefined && kill.frozen !== kill.victim) {
			victimOf(victims, kill.frozen).signal('SIGCONT');
		}
		await wait(kill.deadMs);
		const how = await victim.start();
		const frozen = kill.frozen === undefined ? '' : `, ${kill.frozen} frozen`;
		note(`${kill.victim} killed ${when}${frozen}${kill.isOnAnswer ? ', on an answer' : ''}: ${how}`);
	}
};

/** A relay as a victim; `atRest` runs while it is dead. */
export const relayVictim = (relay: Relay, atRest: () => Promise<void> = async () => {}): Victim => ({
	kill: () => relay.kill(),
	signal: name => relay.signal(name),
	async start() {
		await atRest();
		await relay.start();
		return `${relay.abandoned.at(-1)} abandoned, ready again in ${relay.daemon.readyMs.toFixed(0)} ms`;
	},
});

const LOOK_AGAIN_MS = 10;

/**
 * Stops the peer where it stands, and resolves when work has begun and the edge sends it something, knows that it is down, or
 * `patienceMs` are over.
 */
export const freeze = async (
	edge: Relay,
	name: string,
	peer: Victim,
	work: {begin(): Promise<void>; readonly patienceMs: number},
): Promise<void> => {
	peer.signal('SIGSTOP');
	await work.begin();
	const deadline = performance.now() + work.patienceMs;
	while (performance.now() < deadline) {
		const {peers} = await edge.status();
		const status = peers.find(({peer_id: id}) => id === name);
		if (status === undefined || status.queue_depth.inflight > 0 || status.link === 'down') {
			return;
		}
		await wait(LOOK_AGAIN_MS);
	}
};

export const victimOf = (victims: Readonly<Record<string, Victim>>, name: string): Victim => {
	const victim = victims[name];
	if (victim === undefined) {
		throw new Error(`Nobody is called ${name}`);
	}
	return victim;
};

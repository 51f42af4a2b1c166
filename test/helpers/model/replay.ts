import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import {Command, PEER_IDS, type Real} from './command.js';
import {applyVerb, hasPayload} from './operator.js';
import type {ModelRecord, QueueModel} from './queue-model.js';

/** A paced retry that was begun. */
export type ModelJob = {
	readonly id: string;
	/** Whose deadletters; all without one. */
	readonly peer: PeerId | undefined;
	/** How many had died when it began: it never meets what dies later. */
	readonly deaths: number;
	retried: number;
	isRunning: boolean;
};

/** `begin`s a paced retry, or takes a `step` of one that runs, or `cancel`s it. */
export class Replay extends Command {
	readonly verb: 'begin' | 'step' | 'cancel';
	/** Of `begin`: whose; 3 for all. Else which job. */
	readonly pick: number;
	readonly limit: number;

	constructor(verb: 'begin' | 'step' | 'cancel', pick = 3, limit = 1000) {
		super();
		this.verb = verb;
		this.pick = pick;
		this.limit = limit;
	}

	override check({jobs}: Readonly<QueueModel>): boolean {
		const running = jobs.filter(({isRunning}) => isRunning).length;
		return this.verb === 'begin' ? running < 16 : running > 0;
	}

	async act(model: QueueModel, real: Real): Promise<void> {
		const {replays} = real.store;
		if (this.verb === 'begin') {
			const peer = this.pick === 3 ? undefined : PEER_IDS[this.pick % real.peers.length];
			const selector = peer === undefined ? {} : {peer};
			const {id} = await replays.begin({selector, ratePerSecond: 100, matched: 0});
			model.jobs.push({id, peer, deaths: model.deaths, retried: 0, isRunning: true});
			return;
		}
		const running = model.jobs.filter(({isRunning}) => isRunning);
		const job = running[this.pick % running.length] as ModelJob;
		if (this.verb === 'cancel') {
			job.isRunning = (await replays.cancel(job.id)).state === 'running';
			return;
		}
		await this.#step(model, job, real);
	}

	async #step(model: QueueModel, job: ModelJob, {store}: Real): Promise<void> {
		const able = model.records.filter(record => isMeant(job, record) && hasPayload(record));
		const pace = {from: store.replays.now(), msPerRecord: 10};
		const {retried, state} = await store.replays.step(job.id, this.limit, pace);
		const isBack = ({segment, peer}: ModelRecord): boolean =>
			store.inspect(segment.id as SegmentId, peer)[0]?.state !== 'deadletter';
		const back = able.filter(isBack);
		const left = able.filter(record => !back.includes(record));
		if (back.length !== retried - job.retried || back.length > this.limit) {
			throw new Error(
				`${job.id} says ${retried - job.retried} of at most ${this.limit}, back are ${back.length}`,
			);
		}
		if (back.some(record => left.some(other => isBefore(other, record)))) {
			throw new Error(`${job.id} has retried what was enqueued later first`);
		}
		if (state === 'done' && left.length > 0) {
			throw new Error(`${job.id} is done and has left ${left.map(({segment}) => segment.id).join(', ')}`);
		}
		job.retried = retried;
		job.isRunning = state === 'running';
		for (const record of back) {
			applyVerb(model, record, 'retry');
		}
	}
}

const isMeant = (job: ModelJob, {state, peer, death = 0}: ModelRecord): boolean =>
	state === 'deadletter' && death <= job.deaths && (job.peer ?? peer) === peer;

/** In the order of a paced retry: peer by peer, and of each by the enqueue. Within a call that is known of one class only. */
const isBefore = (a: ModelRecord, b: ModelRecord): boolean => {
	const peers = PEER_IDS.indexOf(a.peer) - PEER_IDS.indexOf(b.peer);
	const [one, other] = [a.segment, b.segment];
	const isEarlier =
		one.call === other.call ? one.classNo === other.classNo && one.seq < other.seq : one.call < other.call;
	return peers < 0 || (peers === 0 && isEarlier);
};

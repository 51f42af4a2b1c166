import type {SegmentId} from '../../../src/outbound/names.js';
import {Command, RETENTION_MS, type Real} from './command.js';
import type {ModelRecord, QueueModel} from './queue-model.js';

/** What waits and is not being sent. */
const canChange = ({state}: ModelRecord): boolean => state === 'scheduled' || state === 'failed';

export class Hold extends Command {
	readonly verb: 'hold' | 'release';
	readonly pick: number;

	constructor(verb: 'hold' | 'release', pick: number) {
		super();
		this.verb = verb;
		this.pick = pick;
	}

	async act(model: QueueModel, {store}: Real): Promise<void> {
		const known = model.records.filter(
			({state, segment}) => state !== 'purged' && state !== 'forgotten' && model.find(segment.id) === segment,
		);
		const record = known[this.pick % Math.max(1, known.length)];
		if (record === undefined) {
			return;
		}
		const done = await store.change(this.verb, record.segment.id as SegmentId, record.peer).then(
			({changed}) => ({changed}),
			(error: {code?: string}) => ({code: error.code}),
		);
		if (!canChange(record)) {
			const isGone =
				model.mayBeForgotten(record, RETENTION_MS) && 'code' in done && done.code === 'NOT_FOUND';
			if (!isGone && !('code' in done && done.code === 'INVALID_STATE')) {
				throw new Error(`${this.verb} of ${record.state}: ${JSON.stringify(done)}`);
			}
			return;
		}
		const expected = (record.heldSince === undefined) === (this.verb === 'hold') ? 1 : 0;
		if (!('changed' in done) || done.changed !== expected) {
			throw new Error(`${this.verb}: ${JSON.stringify(done)}, the model says ${expected}`);
		}
		model[this.verb](record);
	}
}

export class HoldAll extends Command {
	readonly verb: 'hold' | 'release';
	readonly limit: number;

	constructor(verb: 'hold' | 'release', limit: number) {
		super();
		this.verb = verb;
		this.limit = limit;
	}

	async act(model: QueueModel, {store}: Real): Promise<void> {
		const wanted = model.records.filter(
			record => canChange(record) && (record.heldSince === undefined) === (this.verb === 'hold'),
		);
		const refused = model.records.filter(({state}) => this.verb === 'hold' && state === 'inflight');
		const sum = {changed: 0, refused: 0};
		let cursor: string | undefined;
		for (let done = false; !done; ) {
			const step = await store.changeMatching(this.verb, cursor === undefined ? {} : {cursor}, this.limit);
			if (step.changed > this.limit) {
				throw new Error(`${step.changed} changed in a step of ${this.limit}`);
			}
			({cursor, done} = step);
			sum.changed += step.changed;
			sum.refused += step.refused;
		}
		if (sum.changed !== wanted.length || sum.refused !== refused.length) {
			throw new Error(`${this.verb} all: ${JSON.stringify(sum)}, the model says ${wanted.length}`);
		}
		for (const record of wanted) {
			model[this.verb](record);
			record.fresh &&=
				this.verb === 'hold' || this.limit === 1 || !wanted.some(other => mayKeepBack(other, record));
		}
	}
}

/**
 * Of one block, what is released together stays together: off the queue when any of it expires. Which segments share a block the model
 * does not know, but they came in one call.
 */
const mayKeepBack = ({segment, peer, classNo}: ModelRecord, record: ModelRecord): boolean =>
	segment.expiresAt !== 0 &&
	peer === record.peer &&
	classNo === record.classNo &&
	segment.enqueuedAt === record.segment.enqueuedAt;

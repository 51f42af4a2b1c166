import type {SegmentId} from '../../../src/outbound/names.js';
import {Command, RETENTION_MS, type Real} from './command.js';
import type {ModelRecord, QueueModel} from './queue-model.js';

export class Operator extends Command {
	readonly verb: 'force' | 'retry' | 'purge';
	readonly pick: number;

	constructor(verb: 'force' | 'retry' | 'purge', pick: number) {
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
		const isGone = model.mayBeForgotten(record, RETENTION_MS);
		const done = await store[this.verb](record.segment.id as SegmentId, record.peer).then(
			result => ({result}),
			(error: {code?: string}) => ({code: error.code}),
		);
		const expected = this.#expected(record);
		if ('code' in done) {
			if (done.code !== expected && !(isGone && done.code === 'NOT_FOUND')) {
				throw done.code === undefined
					? new Error(`${this.verb} failed`)
					: new Error(`${this.verb}: ${done.code}`);
			}
			return;
		}
		if (expected !== 'ok') {
			throw new Error(`${this.verb} of ${record.state} was accepted, the model says ${expected}`);
		}
		applyVerb(model, record, this.verb);
	}

	#expected(record: ModelRecord): string {
		if (this.verb === 'force') {
			return record.settledAs === record.state ? 'INVALID_STATE' : 'ok';
		}
		if (record.state !== 'deadletter') {
			return 'INVALID_STATE';
		}
		return this.verb === 'retry' && !hasPayload(record) ? 'SEGMENT_MISSING' : 'ok';
	}
}

export const hasPayload = ({reason}: ModelRecord): boolean =>
	reason !== 'SEGMENT_MISSING' && reason !== 'EVICTED';

export const applyVerb = (
	model: QueueModel,
	record: ModelRecord,
	verb: 'force' | 'retry' | 'purge',
): void => {
	if (verb === 'force' && record.state !== 'deadletter') {
		model.cut(record);
		model.bury(record, 'FORCED');
	} else if (verb === 'retry') {
		Object.assign(record, {
			state: 'scheduled',
			fresh: false,
			charged: 0,
			abandons: 0,
			dueAt: 0,
			reason: undefined,
			isExpiryWaived: true,
		});
	} else if (verb === 'purge') {
		record.state = 'purged';
	}
};

export class Bulk extends Command {
	readonly verb: 'retry' | 'purge';
	readonly limit: number;

	constructor(verb: 'retry' | 'purge', limit: number) {
		super();
		this.verb = verb;
		this.limit = limit;
	}

	async act(model: QueueModel, {store}: Real): Promise<void> {
		const dead = model.records.filter(({state}) => state === 'deadletter');
		const retryable = dead.filter(record => this.verb === 'purge' || hasPayload(record));
		let cursor: string | undefined;
		let changed = 0;
		for (let done = false; !done; ) {
			const selector = cursor === undefined ? {} : {cursor};
			const step = await (this.verb === 'retry'
				? store.retryMatching(selector, this.limit)
				: store.purgeMatching(selector, this.limit));
			if (step.changed > this.limit) {
				throw new Error(`${step.changed} changed in a step of ${this.limit}`);
			}
			({cursor, done} = step);
			changed += step.changed;
		}
		if (changed !== retryable.length) {
			throw new Error(`${this.verb} changed ${changed}, the model says ${retryable.length}`);
		}
		for (const record of retryable) {
			applyVerb(model, record, this.verb);
		}
	}
}

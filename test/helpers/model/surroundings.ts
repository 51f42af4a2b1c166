import type {SuccessCondition} from '../../../src/config/relay.js';
import {Command, RETENTION_MS, type Real} from './command.js';
import type {QueueModel} from './queue-model.js';

export class Pass extends Command {
	readonly seconds: number;

	constructor(seconds: number) {
		super();
		this.seconds = seconds;
	}

	/** What is forgotten when the condition changes cannot be foretold. */
	override check(model: Readonly<QueueModel>): boolean {
		return !model.hasChanged || this.seconds * 1000 < RETENTION_MS;
	}

	async act(model: QueueModel, {store, clock}: Real): Promise<void> {
		clock.advance(this.seconds * 1000);
		model.live = {horizon: store.horizon(), calls: model.calls};
		model.now += this.seconds * 1000;
		while (await store.tend()) {
			// Until nothing is due.
		}
		model.expire();
		model.satisfyLate();
	}
}

export class Crash extends Command {
	async act(model: QueueModel, real: Real): Promise<void> {
		await real.reopen();
		model.crash();
	}
}

/** Another condition needs a restart, which abandons what was inflight. */
export class ChangeCondition extends Command {
	readonly condition: SuccessCondition;

	constructor(condition: SuccessCondition) {
		super();
		this.condition = condition;
	}

	override check({condition}: Readonly<QueueModel>): boolean {
		return condition !== 'all_peers' && condition !== this.condition;
	}

	async act(model: QueueModel, real: Real): Promise<void> {
		await real.reopen({successCondition: this.condition});
		model.crash();
		model.changeCondition(this.condition);
	}
}

export class SetQuota extends Command {
	readonly bytes: number;

	constructor(bytes: number) {
		super();
		this.bytes = bytes;
	}

	async act({quota}: QueueModel, {store}: Real): Promise<void> {
		quota.limit = this.bytes;
		store.quota.limit({policy: 'defer', reservePercent: 0, totalBytes: this.bytes, peers: new Map()});
	}
}

import {Command, type Real} from './command.js';
import type {QueueModel} from './queue-model.js';

/** Deadletters that were dead so long are removed, and nothing else is. */
export class Retire extends Command {
	readonly olderThanMs: number;

	constructor(olderThanMs: number) {
		super();
		this.olderThanMs = olderThanMs;
	}

	async act(model: QueueModel, {store}: Real): Promise<void> {
		const due = model.records.filter(
			({state, diedAt = Number.NaN}) => state === 'deadletter' && diedAt + this.olderThanMs <= model.now,
		);
		let records = 0;
		for (let done = false; !done; ) {
			const step = await store.retirement.retire({olderThanMs: this.olderThanMs});
			records += step.records;
			({done} = step);
		}
		if (records !== due.length) {
			throw new Error(`${records} retired, the model says ${due.length}`);
		}
		for (const record of due) {
			record.state = 'purged';
		}
	}
}

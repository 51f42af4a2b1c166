import {Command, type Real} from './command.js';
import type {QueueModel} from './queue-model.js';

/** Several steps as one, so that what takes them all comes about often. */
export class Sequence extends Command {
	readonly steps: readonly Command[];

	constructor(steps: readonly Command[]) {
		super();
		this.steps = steps;
	}

	async act(model: QueueModel, real: Real): Promise<void> {
		for (const step of this.steps) {
			if (step.check(model)) {
				await step.run(model, real);
			}
		}
	}
}

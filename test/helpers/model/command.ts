import type fc from 'fast-check';
import type {PeerId} from '../../../src/outbound/names.js';
import type {StoreFixture} from '../store-fixture.js';
import {compare} from './compare.js';
import {compareAges} from './compare-ages.js';
import type {QueueModel} from './queue-model.js';

export const PEER_IDS = ['a', 'b', 'c'] as PeerId[];
export const RETENTION_MS = 86_400_000;
export type Real = StoreFixture;

/** One step of the model and of the store, after which both are compared. */
export abstract class Command implements fc.AsyncCommand<QueueModel, Real> {
	abstract act(model: QueueModel, real: Real): Promise<void>;

	check(_model: Readonly<QueueModel>): boolean {
		return true;
	}

	async run(model: QueueModel, real: Real): Promise<void> {
		await this.act(model, real);
		compare(model, real.store, RETENTION_MS);
		await compareAges(real.store);
	}

	toString(): string {
		return `${this.constructor.name}(${JSON.stringify({...this})})`;
	}
}

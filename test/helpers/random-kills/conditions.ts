import type {SuccessCondition} from '../../../src/config/relay.js';
import {peersNeeded} from '../../../src/storage/success-condition.js';

/** The success conditions of an edge, one after the other. */
export class Conditions {
	readonly #peerCount: number;
	#now: SuccessCondition;
	readonly #former: Array<{readonly condition: SuccessCondition; readonly endedAt: number}> = [];

	constructor(first: SuccessCondition, peerCount: number) {
		this.#now = first;
		this.#peerCount = peerCount;
	}

	get now(): SuccessCondition {
		return this.#now;
	}

	/** While the edge is dead. */
	change(condition: SuccessCondition): void {
		this.#former.push({condition: this.#now, endedAt: Date.now()});
		this.#now = condition;
	}

	/** How many peers must have a segment that was enqueued at this time: the condition when an acknowledgement is settled decides. */
	needed(enqueuedAt: number): number {
		const inForce = this.#former.filter(({endedAt}) => endedAt >= enqueuedAt).map(({condition}) => condition);
		return Math.min(
			...[...inForce, this.#now].map(condition => peersNeeded(condition, this.#peerCount) ?? this.#peerCount),
		);
	}
}

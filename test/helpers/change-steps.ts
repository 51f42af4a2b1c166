import {createHash} from 'node:crypto';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import {type ClassNo, PRIORITIES} from '../../src/outbound/priorities.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import type {ExceptionVerdict, Lease, WaitingChange, WaitingSelector} from '../../src/storage/store.js';
import {draftFor} from './store-fixture.js';
import {buried, fails} from './verdicts.js';

export const CHANGE_PEERS = ['a', 'b', 'c'] as PeerId[];
/** It does not come while the test runs: whether it came must not decide what a step does. */
const LATER_MS = 3_600_000;

type Bulk = {readonly change: WaitingChange; readonly selector: WaitingSelector; readonly limit: number};

/**
 * An operator's work on a store, one commit a step. Which step comes is told by the round and its number alone, and what it does by that
 * and the store: whoever does the same steps on a copy of the store gets the same.
 */
export class ChangeSteps {
	readonly #store: LmdbStore;
	readonly #round: number;
	#at = 0;
	#lease: Lease | undefined;
	#bulk: (Bulk & {readonly cursor: string | undefined}) | undefined;
	/** Of each segment that was enqueued, to how many peers. */
	readonly routes = new Map<SegmentId, number>();
	/** Records changed, by verb. */
	readonly changed = new Map<string, number>();

	constructor(store: LmdbStore, round: number) {
		this.#store = store;
		this.#round = round;
	}

	/** The next one. A bulk change goes on until it is through, in steps of few records. */
	async step(): Promise<void> {
		this.#at++;
		if (this.#bulk !== undefined) {
			await this.#change(this.#bulk);
		} else if (this.#at % 6 === 1) {
			await this.#enqueue();
		} else if (this.#lease !== undefined && this.#pick('settle', 2) === 0) {
			await this.#settle(this.#lease);
		} else if (this.#lease === undefined && this.#pick('lease', 3) === 0) {
			const maxEntries = 1 + this.#pick('entries', 12);
			this.#lease = await this.#store.lease(this.#store.peers()[this.#pick('to', 3)]?.no as never, {
				maxBytes: 2 ** 20,
				maxEntries,
			});
		} else {
			await this.#change({...this.#newBulk(), cursor: undefined});
		}
	}

	async #enqueue(): Promise<void> {
		const first = this.#pick('route', 3);
		const drafts = Array.from({length: 1 + this.#pick('count', 30)}, (_, at) => {
			const size = (at * 37) % 900;
			const peers = CHANGE_PEERS.filter(
				(_peer, no) => no === first || (at % 3 === 0 && no === (first + 1) % 3),
			);
			const draft = draftFor(this.#store, Buffer.alloc(size, `${this.#round} ${this.#at} ${at} `), {
				route: this.#store.route(peers),
				classNo: (at % 4) as ClassNo,
			});
			return {draft, peers: peers.length};
		});
		const answer = await this.#store.enqueue(
			drafts.map(({draft}) => draft),
			'all',
		);
		for (const [at, {peers}] of drafts.entries()) {
			this.routes.set(answer.segmentId(at), peers);
		}
	}

	/** A part acknowledged, a part failed, a part dead, the rest put back. */
	async #settle(lease: Lease): Promise<void> {
		this.#lease = undefined;
		const acked: Array<readonly [number, number]> = [];
		const exceptions: ExceptionVerdict[] = [];
		for (let index = 0; index < lease.entryCount; index++) {
			const fate = this.#pick(`fate ${index}`, 4);
			if (fate === 0) {
				acked.push([index, index]);
			} else if (fate < 3) {
				exceptions.push(fate === 1 ? fails(index, LATER_MS) : buried(index));
			}
		}
		await this.#store.settle(lease, {acked, exceptions});
	}

	#newBulk(): Bulk {
		const limit = 1 + this.#pick('limit', 8);
		const peer = CHANGE_PEERS[this.#pick('peer', 3)] as PeerId;
		const state = ([undefined, 'scheduled', 'failed', 'held'] as const)[this.#pick('state', 4)];
		const selector = {peer, ...(state !== undefined && {state})};
		switch (this.#pick('verb', 8)) {
			case 0:
				return {change: 'expire', selector: {...selector, priority: 'bulk'}, limit};
			case 1:
				return {change: 'hold', selector: {peer, priority: 'high'}, limit};
			case 2:
				return {change: 'release', selector: {peer}, limit};
			case 3:
			case 4:
				return {
					change: {setPriority: PRIORITIES[this.#pick('class', 4)] ?? 'urgent'},
					selector,
					limit,
				};
			default: {
				const moveTo = CHANGE_PEERS[this.#pick('move', 3)] as PeerId;
				const dead = this.#pick('dead', 3) === 0;
				return {change: {moveTo}, selector: dead ? {peer, state: 'deadletter'} : selector, limit};
			}
		}
	}

	async #change(bulk: Bulk & {readonly cursor: string | undefined}): Promise<void> {
		const {change, selector, limit, cursor} = bulk;
		const from = {...selector, ...(cursor !== undefined && {cursor})};
		const step = await this.#store.changeMatching(change, from, limit);
		const verb = typeof change === 'string' ? change : (Object.keys(change)[0] as string);
		this.changed.set(verb, (this.changed.get(verb) ?? 0) + step.changed);
		this.#bulk = step.done ? undefined : {...bulk, cursor: step.cursor};
	}

	/** Below `of`. */
	#pick(what: string, of: number): number {
		return createHash('sha256').update(`${this.#round} ${this.#at} ${what}`).digest().readUInt32LE() % of;
	}
}

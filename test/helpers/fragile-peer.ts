import type {ProbeOutcome, SendOutcome} from '../../src/delivery/transport.js';
import type {Clock} from '../../src/runtime/clock.js';
import type {Lease} from '../../src/storage/store.js';
import {acked, idsOf} from './scripted-transport.js';

/** `link`: nobody answers. `peer`: something answers probes and breaks every request, where a probe proves no more than the link. */
export type Outage = {readonly from: number; readonly to: number; readonly of: 'link' | 'peer'};

export type FragilePeerOptions = {
	readonly clock: Clock;
	/** `shared`: a lease is one request, as with `edged`. `own`: each entry has its own, as with `http`. */
	readonly requests: 'shared' | 'own';
	/** Break whatever request they are in. */
	readonly poisons: ReadonlySet<string>;
	/** From the start, in ms. */
	readonly outages: readonly Outage[];
	/** A poison takes the peer down for so long. */
	readonly fallMs?: number;
};

const AT_ONCE = 4;

/** A peer with poisons and outages on a fake clock: sends take no time, so what breaks in an outage is asked about in it. */
export class FragilePeer {
	readonly sends = new Map<string, number>();
	readonly #options: FragilePeerOptions;
	readonly #start: number;
	#downUntil = 0;

	constructor(options: FragilePeerOptions) {
		this.#options = options;
		this.#start = options.clock.elapsed();
	}

	readonly send = (lease: Lease): SendOutcome => {
		const ids = idsOf(lease);
		const outage = this.#outage();
		if (outage === 'link') {
			// Half of them are noticed before anything has left, half after.
			return this.#now() % 2 === 0
				? {kind: 'link_down', message: 'refused', bytesSent: 0}
				: this.#broken(lease, ids, () => true);
		}
		const isBad = (id: string): boolean => outage === 'peer' || this.#options.poisons.has(id);
		const outcome = ids.some(isBad) ? this.#broken(lease, ids, isBad) : this.#all(lease, ids);
		if (outage === undefined && ids.some(id => this.#options.poisons.has(id))) {
			this.#downUntil = this.#now() + (this.#options.fallMs ?? 0);
		}
		return outcome;
	};

	readonly probe = (): ProbeOutcome => {
		const outage = this.#outage();
		const isDown = outage === 'link' || (outage === 'peer' && this.#options.requests === 'shared');
		return isDown ? {kind: 'down', message: 'no answer'} : {kind: 'well'};
	};

	#all(lease: Lease, ids: readonly string[]): SendOutcome {
		this.#count(ids);
		return acked(lease);
	}

	#broken(lease: Lease, ids: readonly string[], isBad: (id: string) => boolean): SendOutcome {
		if (this.#options.requests === 'shared') {
			this.#count(ids);
			return {kind: 'broken', cause: 'reset', message: 'reset', bytesSent: 1};
		}
		const first = ids.findIndex(isBad);
		const begun = ids.slice(0, first + AT_ONCE);
		this.#count(begun);
		const good = begun.flatMap((id, index) => (isBad(id) ? [] : [[index, index] as const]));
		const troubles = begun.flatMap((id, index) =>
			isBad(id) ? [{index, kind: 'broken', cause: 'server_error', message: '500'} as const] : [],
		);
		return {kind: 'answered', acked: good, troubles, bytesSent: lease.byteLength};
	}

	#count(ids: readonly string[]): void {
		for (const id of ids) {
			this.sends.set(id, (this.sends.get(id) ?? 0) + 1);
		}
	}

	#now(): number {
		return this.#options.clock.elapsed() - this.#start;
	}

	#outage(): Outage['of'] | undefined {
		const now = this.#now();
		if (now < this.#downUntil) {
			return 'link';
		}
		return this.#options.outages.find(({from, to}) => from <= now && now < to)?.of;
	}
}

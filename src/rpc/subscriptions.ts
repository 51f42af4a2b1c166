import {EdgedError} from '../outbound/errors.js';
import {type Clock, formatTime} from '../runtime/clock.js';
import type {Params, Result} from './contract/methods.js';
import type {EventSource} from './event-source.js';
import {Subscription} from './subscription.js';

/** Of all connections; for metrics. `lost` only ever goes up. */
export type SubscriptionCounters = {open: number; lost: number};

export type SubscriptionsOptions = {
	readonly source: EventSource;
	readonly clock: Clock;
	readonly counters: SubscriptionCounters;
	/** So many at a time. */
	readonly most: number;
	/** Something is there to be taken. May be called often. */
	onReady(): void;
};

type Open = {readonly subscription: Subscription; readonly end: () => void};

/** The subscriptions of one connection. */
export class Subscriptions {
	readonly #options: SubscriptionsOptions;
	readonly #open = new Map<string, Open>();
	#lastId = 0;

	constructor(options: SubscriptionsOptions) {
		this.#options = options;
	}

	/** `BUSY` when the connection has as many as it may have. */
	subscribe(filter: Params<'relay.events.subscribe'>): Result<'relay.events.subscribe'> {
		const {source, clock, counters, most, onReady} = this.#options;
		if (this.#open.size >= most) {
			throw new EdgedError('BUSY', `A connection may have ${most} subscriptions here`);
		}
		const id = `sub-${++this.#lastId}`;
		const subscription = new Subscription({
			id,
			filter,
			now: () => formatTime(clock.now()),
			onReady,
			onLost: () => {
				counters.lost++;
			},
		});
		this.#open.set(id, {subscription, end: source.listen(event => subscription.offer(event))});
		counters.open++;
		return {subscription_id: id};
	}

	unsubscribe({subscription_id}: Params<'relay.events.unsubscribe'>): Result<'relay.events.unsubscribe'> {
		const found = this.#open.get(subscription_id);
		found?.end();
		this.#options.counters.open -= this.#open.delete(subscription_id) ? 1 : 0;
		return {unsubscribed: found !== undefined, dropped: found?.subscription.waiting ?? 0};
	}

	/** A line that waits, of each subscription in turn; `undefined` when there is none. */
	take(): string | undefined {
		for (const [id, open] of this.#open) {
			const line = open.subscription.take();
			if (line !== undefined) {
				// The last in the row from now on: one that has much to tell must not silence the others.
				this.#open.delete(id);
				this.#open.set(id, open);
				return line;
			}
		}
		return undefined;
	}

	/** Ends all. What waits is not told any more. */
	close(): void {
		for (const {end} of this.#open.values()) {
			end();
		}
		this.#options.counters.open -= this.#open.size;
		this.#open.clear();
	}
}

import type {Params} from './contract/methods.js';
import type {EventKind} from './event-kinds.js';
import type {ToldEvent} from './event-source.js';
import {MAX_QUEUED_EVENT_CHARS, MAX_QUEUED_EVENTS} from './limits.js';

export type SubscriptionOptions = {
	readonly id: string;
	readonly filter: Params<'relay.events.subscribe'>;
	/** The time, as it is written in events. */
	now(): string;
	/** Something is there to be taken. */
	onReady(): void;
	/** An event was lost: the queue was full. */
	onLost(): void;
};

/**
 * What one subscriber has not fetched yet: a bounded queue, and behind it a count of what found no room. That is told as a gap
 * once there is room again, in the place of what was lost.
 */
export class Subscription {
	readonly #options: SubscriptionOptions;
	#queue: string[] = [];
	#taken = 0;
	#chars = 0;
	#seq = 0;
	#lost = 0;
	#lostKinds: Partial<Record<EventKind, number>> = {};

	constructor(options: SubscriptionOptions) {
		this.#options = options;
	}

	/** Lines that wait. */
	get waiting(): number {
		return this.#queue.length - this.#taken + (this.#lost > 0 ? 1 : 0);
	}

	offer({kind, peer, json}: ToldEvent): void {
		const {filter, onReady, onLost} = this.#options;
		const concerns = filter.peer_id === undefined || peer === undefined || peer === filter.peer_id;
		if (!concerns || filter.kinds?.includes(kind) === false) {
			return;
		}
		this.#seq++;
		if (this.#lost > 0 || this.#isFull()) {
			this.#lost++;
			this.#lostKinds[kind] = (this.#lostKinds[kind] ?? 0) + 1;
			onLost();
			return;
		}
		this.#push(json);
		onReady();
	}

	/** The next line, which is the caller's from now on; `undefined` when none waits. */
	take(): string | undefined {
		const line = this.#queue[this.#taken];
		if (line !== undefined) {
			this.#taken++;
			this.#chars -= line.length;
			if (this.#taken === this.#queue.length) {
				this.#queue = [];
				this.#taken = 0;
			}
			return line;
		}
		return this.#lost > 0 ? this.#takeGap() : undefined;
	}

	#isFull(): boolean {
		return this.waiting >= MAX_QUEUED_EVENTS || this.#chars >= MAX_QUEUED_EVENT_CHARS;
	}

	#push(json: string): void {
		const line = this.#line(json);
		this.#queue.push(line);
		this.#chars += line.length;
	}

	#takeGap(): string {
		const gap = {at: this.#options.now(), kind: 'gap', lost: this.#lost, kinds: this.#lostKinds};
		this.#lost = 0;
		this.#lostKinds = {};
		return this.#line(JSON.stringify(gap).slice(1, -1));
	}

	/** The id needs no escapes. */
	#line(json: string): string {
		const {id} = this.#options;
		return `{"jsonrpc":"2.0","method":"relay.event","params":{"subscription_id":"${id}","seq":${this.#seq},${json}}}`;
	}
}

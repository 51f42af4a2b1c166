import type {EventFacts} from '../../rpc/contract/events.js';
import type {EventListener, EventSource} from '../../rpc/event-source.js';
import type {Clock} from '../../runtime/clock.js';
import {formatTime} from '../../runtime/clock.js';

/** What is to happen when the first begins to listen, and when the last has gone. */
export type Watch = {start(): void; stop(): void};

/** Tells what happens to all who listen. Whoever would have to work for an event asks `isListening` first. */
export class EventHub implements EventSource {
	readonly #clock: Clock;
	readonly #listeners = new Set<EventListener>();
	readonly #watches: Watch[] = [];

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	get isListening(): boolean {
		return this.#listeners.size > 0;
	}

	/** Has `watch` run only while somebody listens. */
	whileListening(watch: Watch): void {
		this.#watches.push(watch);
	}

	listen(listener: EventListener): () => void {
		if (!this.isListening) {
			for (const watch of this.#watches) {
				watch.start();
			}
		}
		// A function of its own: the same listener may listen twice.
		const own: EventListener = event => listener(event);
		this.#listeners.add(own);
		return () => {
			if (this.#listeners.delete(own) && !this.isListening) {
				for (const watch of this.#watches) {
					watch.stop();
				}
			}
		};
	}

	/** The text is made once, however many listen; not at all when nobody does. */
	tell(facts: EventFacts): void {
		if (!this.isListening) {
			return;
		}
		const json = JSON.stringify({at: formatTime(this.#clock.now()), ...facts}).slice(1, -1);
		const event = {kind: facts.kind, peer: 'peer_id' in facts ? facts.peer_id : undefined, json};
		for (const listener of this.#listeners) {
			listener(event);
		}
	}
}

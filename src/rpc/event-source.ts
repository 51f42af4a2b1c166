import type {EventKind} from './event-kinds.js';

/** One event, made once for all who listen. */
export type ToldEvent = {
	readonly kind: EventKind;
	/** `undefined`: it concerns no single peer. */
	readonly peer: string | undefined;
	/** The members of the notification's `params` but name and number, as JSON without braces. Never empty. */
	readonly json: string;
};

export type EventListener = (event: ToldEvent) => void;

/** Where events come from. While nobody listens it does nothing. */
export type EventSource = {
	/** Calls `listener` synchronously for every event, until the returned function is called. */
	listen(listener: EventListener): () => void;
};

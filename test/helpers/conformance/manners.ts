import type {IncomingMessage, ServerResponse} from 'node:http';

/** How a peer behaves; one without manners takes everything. */
export type Manners = {
	/** Ids that it refuses, with the words `not that one`. */
	readonly refuses?: readonly string[];
	/** Called for each request that arrived whole and is no probe; `usual` = as a peer does. */
	answer?(request: Arrived): Reply;
	/** Called for each piece of a body, of `length` bytes so far. */
	onBody?(length: number, line: Line): void;
};

export type Arrived = {
	readonly ids: readonly string[];
	/** Requests that this connection had carried before. */
	readonly earlierOnConnection: number;
};

export type Reply =
	| 'usual'
	/** Keeps the connection open and says nothing. */
	| 'silence'
	/** A TCP reset, whatever lies on top. */
	| 'reset'
	/** Half a status line, then the end. */
	| 'half_a_head'
	/** Takes all, and leaves the first out of its answer. */
	| 'leave_one_out'
	| ((response: ServerResponse) => void);

export type Line = {
	readonly message: IncomingMessage;
	reset(): void;
};

import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Body} from './body.js';
import type {IngestCounters} from './counters.js';
import type {Caller} from './identity.js';
import type {IngestBackend, IngestOptions} from './options.js';
import type {Turns} from './turns.js';

/** One request and all that its handler may use. */
export type Exchange = {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly caller: Caller;
	readonly backend: IngestBackend;
	readonly options: IngestOptions;
	readonly counters: IngestCounters;
	/** Shared by all requests. */
	readonly turns: Turns;
	/** Receives the body; more than `maxBytes` is `TOO_LARGE`. */
	readBody(maxBytes: number): Promise<Body>;
};

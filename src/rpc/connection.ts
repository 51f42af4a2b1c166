import type {Socket} from 'node:net';
import type {JSONRPCErrorResponse} from 'json-rpc-2.0';
import type {Clock} from '../runtime/clock.js';
import type {Caller} from './caller.js';
import type {EventSource} from './event-source.js';
import {type DoorLimits, MAX_UNSENT_BYTES, MAX_UNSENT_EVENT_BYTES, MAX_WAITING_BYTES} from './limits.js';
import {LineFramer} from './line-framer.js';
import type {LineTurns} from './line-turns.js';
import type {Responder} from './responder.js';
import type {Asker} from './routes.js';
import {type SubscriptionCounters, Subscriptions} from './subscriptions.js';
import {invalidRequestResponse} from './wire-errors.js';

/** A line that was begun must end within this. A connection without a begun line may idle for ever. */
const UNFINISHED_LINE_MS = 30_000;
/** Lines begun at a time: then the replies show how much they weigh. Fewer when others wait for their turn. */
const MOST_LINES = {alone: 32, contended: 2} as const;
/** How long a peer may take to fetch the last words said to it. */
const LINGER_MS = 1000;

/** What the connections of one server share. */
export type ConnectionContext = {
	readonly responder: Responder;
	readonly clock: Clock;
	readonly turns: LineTurns;
	readonly events: EventSource;
	readonly subscriptions: SubscriptionCounters;
	readonly limits: DoorLimits;
};

/**
 * One client. Reads a line only while there is room for its answer, so that neither a flood of requests nor a reader that does
 * not read costs more than a bounded memory.
 */
export class Connection {
	readonly #socket: Socket;
	readonly #responder: Responder;
	readonly #clock: Clock;
	readonly #turns: LineTurns;
	readonly #subscriptions: Subscriptions;
	readonly #asker: Asker;
	readonly #limits: DoorLimits;
	readonly #framer: LineFramer;
	#waitingRequests = 0;
	#waitingBytes = 0;
	#outbox: string[] = [];
	#outboxLength = 0;
	/** `reading`; `ended`: the client sends no more; `closing`: what is begun is answered, nothing more is read. */
	#phase: 'reading' | 'ended' | 'closing' = 'reading';
	#pumpIsDue = false;
	#eventsAreDue = false;
	#cancelUnfinished: (() => void) | undefined;
	#cancelLinger: (() => void) | undefined;

	constructor(
		socket: Socket,
		caller: Caller,
		{responder, clock, turns, events, subscriptions, limits}: ConnectionContext,
	) {
		this.#limits = limits;
		this.#framer = new LineFramer(limits.lineBytes);
		this.#socket = socket;
		this.#turns = turns;
		this.#responder = responder;
		this.#clock = clock;
		this.#subscriptions = new Subscriptions({
			source: events,
			clock,
			counters: subscriptions,
			most: limits.subscriptions,
			onReady: () => this.#tellEventsSoon(),
		});
		this.#asker = {caller, subscriptions: this.#subscriptions};
		socket.on('data', (bytes: Buffer) => {
			this.#receive(bytes);
		});
		socket.on('end', () => {
			this.#end();
		});
		socket.on('drain', () => {
			this.#pump();
			this.#tellEvents();
		});
		socket.on('error', () => {}); // A client that went away: 'close' follows.
		socket.on('close', () => {
			this.#phase = 'closing'; // Nobody is there to be answered: what it still asked is not begun.
			this.#cancelUnfinished?.();
			this.#cancelLinger?.();
			this.#subscriptions.close();
		});
	}

	/** Answers what is begun, then closes. */
	finish(): void {
		this.#phase = 'closing';
		this.#subscriptions.close();
		this.#lineEnded();
		this.#socket.resume(); // What still comes is thrown away: a client that is stuck sending reads no reply.
		this.#closeWhenAnswered();
	}

	/** Says why, answers what is begun, then closes. */
	refuse(error: JSONRPCErrorResponse): void {
		this.#send(JSON.stringify(error));
		this.finish();
	}

	/** Closes now, answered or not. */
	destroy(): void {
		this.#socket.destroy();
	}

	#receive(bytes: Buffer): void {
		if (this.#phase === 'reading') {
			this.#framer.push(bytes);
			this.#pump();
		}
	}

	#end(): void {
		if (this.#phase === 'reading') {
			this.#phase = 'ended';
			this.#pump();
		}
	}

	/** Begins as many lines as there is room for; then reads on, or does not. Called when either may have changed. */
	#pump(): void {
		if (this.#phase === 'closing' || this.#pumpIsDue) {
			return;
		}
		if (this.#turns.isFree) {
			this.#beginLines(MOST_LINES.alone);
		} else {
			this.#pumpNextTurn();
		}
	}

	#beginLines(most: number): void {
		for (let begun = 0; this.#hasRoom(); begun++) {
			if (begun === most || this.#turns.isSpent) {
				this.#pumpNextTurn();
				return;
			}
			const line = this.#nextLine();
			if (line === 'too_long') {
				this.refuse(invalidRequestResponse(null, `a line is longer than ${this.#limits.lineBytes} bytes`));
				return;
			}
			if (line === undefined) {
				this.#awaitMore();
				return;
			}
			this.#begin(line);
		}
		this.#stopReading();
	}

	#nextLine(): Buffer | 'too_long' | undefined {
		const line = this.#framer.next();
		return line === undefined && this.#phase === 'ended' ? this.#framer.last() : line;
	}

	#hasRoom(): boolean {
		return (
			this.#waitingRequests < this.#limits.waitingRequests &&
			this.#waitingBytes < MAX_WAITING_BYTES &&
			this.#outboxLength + this.#socket.writableLength < MAX_UNSENT_BYTES
		);
	}

	#begin(line: Buffer): void {
		this.#lineEnded();
		this.#turns.spend(line.length);
		const {requestCount, reply} = this.#responder.read(line, this.#asker);
		this.#waitingRequests += requestCount;
		this.#waitingBytes += line.length;
		void reply.then(text => {
			this.#waitingRequests -= requestCount;
			this.#waitingBytes -= line.length;
			if (text !== undefined) {
				this.#send(text);
			}
			this.#pump();
			this.#closeWhenAnswered();
		});
	}

	#awaitMore(): void {
		if (this.#phase === 'ended') {
			this.finish();
			return;
		}
		this.#socket.resume();
		if (this.#framer.unfinished) {
			this.#cancelUnfinished ??= this.#clock.after(UNFINISHED_LINE_MS, () => {
				const seconds = UNFINISHED_LINE_MS / 1000;
				this.refuse(invalidRequestResponse(null, `a line was not finished within ${seconds} s`));
			});
		}
	}

	#stopReading(): void {
		this.#socket.pause();
		this.#lineEnded(); // Nobody can finish a line that is not read.
	}

	#lineEnded(): void {
		this.#cancelUnfinished?.();
		this.#cancelUnfinished = undefined;
	}

	#pumpNextTurn(): void {
		this.#stopReading();
		this.#pumpIsDue = true;
		this.#turns.wait(() => {
			this.#pumpIsDue = false;
			if (this.#phase !== 'closing') {
				this.#beginLines(this.#turns.isFree ? MOST_LINES.alone : MOST_LINES.contended);
			}
		});
	}

	/** With the next turn: after the answer to the subscription, and all that one commit has brought about together. */
	#tellEventsSoon(): void {
		if (!this.#eventsAreDue) {
			this.#eventsAreDue = true;
			setImmediate(() => {
				this.#eventsAreDue = false;
				this.#tellEvents();
			});
		}
	}

	/** As many as there is room for; the rest waits with its subscription. */
	#tellEvents(): void {
		while (this.#outboxLength + this.#socket.writableLength < MAX_UNSENT_EVENT_BYTES) {
			const line = this.#subscriptions.take();
			if (line === undefined) {
				return;
			}
			this.#send(line);
		}
	}

	/** All replies of one turn of the event loop go out in one write. */
	#send(reply: string): void {
		if (this.#outbox.length === 0) {
			setImmediate(() => {
				this.#flush();
			});
		}
		this.#outbox.push(reply);
		this.#outboxLength += reply.length;
	}

	#flush(): void {
		if (this.#outbox.length > 0 && this.#socket.writable) {
			this.#socket.write(`${this.#outbox.join('\n')}\n`);
		}
		this.#outbox = [];
		this.#outboxLength = 0;
		this.#tellEvents(); // What was written may all have left, and then no 'drain' comes.
	}

	#closeWhenAnswered(): void {
		if (
			this.#phase !== 'closing' ||
			this.#waitingRequests > 0 ||
			this.#socket.writableEnded ||
			this.#socket.destroyed
		) {
			return;
		}
		this.#flush();
		this.#socket.end(() => {
			this.#cancelLinger = this.#clock.after(LINGER_MS, () => {
				this.#socket.destroy();
			});
		});
	}
}

import type {Readable, Writable} from 'node:stream';
import type {WireEvent} from '../rpc/contract/events.js';
import type {Arguments, MethodName, Result} from '../rpc/contract/methods.js';
import type {Output} from './output.js';
import type {IngestDoor} from './segments/ingest-door.js';

/** One call of the daemon. Throws `EdgedError` for a refusal and `DaemonUnreachable` when nobody answers. */
export type Call = <M extends MethodName>(method: M, params: Arguments<M>) => Promise<Result<M>>;

export type EventFilter = Arguments<'relay.events.subscribe'>;

/** Everything that a command may touch. */
export type CommandContext = {
	readonly call: Call;
	/**
	 * Calls `listener` for each event until `signal` is aborted; then resolves. Rejects with `DaemonUnreachable` when the daemon
	 * goes. Has a connection of its own.
	 */
	watchEvents(filter: EventFilter, listener: (event: WireEvent) => void, signal: AbortSignal): Promise<void>;
	/** The way for payloads; asks the daemon where it is. Closed by who made the context. */
	openIngest(): Promise<IngestDoor>;
	readonly output: Output;
	/** The screen, when the output is one; taken over by the first who asks. */
	openTerminal(): Terminal | undefined;
	/**
	 * Puts a question to who sits at the terminal; `undefined` where nobody does. The answer is a line, or `undefined` when the input
	 * ends without one. Rejects when `signal` is aborted.
	 */
	readonly ask: ((question: string, signal: AbortSignal) => Promise<string | undefined>) | undefined;
	/** What `-` reads. */
	readonly input: Readable;
	/** Where `--payload -` writes: bytes as they are. */
	readonly rawOutput: Writable;
	/** For the audit trail: who, and why if it was said. */
	readonly accountable: {readonly operator: string; readonly reason?: string};
	/** `AUTONOMY_AUDIT_DIR`, where it is set. */
	readonly auditDirectory?: string | undefined;
	/** Aborted by Ctrl-C. */
	readonly signal: AbortSignal;
	readonly time: Time;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Of edgectl. */
	readonly version: string;
	/** `--timeout`, where it was given: also how long `--wait` of a command waits. */
	readonly patienceMs?: number | undefined;
};

/** A terminal that shows one picture at a time, and gives back what was there before. */
export type Terminal = {
	/** As it is now. */
	size(): {readonly columns: number; readonly rows: number};
	/** Takes the place of the picture before. */
	draw(lines: readonly string[]): void;
	/** What was typed, as the terminal sends it; Ctrl-C is `\u0003`. */
	onKey(listener: (key: string) => void): void;
	/** Whoever ends processes asks for the end, or the terminal is gone. */
	onEnd(listener: () => void): void;
	/** Everything as it was before. Safe to call twice. */
	close(): void;
};

export type Time = {
	/** Milliseconds since an arbitrary start; never goes back. */
	elapsed(): number;
	/** What the wall clock shows, in milliseconds since 1970. */
	now(): number;
	/** Rejects when `signal` is aborted. */
	sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
};

import type {Clock} from '../runtime/clock.js';
import type {ProbeOutcome, Transport} from './transport.js';

/** `interrupted`: the lane may not use the link any more, and nothing was learned. */
export type ProbeResult = ProbeOutcome | {readonly kind: 'interrupted'};

/** Whoever has not answered by then is down. */
const PROBE_TIMEOUT_MS = 30_000;

/** Asks the peer whether it is well, one small question at a time: who asks meanwhile gets the same answer. */
export class Prober {
	readonly #transport: Transport;
	readonly #clock: Clock;
	readonly #wrote: (bytes: number) => void;
	#underWay: Promise<ProbeResult> | undefined;
	#end: ((outcome: ProbeResult) => void) | undefined;

	/** `wrote` is told of the bytes that its questions take. */
	constructor(transport: Transport, clock: Clock, wrote: (bytes: number) => void) {
		this.#transport = transport;
		this.#clock = clock;
		this.#wrote = wrote;
	}

	/** Never rejects, and never takes longer than 30 s, whatever the transport does. */
	async ask(): Promise<ProbeResult> {
		this.#underWay ??= this.#ask().finally(() => {
			this.#underWay = undefined;
		});
		return this.#underWay;
	}

	/** Ends the question that is under way, if there is one, with `down`. */
	stop(): void {
		this.#end?.({kind: 'down', message: 'The lane stopped'});
	}

	/** The same, and nothing is learned from it. */
	interrupt(): void {
		this.#end?.({kind: 'interrupted'});
	}

	async #ask(): Promise<ProbeResult> {
		const controller = new AbortController();
		const ended = new Promise<ProbeResult>(resolve => {
			this.#end = resolve;
		});
		const message = `No answer to a probe within ${PROBE_TIMEOUT_MS / 1000} s`;
		const cancel = this.#clock.after(PROBE_TIMEOUT_MS, () => this.#end?.({kind: 'down', message}));
		try {
			return await Promise.race([this.#transport.probe(controller.signal, this.#wrote).catch(asDown), ended]);
		} finally {
			cancel();
			controller.abort();
		}
	}
}

const asDown = (error: unknown): ProbeOutcome => ({
	kind: 'down',
	message: error instanceof Error ? error.message : String(error),
});

import type {ProbeOutcome, SendContext, SendOutcome, Transport} from '../../src/delivery/transport.js';
import type {Lease} from '../../src/storage/store.js';
import type {Watch} from './watch.js';

/** A send that the test answers when it likes. */
export type Sending = {
	readonly ids: readonly string[];
	readonly lease: Lease;
	readonly context: SendContext;
	answer(outcome: SendOutcome): void;
};

export const acked = (lease: Lease): SendOutcome => ({
	kind: 'answered',
	acked: [[0, lease.entryCount - 1]],
	troubles: [],
	bytesSent: lease.byteLength,
});

export const idsOf = (lease: Lease): string[] =>
	Array.from({length: lease.entryCount}, (_, index) => lease.entry(index).segmentId);

/** Does what its script says: without one, a send waits until the test answers it. */
export class ScriptedTransport implements Transport {
	proves: Transport['proves'] = 'peer';
	/** Every send ever begun. */
	readonly sends: Sending[] = [];
	probes = 0;
	closed = 0;
	/** Sends that have no outcome yet, and the most there ever were. */
	open = 0;
	mostOpen = 0;
	/** Asks for the rate before it sends. */
	paces = true;
	script: ((lease: Lease, context: SendContext) => SendOutcome | undefined) | undefined;
	probeScript: () => ProbeOutcome | Promise<ProbeOutcome> = () => ({kind: 'well'});
	readonly #watch: Watch;

	constructor(watch: Watch) {
		this.#watch = watch;
	}

	async send(lease: Lease, _payloads: unknown, context: SendContext): Promise<SendOutcome> {
		this.open += 1;
		this.mostOpen = Math.max(this.mostOpen, this.open);
		try {
			if (this.paces) {
				await context.pace(lease.byteLength);
			}
			return await new Promise<SendOutcome>(resolve => {
				this.sends.push({ids: idsOf(lease), lease, context, answer: resolve});
				const outcome = this.script?.(lease, context);
				if (outcome !== undefined) {
					resolve(outcome);
				}
				this.#watch.touch();
			});
		} finally {
			this.open -= 1;
		}
	}

	async probe(_signal?: AbortSignal): Promise<ProbeOutcome> {
		this.probes += 1;
		this.#watch.touch();
		return this.probeScript();
	}

	async close(): Promise<void> {
		this.closed += 1;
	}
}

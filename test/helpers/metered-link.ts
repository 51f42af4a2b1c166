import type {ProbeOutcome, SendContext, SendOutcome, Transport} from '../../src/delivery/transport.js';
import type {Clock} from '../../src/runtime/clock.js';
import type {Lease, LeasedPayloads} from '../../src/storage/store.js';

/** Bytes on the wire, and when by the monotonic clock. */
export type Sample = {readonly at: number; readonly bytes: number};

const PROBE_BYTES = 400;
const HEAD_BYTES = 300;
const ENTRY_BYTES = 80;

/** A peer that takes whatever the link carries. It writes down each byte, and keeps what it was given by segment id. */
export class MeteredLink implements Transport {
	readonly proves = 'peer';
	readonly samples: Sample[] = [];
	/** How often each segment arrived whole. */
	readonly arrived = new Map<string, number>();
	/** Sends that an outage broke off. */
	cut = 0;
	isDown = false;
	/** Sends that wait for the rate. */
	pacing = 0;
	readonly #clock: Clock;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	async send(lease: Lease, _: LeasedPayloads, context: SendContext): Promise<SendOutcome> {
		let left = HEAD_BYTES + lease.entryCount * ENTRY_BYTES + lease.byteLength;
		let bytesSent = 0;
		while (left > 0 && !this.isDown) {
			this.pacing++;
			const allowed = await Promise.resolve(context.pace(left)).finally(() => {
				this.pacing--;
			});
			bytesSent += allowed;
			left -= allowed;
			this.#note(allowed);
			context.wrote(allowed, allowed);
		}
		if (left > 0) {
			this.cut += bytesSent > 0 ? 1 : 0;
			const message = 'the link went down';
			return bytesSent > 0
				? {kind: 'broken', message, cause: 'reset', bytesSent}
				: {kind: 'link_down', message, bytesSent};
		}
		for (let index = 0; index < lease.entryCount; index++) {
			const id = lease.entry(index).segmentId;
			this.arrived.set(id, (this.arrived.get(id) ?? 0) + 1);
		}
		return {kind: 'answered', acked: [[0, lease.entryCount - 1]], troubles: [], bytesSent};
	}

	async probe(_: AbortSignal, wrote: (bytes: number) => void = () => {}): Promise<ProbeOutcome> {
		this.#note(PROBE_BYTES);
		wrote(PROBE_BYTES);
		return this.isDown ? {kind: 'down', message: 'the link is down'} : {kind: 'well'};
	}

	async close(): Promise<void> {}

	#note(bytes: number): void {
		this.samples.push({at: this.#clock.elapsed(), bytes});
	}
}

/** The most that was sent in any `windowMs`. */
export const mostIn = (samples: readonly Sample[], windowMs: number): number => {
	const ordered = [...samples].sort((a, b) => a.at - b.at);
	let most = 0;
	let sum = 0;
	let first = 0;
	for (const {at, bytes} of ordered) {
		sum += bytes;
		while ((ordered[first]?.at ?? at) <= at - windowMs) {
			sum -= ordered[first]?.bytes ?? 0;
			first++;
		}
		most = Math.max(most, sum);
	}
	return most;
};

import {EdgedError, type EdgedErrorCode} from '../../outbound/errors.js';
import {DaemonUnreachable} from '../../rpc/client-errors.js';
import type {SegmentAnswer} from './ingest-door.js';
import type {Item} from './items.js';

export type Sendable = Extract<Item, {kind: 'payload'}>;

export type PumpTarget = {
	/** Overlaps itself, up to a bounded number of times. */
	send(item: Sendable): Promise<SegmentAnswer>;
	accepted(item: Sendable, answer: SegmentAnswer): void;
	/** The item is not in the daemon, or nobody knows. */
	failed(item: Item, error: unknown): void;
	readonly signal: AbortSignal;
};

const MOST_IN_FLIGHT = 64;
/** Above it an item goes alone: memory stays bounded, and what it does to the connection harms no other. */
const OVERLAP_BYTES = 64 * 1024;

/**
 * Sends `items` in their order, several at once, and resolves when all are settled. Ends early when one fails for a reason
 * that would meet the rest too; resolves with that error. Rejects when `signal` is aborted.
 */
export const pump = async (items: AsyncIterator<Item>, target: PumpTarget): Promise<unknown> => {
	const inFlight = new Set<Promise<void>>();
	const aborted = rejectionOf(target.signal);
	const stop = new Stop();
	const start = (item: Sendable): void => {
		const work = sendOne(item, target, stop).finally(() => inFlight.delete(work));
		inFlight.add(work);
	};
	const settledTo = async (most: number): Promise<void> => {
		while (inFlight.size > most) {
			await Promise.race([...inFlight, aborted]);
		}
	};
	for (;;) {
		const next = await Promise.race([items.next(), stop.wanted, aborted]);
		if (next === 'stop' || next.done === true) {
			await settledTo(0);
			return stop.reason;
		}
		const item = next.value;
		if (item.kind === 'unreadable') {
			target.failed(item, new Error(item.problem));
			continue;
		}
		const alone = goesAlone(item);
		await settledTo(alone ? 0 : MOST_IN_FLIGHT - 1);
		start(item);
		await settledTo(alone ? 0 : MOST_IN_FLIGHT);
	}
};

/** The first failure that would meet the rest too. */
class Stop {
	reason: unknown;
	want: () => void = () => {};
	readonly wanted = new Promise<'stop'>(resolve => {
		this.want = () => {
			resolve('stop');
		};
	});

	because(reason: unknown): void {
		this.reason ??= reason;
		this.want();
	}
}

const rejectionOf = (signal: AbortSignal): Promise<never> => {
	const rejection = new Promise<never>((_resolve, reject) => {
		signal.addEventListener('abort', () => {
			reject(signal.reason);
		});
	});
	rejection.catch(() => {}); // Looked at only while something is awaited.
	return rejection;
};

const sendOne = async (item: Sendable, target: PumpTarget, stop: Stop): Promise<void> => {
	try {
		target.accepted(item, await target.send(item));
	} catch (error) {
		target.failed(item, error);
		if (meetsTheRestToo(error)) {
			stop.because(error);
		}
	}
};

const goesAlone = ({payload}: Sendable): boolean =>
	payload.kind === 'stream' || payload.bytes.length > OVERLAP_BYTES;

const meetsTheRestToo = (error: unknown): boolean =>
	error instanceof DaemonUnreachable || (error instanceof EdgedError && LASTING.has(error.code));

const LASTING: ReadonlySet<EdgedErrorCode> = new Set([
	'UNKNOWN_PEER',
	'QUEUE_FULL',
	'STORAGE_FULL',
	'STORAGE_FAILED',
	'DRAINING',
	'SHUTTING_DOWN',
]);

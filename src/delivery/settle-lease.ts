import {EdgedError} from '../outbound/errors.js';
import type {Clock} from '../runtime/clock.js';
import type {Lease, OutboundStore, Settlement} from '../storage/store.js';

export type SettleContext = {
	readonly store: Pick<OutboundStore, 'settle'>;
	readonly clock: Clock;
	/** Ends the attempts: the lease stays on disk and the next start puts its records back. */
	readonly giveUp: AbortSignal;
	/** Told of each write that failed. */
	onFailure(error: EdgedError): void;
};

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/**
 * Settles as often as it takes: an answer of the peer is not lost because the disk is full for a while. `gone`: the store no
 * longer knew the lease. An error that is no refusal of the store is a bug and is thrown.
 */
export const settleLease = async (
	lease: Lease,
	settlement: Settlement,
	context: SettleContext,
): Promise<'settled' | 'gone' | 'given_up'> => {
	for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(LONGEST_RETRY_MS, waitMs * 2)) {
		try {
			return (await context.store.settle(lease, settlement)) ? 'settled' : 'gone';
		} catch (error) {
			if (!(error instanceof EdgedError)) {
				throw error;
			}
			context.onFailure(error);
		}
		if (context.giveUp.aborted || !(await pause(waitMs, context))) {
			return 'given_up';
		}
	}
};

/** `false` when given up meanwhile. */
const pause = (delayMs: number, {clock, giveUp}: SettleContext): Promise<boolean> =>
	new Promise(resolve => {
		const end = () => {
			cancel();
			resolve(false);
		};
		const cancel = clock.after(delayMs, () => {
			giveUp.removeEventListener('abort', end);
			resolve(true);
		});
		giveUp.addEventListener('abort', end, {once: true});
	});

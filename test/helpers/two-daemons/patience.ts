import {setTimeout as wait} from 'node:timers/promises';
import type {Status} from '../edge-daemon.js';
import type {Relay} from './relay.js';

const LOOK_AGAIN_MS = 20;
const STUCK_MS = 60_000;

/** The first status that is as asked for; throws when what `progress` tells has not changed for a minute. */
export const untilStatus = async (
	relay: Relay,
	isReached: (status: Status) => boolean,
	progress: (status: Status) => unknown,
): Promise<Status> => {
	let last = '';
	let movedAt = performance.now();
	for (;;) {
		const status = await relay.status();
		if (isReached(status)) {
			return status;
		}
		const now = JSON.stringify(progress(status));
		if (now !== last) {
			last = now;
			movedAt = performance.now();
		}
		if (performance.now() - movedAt > STUCK_MS) {
			throw new Error(`It is stuck: ${JSON.stringify(status)}\n${relay.daemon.output()}`);
		}
		await wait(LOOK_AGAIN_MS);
	}
};

/** Until nothing waits and nothing is sent. */
export const untilDone = (relay: Relay): Promise<Status> => {
	const left = ({queue_depth: {scheduled, inflight, failed}}: Status): number =>
		scheduled + inflight + failed;
	return untilStatus(relay, status => left(status) === 0, left);
};

import {setTimeout as wait} from 'node:timers/promises';
import {type Status, statusOf} from '../edge-daemon.js';
import type {DaemonProcess} from '../process.js';

const LOOK_AGAIN_MS = 20;
const STUCK_MS = 60_000;

/** The first status that is as asked for; throws when the depth of the queue has not changed for a minute. */
export const untilStatus = async (
	daemon: DaemonProcess,
	isReached: (status: Status) => boolean,
): Promise<Status> => {
	let last = '';
	let movedAt = performance.now();
	for (;;) {
		const status = await statusOf(daemon);
		if (isReached(status)) {
			return status;
		}
		const now = JSON.stringify(status.queue_depth);
		if (now !== last) {
			last = now;
			movedAt = performance.now();
		}
		if (performance.now() - movedAt > STUCK_MS) {
			throw new Error(`It is stuck: ${JSON.stringify(status)}\n${daemon.output()}`);
		}
		await wait(LOOK_AGAIN_MS);
	}
};

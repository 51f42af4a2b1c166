import type {Override} from '../../delivery/bandwidth.js';
import type {LaneMode} from '../../delivery/lane-snapshot.js';
import type {PeerId} from '../../outbound/names.js';
import {THROTTLE_RATE} from '../../outbound/rollback.js';
import type {WireRollbackChange} from '../../rpc/contract/rollback.js';
import type {Parts} from '../parts.js';
import type {LaneItem, RateItem, RollbackRow} from './rollback-row.js';
import {modeWords, rateWords} from './words.js';

type Suspending = Pick<Parts, 'bandwidth' | 'dispatcher' | 'intake' | 'rollbacks'>;
export type SuspendStrategy = 'throttle' | 'pause' | 'drain';

/** What `throttle` makes of what is set live. */
export const throttled = (former: Override | undefined): Override => ({
	...former,
	bytesPerSecond: THROTTLE_RATE,
});

/** What the others make of the mode of a lane. */
export const SUSPENDED: Readonly<Record<'pause' | 'drain', (mode: LaneMode) => LaneMode>> = {
	pause: ({draining}) => ({paused: true, draining}),
	drain: () => ({paused: false, draining: true}),
};

/**
 * One commit has what is changed and what undoes it. In force when it resolves. An empty list: all that was meant was so already.
 */
export const suspend = (
	parts: Suspending,
	row: RollbackRow,
	strategy: SuspendStrategy,
): Promise<readonly WireRollbackChange[]> =>
	strategy === 'throttle' ? throttle(parts, row) : steer(parts, row, strategy);

const throttle = async (
	{bandwidth, rollbacks}: Suspending,
	row: RollbackRow,
): Promise<readonly WireRollbackChange[]> => {
	const peer = row.peer ?? undefined;
	const from = rateWords(bandwidth.state(peer));
	let done = row;
	await bandwidth.amend(
		peer,
		former => {
			const rate = former?.bytesPerSecond ?? null;
			const item: RateItem = {
				kind: 'rate',
				peer: row.peer,
				from: rate,
				to: THROTTLE_RATE,
				restored: false,
			};
			done = {...row, items: rate === THROTTLE_RATE ? [] : [item]};
			return throttled(former);
		},
		() => rollbacks.settings(done),
	);
	rollbacks.keep(done);
	return done.items.map(() => ({
		what: 'rate',
		peer_id: row.peer,
		from,
		to: rateWords(bandwidth.state(peer)),
	}));
};

const steer = async (
	{dispatcher, intake, rollbacks}: Suspending,
	row: RollbackRow,
	strategy: 'pause' | 'drain',
): Promise<readonly WireRollbackChange[]> => {
	let done = row;
	const changes = await dispatcher.steer(row.peer ?? undefined, SUSPENDED[strategy], orders => {
		const items = orders.map(
			({peerId, from, to}): LaneItem => ({kind: 'lane', peer: peerId, from, to, restored: false}),
		);
		done = {...row, items};
		return rollbacks.settings(done);
	});
	rollbacks.keep(done);
	if (strategy === 'drain') {
		await intake.answered(); // What came in before the door was shut may still be on its way to the disk.
	}
	return changes.map(({peerId, from, to}) => laneChange(peerId, from, to));
};

export const laneChange = (peer: PeerId, from: LaneMode, to: LaneMode): WireRollbackChange => ({
	what: 'lane',
	peer_id: peer,
	from: modeWords(from),
	to: modeWords(to),
});

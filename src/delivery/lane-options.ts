import type {CatchUpPolicy} from '../config/relay.js';
import type {Clock} from '../runtime/clock.js';
import type {KnownPeer, OutboundStore} from '../storage/store.js';
import type {LanePacer} from './bandwidth.js';
import type {InflightBudget} from './inflight-budget.js';
import type {LinkPolicy} from './link-state.js';
import type {DeliveryObserver} from './observer.js';
import type {RetryPolicy} from './retry-policy.js';
import type {Transport} from './transport.js';
import type {WorkerSlots} from './worker-slots.js';

/** What a lane needs of the store. */
export type LaneStore = Pick<
	OutboundStore,
	'horizon' | 'lease' | 'settle' | 'readPayloads' | 'nextDueAt' | 'depth' | 'waitingBytes' | 'quota'
>;

export type LanePolicy = RetryPolicy & LinkPolicy;

export type LaneOptions = {
	readonly peer: KnownPeer;
	/** The lane's own: it is closed with the lane. */
	readonly transport: Transport;
	readonly store: LaneStore;
	readonly pacer: LanePacer;
	readonly catchUp: CatchUpPolicy;
	readonly budget: InflightBudget;
	readonly workerSlots: WorkerSlots;
	/** How many lanes share the slots now. */
	laneCount(): number;
	readonly policy: LanePolicy;
	readonly clock: Clock;
	readonly observer: DeliveryObserver;
	/** Told of bugs: what is thrown and is no refusal of the store. */
	onBug(error: unknown): void;
};

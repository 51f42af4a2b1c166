import {FirstDeadletter} from '../deadletter/first-deadletter.js';
import type {PeerId} from '../outbound/names.js';
import type {PeerNo} from '../outbound/units.js';
import type {LmdbStore} from '../storage/lmdb-store.js';
import {DeliveryLog} from './delivery-log.js';
import type {EventHub} from './events/event-hub.js';
import {EvictionLog} from './eviction-log.js';
import {SpaceWatch} from './space-watch.js';
import {StoreCheck} from './store-check.js';
import {StoreHealth} from './store-health.js';
import type {Surroundings} from './surroundings.js';
import {Tending} from './tending.js';

/** What looks after the store, and what follows from what happens in it. */
export type Upkeep = {
	readonly storeHealth: StoreHealth;
	readonly tending: Tending;
	readonly storeCheck: StoreCheck;
	readonly deliveryLog: DeliveryLog;
	readonly evictionLog: EvictionLog;
	/** How often each peer got its first deadletter since the start. */
	readonly firstDeadletters: ReadonlyMap<string, number>;
	/** Something was buried, or may now be removed: looks at what follows from that. */
	buriedOrFreed(): void;
};

export const createUpkeep = (
	store: LmdbStore,
	events: EventHub,
	{clock, logs, onBug}: Surroundings,
): Upkeep => {
	const storeHealth = new StoreHealth({
		recover: () => store.recover(),
		clock,
		logger: logs.part('storage'),
		onChange: (state, error) =>
			events.tell({kind: 'storage', state, ...(error !== undefined && {error: error.message})}),
		onBug,
	});
	store.onFull(error => storeHealth.failed(error));
	const log = deadletterLog(logs);
	const firstDeadletters = new Map<string, number>();
	const firstDeadletter = new FirstDeadletter({
		store,
		onFirst: peer => {
			log(peer);
			firstDeadletters.set(peer, (firstDeadletters.get(peer) ?? 0) + 1);
			events.tell({kind: 'deadletter', peer_id: peer});
		},
	});
	const spaceWatch = new SpaceWatch({store, logger: logs.part('storage')});
	const tending = new Tending({
		store,
		clock,
		logger: logs.part('tending'),
		afterWork: () => {
			firstDeadletter.look();
			spaceWatch.look();
		},
		onBug,
	});
	const storeCheck = new StoreCheck({store, clock, logger: logs.part('storage'), onBug});
	const nudge = () => tending.nudge();
	store.onWork(nudge);
	const buriedOrFreed = () => {
		firstDeadletter.look();
		nudge();
	};
	const deliveryLog = new DeliveryLog(logs.part('delivery'), {settled: nudge, buriedOrFreed}, clock);
	const evictionLog = new EvictionLog({
		clock,
		logger: logs.part('storage'),
		idOf: no => idOf(store, no),
	});
	store.onEvicted(eviction => {
		evictionLog.evicted(eviction);
		firstDeadletter.look();
	});
	return {evictionLog, storeHealth, tending, storeCheck, deliveryLog, firstDeadletters, buriedOrFreed};
};

const idOf = (store: LmdbStore, no: PeerNo): PeerId => {
	const peer = store.peers().find(known => known.no === no);
	if (peer === undefined) {
		throw new Error(`no peer has the number ${no}`);
	}
	return peer.id;
};

const deadletterLog = (logs: Surroundings['logs']): ((peer: PeerId) => void) => {
	const logger = logs.part('deadletter');
	return peer => {
		const look = `edgectl relay deadletter list --peer-id ${peer}`;
		logger.warn({peer_id: peer, look}, 'the first deadletter of this peer');
	};
};

import {DeadletterDesk} from '../deadletter/desk.js';
import {FirstDeadletter} from '../deadletter/first-deadletter.js';
import {Bandwidth} from '../delivery/bandwidth.js';
import {Dispatcher} from '../delivery/dispatcher.js';
import type {PeerId} from '../outbound/names.js';
import type {LmdbStore} from '../storage/lmdb-store.js';
import {DeliveryLog} from './delivery-log.js';
import {fileLimits} from './file-limits.js';
import {Intake} from './intake.js';
import type {LiveConfig} from './live-config.js';
import type {Parts} from './parts.js';
import {registerPeers} from './peers.js';
import {Phase} from './phase.js';
import type {Surroundings} from './surroundings.js';
import {Tending} from './tending.js';
import {createTransport} from './transports.js';

/** Everything between the store and the doors. Nothing runs yet. */
export type Core = Parts & {readonly tending: Tending; readonly deliveryLog: DeliveryLog};

export const createCore = async (
	live: LiveConfig,
	store: LmdbStore,
	surroundings: Surroundings,
): Promise<Core> => {
	const {clock, logs, onBug, version, pid} = surroundings;
	const config = live.current;
	const startedAt = clock.elapsed();
	const phase = new Phase();
	const firstDeadletter = new FirstDeadletter({store, onFirst: deadletterLog(surroundings)});
	const tending = new Tending({
		store,
		clock,
		logger: logs.part('tending'),
		afterWork: () => firstDeadletter.look(),
		onBug,
	});
	store.onWork(() => tending.nudge());
	const buriedOrFreed = () => {
		firstDeadletter.look();
		tending.nudge();
	};
	const deliveryLog = new DeliveryLog(logs.part('delivery'), {settled: () => tending.nudge(), buriedOrFreed});
	const peers = await registerPeers(store, config.peers);
	const bandwidth = new Bandwidth(fileLimits(config), {
		burstSeconds: config.relay.bandwidth.burstMs / 1000,
		clock,
		settings: store,
	});
	const dispatcher = new Dispatcher({
		store,
		bandwidth,
		workerCount: config.relay.workerCount,
		maxInflightBytes: config.relay.maxInflightBytes,
		drainTimeoutMs: config.node.drainTimeoutMs,
		policy: {...config.relay.retry, nodeId: config.node.id},
		clock,
		observer: deliveryLog,
		onBug,
	});
	for (const peer of peers.configured) {
		dispatcher.add(peer, createTransport(peer.config, config, clock));
	}
	const intake = new Intake({store, peers, lanes: dispatcher, phase, onStoreChange: storeLog(surroundings)});
	const logger = logs.part('control');
	const parts = {store, peers, dispatcher, bandwidth, intake, phase, clock, logger, version, pid, startedAt};
	return {
		...parts,
		get config() {
			return live.current;
		},
		desk: new DeadletterDesk(store),
		buriedOrFreed,
		tending,
		deliveryLog,
	};
};

const deadletterLog = ({logs}: Surroundings): ((peer: PeerId) => void) => {
	const logger = logs.part('deadletter');
	return peer => {
		const look = `edgectl relay deadletter list --peer-id ${peer}`;
		logger.warn({peer_id: peer, look}, 'the first deadletter of this peer');
	};
};

const storeLog = ({logs}: Surroundings): ConstructorParameters<typeof Intake>[0]['onStoreChange'] => {
	const logger = logs.part('storage');
	return (state, err) => {
		if (state === 'failing') {
			logger.error({err}, 'the store cannot write: enqueues are refused, what is stored is kept');
		} else {
			logger.info('the store writes again');
		}
	};
};

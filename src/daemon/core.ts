import {randomBytes} from 'node:crypto';
import {DeadletterDesk} from '../deadletter/desk.js';
import type {DeadletterRetention} from '../deadletter/retention.js';
import {Bandwidth} from '../delivery/bandwidth.js';
import {Dispatcher} from '../delivery/dispatcher.js';
import type {DeliveryObserver} from '../delivery/observer.js';
import type {LmdbStore} from '../storage/lmdb-store.js';
import type {Audit} from './audit/audit-life.js';
import {auditedReplays} from './audited-replays.js';
import {auditedRetention} from './audited-retention.js';
import {ChangedByHand} from './control/changed-by-hand.js';
import {DeliveryEvents} from './events/delivery-events.js';
import {EventHub} from './events/event-hub.js';
import {RecordEvents} from './events/record-events.js';
import {fileLimits} from './file-limits.js';
import {ImportUpload} from './import-upload.js';
import {Intake} from './intake.js';
import type {LiveConfig} from './live-config.js';
import type {Parts} from './parts.js';
import {numberPeers, Peers} from './peers.js';
import {Phase} from './phase.js';
import {RollbackBook} from './rollback/rollback-book.js';
import type {Surroundings} from './surroundings.js';
import {createTransport} from './transports.js';
import {createUpkeep, type Upkeep} from './upkeep.js';

/** Everything between the store and the doors. Nothing runs yet. */
export type Core = Parts & Upkeep & Audit & {readonly deadletterRetention: DeadletterRetention};

/** Registers the peers, which is durable when it resolves. Throws what the store refuses. */
export const createCore = async (
	live: LiveConfig,
	store: LmdbStore,
	surroundings: Surroundings,
	audit: Audit,
): Promise<Core> => {
	const {clock, logs, version, pid} = surroundings;
	const startedAt = clock.elapsed();
	const events = new EventHub(clock);
	const recordEvents = new RecordEvents({store, hub: events, clock});
	const upkeep = createUpkeep(store, events, surroundings);
	const {storeHealth, deliveryLog} = upkeep;
	const observer = new DeliveryEvents(deliveryLog, events, recordEvents);
	const phase = new Phase(storeHealth);
	const peers = new Peers(store, await numberPeers(store, live.current.peers));
	const delivery = createDelivery(live, store, {peers, observer}, surroundings);
	const lanes = delivery.dispatcher;
	const {successCondition} = live.current.relay;
	const thisRun = {version, pid, startedAt, clock, logger: logs.part('control')};
	return {
		...upkeep,
		...audit,
		...delivery,
		...thisRun,
		store,
		events,
		peers,
		phase,
		intake: new Intake({
			store,
			peers,
			lanes,
			phase,
			storeHealth,
			recordEvents,
			clock,
			successCondition,
		}),
		desk: new DeadletterDesk(store),
		changedByHand: new ChangedByHand(),
		deadletterRetention: auditedRetention(store, {events, audit: audit.audit, live}, surroundings),
		replays: auditedReplays(store, {events, audit: audit.audit}, surroundings),
		uploads: new ImportUpload(clock),
		rollbacks: new RollbackBook({store, clock, random: () => randomBytes(4).toString('hex')}),
		get config() {
			return live.current;
		},
	};
};

type Delivery = Pick<Parts, 'bandwidth' | 'dispatcher'>;

const createDelivery = (
	live: LiveConfig,
	store: LmdbStore,
	{peers, observer}: {readonly peers: Peers; readonly observer: DeliveryObserver},
	{clock, onBug}: Surroundings,
): Delivery => {
	const config = live.current;
	const bandwidth = new Bandwidth(fileLimits(config), {
		burstSeconds: config.relay.bandwidth.burstMs / 1000,
		clock,
		settings: store,
		quota: store.quota,
	});
	const dispatcher = new Dispatcher({
		store,
		bandwidth,
		windowsOf: id => live.current.peers.find(peer => peer.id === id)?.windows ?? [],
		workerCount: config.relay.workerCount,
		maxInflightBytes: config.relay.maxInflightBytes,
		catchUp: config.relay.catchUp,
		drainTimeoutMs: config.node.drainTimeoutMs,
		policy: {...config.relay.retry, nodeId: config.node.id},
		clock,
		observer,
		onBug,
	});
	for (const peer of peers.configured) {
		dispatcher.add(peer, createTransport(peer.config, config, clock));
	}
	return {bandwidth, dispatcher};
};

import type {Config} from '../config/config.js';
import {openPeerCredentials} from '../runtime/peer-credentials.js';
import {type Service, startAll} from '../runtime/service.js';
import type {LmdbStore} from '../storage/lmdb-store.js';
import {openStore} from '../storage/open-store.js';
import {openAudit} from './audit/audit-life.js';
import type {Core} from './core.js';
import {createCore} from './core.js';
import {hasCrashMarker, takeCrashMarker} from './crash-marker.js';
import {Daemon} from './daemon.js';
import {DamageLog} from './damage-log.js';
import {createDoors, type Doors} from './doors.js';
import {LiveConfig} from './live-config.js';
import {storeSettings} from './store-settings.js';
import type {Surroundings} from './surroundings.js';

/** Of a damaged store, in one line of the log. */
const MOST_SHOWN = 10;

/**
 * Opens the store, puts everything together on it and starts it; nothing listens before what the last run left is put in order.
 * Rejects with what went wrong, and then nothing is left open.
 */
export const startDaemon = async (config: Config, surroundings: Surroundings): Promise<Daemon> => {
	const {clock, logs} = surroundings;
	const {stateDir: stateDirectory} = config.node;
	const damageLog = new DamageLog({clock, logger: logs.part('storage')});
	const store = await openTold(config, surroundings, damageLog);
	try {
		// Only whoever holds the lock may take it.
		const crash = takeCrashMarker(stateDirectory);
		const live = new LiveConfig(config);
		const audit = await openAudit(config, store, surroundings, crash);
		const core = await createCore(live, store, surroundings, audit);
		const doors = createDoors(core, surroundings, await openPeerCredentials());
		const services = inOrder(store, core, {doors, damageLog});
		await startAll(services);
		return new Daemon({
			store,
			core,
			doors,
			services,
			live,
			logs: surroundings.logs,
			crash,
			abandoned: store.abandonedAtStart,
		});
	} catch (error) {
		await store.close();
		damageLog.stop();
		throw error;
	}
};

/** Opens the store, and tells in the log what was found to be wrong with it. */
const openTold = (
	config: Config,
	{clock, boot, failStop, logs, pid}: Surroundings,
	damageLog: DamageLog,
): Promise<LmdbStore> => {
	const {stateDir: stateDirectory} = config.node;
	return openStore({
		stateDirectory,
		settings: storeSettings(config),
		clock,
		boot,
		failStop,
		lastEnd: () => ({
			isOwnCrash: hasCrashMarker(stateDirectory),
			maxAbandons: config.relay.retry.maxAbandons,
		}),
		onMend: mend => damageLog.mended(mend),
		onRebuilt: ({damage, rows, lost, aside}) => {
			const facts = {damage: damage.slice(0, MOST_SHOWN), rows, lost, aside};
			logs
				.part('storage')
				.error(
					facts,
					'pages of the store were damaged: it was built anew from what can be read; what is gone is buried as CORRUPT',
				);
		},
		onEmptied: directory => {
			logs
				.part('storage')
				.error(
					{directory},
					'there is no store here any more, though edged has run on this state directory before: it begins with an empty one; if that is not meant, stop it and put the store back',
				);
		},
		pid,
	}).catch((error: unknown) => {
		damageLog.stop();
		throw error;
	});
};

/** The order of start; stop runs it backwards: the doors close first, the store last. */
const inOrder = (
	store: LmdbStore,
	{
		storeHealth,
		evictionLog,
		deliveryLog,
		tending,
		storeCheck,
		bandwidth,
		dispatcher,
		auditLife,
		replays,
		deadletterRetention,
		phase,
	}: Core,
	{doors, damageLog}: {readonly doors: Doors; readonly damageLog: DamageLog},
): readonly Service[] => [
	{name: 'damage log', start: async () => {}, stop: async () => damageLog.stop()},
	{name: 'storage', start: async () => {}, stop: () => store.close()},
	{name: 'store health', start: async () => {}, stop: () => storeHealth.stop()},
	{name: 'eviction log', start: async () => {}, stop: async () => evictionLog.stop()},
	{name: 'delivery log', start: async () => {}, stop: async () => deliveryLog.stop()},
	tending,
	storeCheck,
	{name: 'bandwidth', start: async () => {}, stop: () => bandwidth.stop()},
	dispatcher,
	// Told before anybody can ask for anything, and after the last who did was answered.
	auditLife,
	replays,
	deadletterRetention,
	// From here on whoever finds a door open finds it open for him.
	{name: 'phase', start: async () => phase.started(), stop: async () => {}},
	doors.ingest,
	...(doors.admin === undefined ? [] : [doors.admin]),
	...doors.control.services,
];

import {IngestServer} from '../ingest/server.js';
import type {EpochMs} from '../outbound/units.js';
import type {PeerCredentials} from '../runtime/peer-credentials.js';
import {AdminServer} from './admin/admin-server.js';
import {auditMetrics} from './admin/audit-metrics.js';
import {changeMetrics} from './admin/change-metrics.js';
import {deadletterMetrics} from './admin/deadletter-metrics.js';
import {eventMetrics} from './admin/event-metrics.js';
import {ingestMetrics} from './admin/ingest-metrics.js';
import {createMetrics} from './admin/metrics.js';
import {processMetrics} from './admin/process-metrics.js';
import {relayMetrics} from './admin/relay-metrics.js';
import {type ControlDoors, createControlDoors} from './control-doors.js';
import type {Core} from './core.js';
import {drainState} from './drain-state.js';
import {ingestOptions} from './ingest-options.js';
import {MOST_CONNECTIONS} from './open-file-limit.js';
import type {Surroundings} from './surroundings.js';

/** Where others come in. Nothing listens yet. */
export type Doors = {
	readonly ingest: IngestServer;
	/** `undefined` when the configuration turns it off. */
	readonly admin: AdminServer | undefined;
	readonly control: ControlDoors;
};

export const createDoors = (core: Core, surroundings: Surroundings, credentials: PeerCredentials): Doors => {
	const {logs} = surroundings;
	const {config, intake, phase, clock} = core;
	const logger = logs.part('ingest');
	const options = ingestOptions(config);
	if (options.maxConnections.local < MOST_CONNECTIONS.local) {
		logger.warn(
			{connections: options.maxConnections},
			'few files may be open (LimitNOFILE): the ingest takes fewer connections',
		);
	}
	const ingest = new IngestServer(options, {
		store: intake,
		defaultRoute: () => intake.defaultRoute(),
		accepting: () => phase.toIngest(drainState(core)),
		clock,
		logger,
		// As on the control plane: what one caller brings about ends nobody else's work.
		onError: err => logger.error({err}, 'an ingest request failed'),
	});
	const control = createControlDoors(core, surroundings, credentials);
	return {ingest, admin: createAdmin(core, {ingest, control}, logs), control};
};

const createAdmin = (
	core: Core,
	{ingest, control}: Pick<Doors, 'ingest' | 'control'>,
	logs: Surroundings['logs'],
): AdminServer | undefined => {
	const {config, phase, clock, startedAt} = core;
	if (config.admin.listen === undefined) {
		return undefined;
	}
	const startedAtMs = (clock.now() - (clock.elapsed() - startedAt)) as EpochMs;
	return new AdminServer({
		address: config.admin.listen,
		unready: () => {
			const state = phase.toPing(drainState(core));
			return state === 'running' ? undefined : state;
		},
		metrics: createMetrics([
			...relayMetrics(core),
			...deadletterMetrics(core),
			...changeMetrics(core),
			...auditMetrics(core),
			...ingestMetrics(ingest),
			...eventMetrics([control.rpc, ...(control.status ? [control.status] : [])]),
			...processMetrics(startedAtMs),
		]),
		logger: logs.part('admin'),
	});
};

import path from 'node:path';
import type {Config} from '../../config/config.js';
import type {Logger} from '../../runtime/logger.js';
import type {Service} from '../../runtime/service.js';
import type {LmdbStore} from '../../storage/lmdb-store.js';
import type {Crash} from '../crash-marker.js';
import type {Surroundings} from '../surroundings.js';
import type {AuditJournal} from './audit-journal.js';
import type {Found} from './found-at-start.js';
import {openJournal} from './open-journal.js';
import {ownEvent} from './own-event.js';
import {Refusals} from './refusals.js';
import {Retention} from './retention.js';
import {WRONG_CALLS} from './wrong-calls.js';

/** Where the trail is: `audit.dir`, else `audit` in the state directory. */
export const auditDirectoryOf = ({audit, node}: Pick<Config, 'audit' | 'node'>): string =>
	audit.dir ?? path.join(node.stateDir, 'audit');

/** The trail and what belongs to it. */
export type Audit = {
	readonly audit: AuditJournal;
	readonly refusals: Refusals;
	readonly wrongCalls: Refusals;
	/** Tells that edged started and stopped, and lets go what is too old meanwhile. */
	readonly auditLife: Service;
};

/** Opens the trail; says in the log what was found. Rejects when it can neither be read nor made. */
export const openAudit = async (
	config: Config,
	store: LmdbStore,
	{clock, logs, version}: Pick<Surroundings, 'clock' | 'logs' | 'version'>,
	crash: Crash | undefined,
): Promise<Audit> => {
	const logger = logs.part('audit');
	const directory = auditDirectoryOf(config);
	const {journal, found} = await openJournal({directory, store, clock, logger});
	logFound(found, directory, logger);
	const refusals = new Refusals(journal, clock);
	const wrongCalls = new Refusals(journal, clock, WRONG_CALLS);
	const retention = new Retention({journal, clock, logger, keptMs: config.audit.retentionMs});
	const tell = (event: string, action: string, fields: Readonly<Record<string, unknown>>) =>
		ownEvent(clock, {
			event_name: event,
			action,
			resource_type: 'daemon',
			resource: config.node.id,
			fields,
		});
	let isStarted = false;
	const auditLife: Service = {
		name: 'audit',
		async start() {
			isStarted = true;
			const {scheduled, failed, deadletter} = store.depth();
			await journal.note(
				tell('daemon.started', 'start', {
					version,
					last_run: lastRun(found, crash),
					...(crash !== undefined && {crashed_at: crash.at, crash: crash.message}),
					abandoned: store.abandonedAtStart,
					waiting: scheduled + failed,
					deadletters: deadletter,
				}),
			);
			retention.start();
		},
		async stop() {
			await retention.stop();
			if (!isStarted) {
				await journal.close();
				return;
			}
			isStarted = false;
			await refusals.endSpan();
			await wrongCalls.endSpan();
			const {scheduled, failed, deadletter} = store.depth();
			await journal.stop(
				tell('daemon.stopped', 'stop', {version, waiting: scheduled + failed, deadletters: deadletter}),
			);
		},
	};
	return {audit: journal, refusals, wrongCalls, auditLife};
};

/** How the run before this one ended. */
const lastRun = ({isFirst, wasRunning}: Found, crash: Crash | undefined): string => {
	if (crash !== undefined) {
		return 'ended by its own crash';
	}
	if (isFirst) {
		return 'none that the trail knows of';
	}
	return wasRunning ? 'ended by SIGKILL or a loss of power' : 'was stopped';
};

const logFound = (
	{unfinishedBytes, damage, pending, former}: Found,
	directory: string,
	logger: Pick<Logger, 'error' | 'warn'>,
): void => {
	if (damage !== undefined) {
		logger.error(
			{directory, what: damage},
			'the audit trail is not what edged wrote: look with edgectl audit verify',
		);
	}
	if (unfinishedBytes > 0) {
		logger.warn(
			{directory, cut_bytes: unfinishedBytes},
			'the last line of the audit trail was unfinished and was cut away',
		);
	}
	if (former !== undefined) {
		logger.warn(
			{directory, former_directory: former.directory},
			'the audit trail goes on in another directory',
		);
	}
	if (pending > 0) {
		logger.warn(
			{records: pending},
			'edged ended while something was done: edgectl audit query --outcome pending says what',
		);
	}
};

import type {Config} from '../config/config.js';
import {formatListenAddress} from '../config/listen-address.js';
import {type Service, stopAll} from '../runtime/service.js';
import type {LmdbStore} from '../storage/lmdb-store.js';
import {auditedReload} from './audit/audited-reload.js';
import type {Core} from './core.js';
import type {Crash} from './crash-marker.js';
import type {Doors} from './doors.js';
import type {LiveConfig} from './live-config.js';
import type {Logs} from './logs.js';
import {reload} from './reload.js';

export type Assembled = {
	readonly store: LmdbStore;
	readonly core: Core;
	readonly doors: Doors;
	readonly services: readonly Service[];
	readonly live: LiveConfig;
	readonly logs: Logs;
	readonly crash: Crash | undefined;
	readonly abandoned: number;
};

/** What a start has to tell. */
export type StartReport = {
	readonly version: string;
	readonly config: Config;
	/** Where other edged connect, with the port that it got. */
	readonly tlsAddress: string | undefined;
	readonly adminAddress: string | undefined;
	/** Records that were inflight when the last run ended, and are scheduled again. */
	readonly abandoned: number;
	readonly waiting: number;
	readonly deadletters: number;
	/** Peers with records that are not configured any more. */
	readonly orphaned: readonly string[];
	/** The last run ended by its own crash. */
	readonly crash: Crash | undefined;
};

/** A daemon that runs. */
export class Daemon {
	readonly #assembled: Assembled;
	#stopped: Promise<void> | undefined;

	constructor(assembled: Assembled) {
		this.#assembled = assembled;
	}

	get report(): StartReport {
		const {core, doors, live, crash, abandoned} = this.#assembled;
		const {scheduled, failed, deadletter} = core.store.depth();
		const {tlsPort} = doors.ingest;
		const {listener} = live.current.ingest;
		return {
			version: core.version,
			config: live.current,
			tlsAddress:
				listener === undefined || tlsPort === undefined
					? undefined
					: formatListenAddress({host: listener.address.host, port: tlsPort}),
			adminAddress: doors.admin?.address,
			abandoned,
			waiting: scheduled + failed,
			deadletters: deadletter,
			orphaned: core.peers.orphaned.map(({id}) => id),
			crash,
		};
	}

	/**
	 * Applies what can be applied of what `read` gives while running, and logs the rest. `INVALID_CONFIG` changes nothing. The audit
	 * trail has it either way.
	 */
	async reload(read: () => Config): Promise<void> {
		await auditedReload(this.#assembled.core, () => reload(read(), this.#assembled));
	}

	/**
	 * Refuses new work, gives what is being sent `node.drain_timeout_seconds`, releases the rest, and closes. Operators can
	 * watch it until the doors close. Every call gets the same promise.
	 */
	stop(): Promise<void> {
		this.#stopped ??= this.#stop();
		return this.#stopped;
	}

	/** Closes the store and nothing else: for an end after which nobody knows what is still true. */
	async abandon(): Promise<void> {
		await this.#assembled.core.store.close();
	}

	async #stop(): Promise<void> {
		const {core, services, live} = this.#assembled;
		core.phase.stopping();
		await core.dispatcher.stop(live.current.node.drainTimeoutMs);
		await stopAll(services);
	}
}

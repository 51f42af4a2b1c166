import type {AdminConfig} from './admin.js';
import type {AuditConfig} from './audit.js';
import type {BandwidthConfig} from './bandwidth.js';
import type {DeadletterConfig} from './deadletter.js';
import type {IngestConfig} from './ingest.js';
import type {NodeConfig} from './node.js';
import type {PeerConfig} from './peers.js';
import type {RelaySectionConfig} from './relay.js';
import type {RetryConfig} from './retry.js';
import type {RpcConfig} from './rpc.js';
import type {SpoolConfig} from './spool.js';
import type {StorageConfig} from './storage.js';

export type RelayConfig = RelaySectionConfig & {
	readonly retry: RetryConfig;
	readonly bandwidth: BandwidthConfig;
	readonly deadletter: DeadletterConfig;
};

/** A configuration that was checked whole: times in milliseconds, sizes in bytes, paths absolute, defaults filled in. */
export type Config = CheckedConfig & {
	/** What is configured and has no behaviour in this version, a sentence each: warn at the start. */
	readonly notices: readonly string[];
};

export type CheckedConfig = {
	readonly node: NodeConfig;
	readonly rpc: RpcConfig;
	readonly ingest: IngestConfig;
	readonly admin: AdminConfig;
	readonly storage: StorageConfig;
	readonly relay: RelayConfig;
	readonly audit: AuditConfig;
	/** At least one; no two of one id. */
	readonly peers: readonly PeerConfig[];
	readonly spool: SpoolConfig;
};

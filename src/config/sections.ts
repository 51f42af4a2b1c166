import {adminSection} from './admin.js';
import {auditSection} from './audit.js';
import {bandwidthSection} from './bandwidth.js';
import {deadletterSection} from './deadletter.js';
import {ingestSection} from './ingest.js';
import {nodeSection} from './node.js';
import {peerSection} from './peers.js';
import {relaySection} from './relay.js';
import {retrySection} from './retry.js';
import {rpcSection} from './rpc.js';
import {spoolSection} from './spool.js';
import {storageSection} from './storage.js';
import {windowSection} from './windows.js';

/** Every table of the file under its full name, in the order in which the file is documented. */
export const sections = {
	node: nodeSection,
	rpc: rpcSection,
	ingest: ingestSection,
	admin: adminSection,
	storage: storageSection,
	relay: relaySection,
	'relay.retry': retrySection,
	'relay.bandwidth': bandwidthSection,
	'relay.deadletter': deadletterSection,
	audit: auditSection,
	peers: peerSection,
	'peers.windows': windowSection,
	spool: spoolSection,
} as const;

/** Every table and key in full, without the indices of arrays. */
export const knownKeys: readonly string[] = Object.entries(sections).flatMap(([table, {fields}]) => [
	table,
	...Object.values(fields).map(({key}) => `${table}.${key}`),
]);

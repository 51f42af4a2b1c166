import type {CheckedConfig, Config} from '../config/config.js';

/** `former` with those of `wanted` that can change while edged runs. What differs from `wanted` afterwards needs a restart. */
export const mergeLive = (former: Config, wanted: Config): Config => ({
	...former,
	node: {...former.node, logLevel: wanted.node.logLevel, drainTimeoutMs: wanted.node.drainTimeoutMs},
	rpc: {...former.rpc, requireOperator: wanted.rpc.requireOperator},
	ingest: mergeIngest(former.ingest, wanted.ingest),
	storage: {...wanted.storage, maxTrustedDowntimeMs: former.storage.maxTrustedDowntimeMs},
	relay: {
		...former.relay,
		bandwidth: {
			...former.relay.bandwidth,
			bytesPerSecond: wanted.relay.bandwidth.bytesPerSecond,
			dailyQuotaBytes: wanted.relay.bandwidth.dailyQuotaBytes,
			quotaPolicy: wanted.relay.bandwidth.quotaPolicy,
			quotaReservePercent: wanted.relay.bandwidth.quotaReservePercent,
		},
		deadletter: wanted.relay.deadletter,
	},
	peers: wanted.peers,
	notices: wanted.notices,
});

/** Of the listener the files, not the address. */
const mergeIngest = (
	former: CheckedConfig['ingest'],
	wanted: CheckedConfig['ingest'],
): CheckedConfig['ingest'] => ({
	...former,
	allowedSenders: wanted.allowedSenders,
	senderBytesPerSecond: wanted.senderBytesPerSecond,
	maxHops: wanted.maxHops,
	listener:
		former.listener === undefined || wanted.listener === undefined
			? former.listener
			: {...wanted.listener, address: former.listener.address},
});

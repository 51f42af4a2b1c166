import type {Config} from '../config/config.js';
import {effectiveConfig} from '../config/effective.js';
import type {PeerConfig} from '../config/peers.js';
import type {Assembled} from './daemon.js';
import {fileLimits} from './file-limits.js';
import {ingestOptions} from './ingest-options.js';
import {settingsThatDiffer} from './settings-that-differ.js';

/** Takes from `wanted` what can change while edged runs, and says in the log what needs a restart. Bad certificates change nothing. */
export const reload = async (
	wanted: Config,
	{core, doors, live, logs}: Pick<Assembled, 'core' | 'doors' | 'live' | 'logs'>,
): Promise<void> => {
	const former = live.current;
	const merged = mergeLive(former, wanted);
	await doors.ingest.reload(ingestOptions(merged));
	core.bandwidth.reload(fileLimits(merged));
	logs.setLevel(merged.node.logLevel);
	live.replace(merged);
	const applied = settingsThatDiffer(effectiveConfig(former), effectiveConfig(merged));
	const needsRestart = settingsThatDiffer(effectiveConfig(merged), effectiveConfig(wanted));
	core.logger.info({event: 'config.reloaded', applied, needs_restart: needsRestart}, 'config.reloaded');
	if (needsRestart.length > 0) {
		core.logger.warn({needs_restart: needsRestart}, 'what else has changed in the file needs a restart');
	}
};

/** `former` with those of `wanted` that can change while edged runs. */
const mergeLive = (former: Config, wanted: Config): Config => ({
	...former,
	node: {...former.node, logLevel: wanted.node.logLevel, drainTimeoutMs: wanted.node.drainTimeoutMs},
	ingest: {
		...former.ingest,
		allowedSenders: wanted.ingest.allowedSenders,
		maxHops: wanted.ingest.maxHops,
	},
	relay: {
		...former.relay,
		bandwidth: {
			...former.relay.bandwidth,
			bytesPerSecond: wanted.relay.bandwidth.bytesPerSecond,
			dailyQuotaBytes: wanted.relay.bandwidth.dailyQuotaBytes,
		},
	},
	peers: former.peers.map(peer => mergeLimits(peer, wanted.peers)),
	notices: wanted.notices,
});

const mergeLimits = (peer: PeerConfig, wanted: readonly PeerConfig[]): PeerConfig => {
	const same = wanted.find(({id}) => id === peer.id);
	return same === undefined
		? peer
		: {...peer, bytesPerSecond: same.bytesPerSecond, dailyQuotaBytes: same.dailyQuotaBytes};
};

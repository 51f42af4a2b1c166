import type {CheckedConfig} from '../config/config.js';
import type {FileLimits} from '../delivery/bandwidth.js';

/** The limits as the configuration has them. */
export const fileLimits = ({
	relay: {bandwidth},
	peers,
}: Pick<CheckedConfig, 'relay' | 'peers'>): FileLimits => ({
	total: {bytesPerSecond: bandwidth.bytesPerSecond, dailyQuotaBytes: bandwidth.dailyQuotaBytes},
	peers: new Map(
		peers.map(({id, bytesPerSecond, dailyQuotaBytes}) => [id, {bytesPerSecond, dailyQuotaBytes}]),
	),
	quota: {policy: bandwidth.quotaPolicy, reservePercent: bandwidth.quotaReservePercent},
});

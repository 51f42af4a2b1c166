import type {BandwidthState} from '../../delivery/bandwidth.js';
import type {WireBandwidth} from '../../rpc/contract/bandwidth.js';

export const bandwidthView = (state: BandwidthState): WireBandwidth => ({
	unlimited: state.unlimited,
	bytes_per_second: state.bytesPerSecond,
	daily_quota_bytes: state.dailyQuotaBytes,
	available_tokens: state.availableTokens ?? null,
	burst_bytes: state.burstBytes ?? null,
	daily_used_bytes: state.dailyUsedBytes,
	throttle_count: state.throttleCount,
	quota_defer_count: state.quotaDeferCount,
	quota_drop_count: state.quotaDropCount,
	source: state.source,
});

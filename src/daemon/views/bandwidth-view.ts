import type {BandwidthState} from '../../delivery/bandwidth.js';
import type {WireBandwidth} from '../../rpc/contract/bandwidth.js';
import {timeOrNull} from '../why/words.js';

export const bandwidthView = (state: BandwidthState): WireBandwidth => ({
	unlimited: state.unlimited,
	bytes_per_second: state.bytesPerSecond,
	daily_quota_bytes: state.dailyQuotaBytes,
	wire_bytes_per_second_now: Math.round(state.wireBytesPerSecondNow),
	available_tokens: state.availableTokens ?? null,
	burst_bytes: state.burstBytes ?? null,
	daily_used_bytes: Math.round(state.dailyUsedBytes),
	quota_exhausted_at: timeOrNull(state.quotaExhaustedAt),
	quota_returns_at: timeOrNull(state.quotaReturnsAt),
	throttle_count: state.throttleCount,
	quota_defer_count: state.quotaDeferCount,
	quota_drop_count: state.quotaDropCount,
	source: state.source,
});

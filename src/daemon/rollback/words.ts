import type {BandwidthState} from '../../delivery/bandwidth.js';
import type {LaneMode} from '../../delivery/lane-snapshot.js';

/** `unlimited (file)`, `64000 B/s (override)`. */
export const rateWords = ({
	bytesPerSecond,
	source,
}: Pick<BandwidthState, 'bytesPerSecond' | 'source'>): string =>
	`${bytesPerSecond === 0 ? 'unlimited' : `${bytesPerSecond} B/s`} (${source})`;

export const modeWords = ({paused, draining}: LaneMode): string => {
	const words = [...(paused ? ['paused'] : []), ...(draining ? ['draining'] : [])];
	return words.length === 0 ? 'running' : words.join(', ');
};

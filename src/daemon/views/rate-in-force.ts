import type {BandwidthState} from '../../delivery/bandwidth.js';

/** The lower of a peer's rate, or that of its open window, and the total, in bytes per second; 0 = unlimited. */
export const rateInForce = (...limiters: ReadonlyArray<Pick<BandwidthState, 'bytesPerSecond'>>): number => {
	const rates = limiters.map(({bytesPerSecond}) => bytesPerSecond).filter(rate => rate > 0);
	return rates.length === 0 ? 0 : Math.min(...rates);
};

import {counter, STORE_COUNTERS} from './counters.js';
import type {StoreHandles} from './handles.js';

/** Above this share of the ceiling there is a warning, and what is only retained begins to go. */
const WARNING_SHARE = 0.8;

export const warningBytes = (ceilingBytes: number): number => ceilingBytes * WARNING_SHARE;

export const liveBytes = ({counters}: StoreHandles): number =>
	counter(counters.get(STORE_COUNTERS), 'liveBytes');

export const isAboveWatermark = (handles: StoreHandles): boolean =>
	liveBytes(handles) > warningBytes(handles.settings.diskCeilingBytes);

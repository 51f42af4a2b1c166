import {statSync} from 'node:fs';
import {counter, STORE_COUNTERS} from './counters.js';
import {dataFileOf} from './data-file.js';
import {FREE_FLOOR_BYTES, freeBytes} from './disk-room.js';
import type {StoreHandles} from './handles.js';
import type {SpaceUse} from './store.js';
import {warningBytes} from './watermark.js';

/** See `OutboundStore.space`. */
export const spaceUse = ({counters, settings, env, room}: StoreHandles): SpaceUse => {
	const row = counters.get(STORE_COUNTERS);
	return {
		liveBytes: counter(row, 'liveBytes'),
		ceilingBytes: settings.diskCeilingBytes,
		warningBytes: warningBytes(settings.diskCeilingBytes),
		fileBytes: statSync(dataFileOf(env.path), {throwIfNoEntry: false})?.size ?? 0,
		freeBytes: freeBytes(env.path),
		freeFloorBytes: FREE_FLOOR_BYTES,
		reserveBytes: room.reserveBytes,
		blocks: counter(row, 'blocks'),
	};
};

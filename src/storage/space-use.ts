import {statSync} from 'node:fs';
import {counter, STORE_COUNTERS} from './counters.js';
import {dataFileOf} from './data-file.js';
import {FREE_FLOOR_BYTES, freeBytes} from './disk-room.js';
import type {StoreHandles} from './handles.js';
import {warningBytes} from './watermark.js';

export type SpaceUse = {
	/** Payload and table bytes that are stored for some reason. */
	readonly liveBytes: number;
	readonly ceilingBytes: number;
	/** Of live bytes: from here on there is a warning. */
	readonly warningBytes: number;
	/** Size of the database file. */
	readonly fileBytes: number;
	/** On its file system, for a process without privileges; 0 when that cannot be told. */
	readonly freeBytes: number;
	/** Less free than this is worth a warning: enqueues are refused below it, unless the file has pages to spare. */
	readonly freeFloorBytes: number;
	/** Held back for settling, burying and purging on a full disk; 0 once they have had to use it. */
	readonly reserveBytes: number;
	readonly blocks: number;
};

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

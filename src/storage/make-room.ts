import {EdgedError} from '../outbound/errors.js';
import {counter, STORE_COUNTERS} from './counters.js';
import type {Evictor} from './evict.js';
import type {StoreHandles} from './handles.js';
import {shed} from './shed.js';
import {thin} from './thin.js';
import {liveBytes} from './watermark.js';

/**
 * What is merely retained gives way first; what waits only where the operator has said so, and only to what an `evictor` came for.
 * `QUEUE_FULL` when `bytes` do not fit below the ceiling even then.
 */
export const makeRoom = async (handles: StoreHandles, bytes: number, evictor?: Evictor): Promise<void> => {
	const {counters, settings} = handles;
	const lack = () => liveBytes(handles) + bytes - settings.diskCeilingBytes;
	while (lack() > 0 && (await shed(handles, 'all'))) {
		// Once more: each step frees some.
	}
	while (lack() > 0 && (await thin(handles))) {
		// Once more: a commit thins so many blocks and no more.
	}
	const retained = counter(counters.get(STORE_COUNTERS), 'retainedBytes');
	// What would not fit even then is refused before anything is given up for it.
	const mayEvict = settings.overflow === 'evict_oldest' && retained + bytes <= settings.diskCeilingBytes;
	while (mayEvict && lack() > 0 && (await evictor?.step(lack()))) {
		// Once more: a commit gives up so many blocks and no more.
	}
	if (lack() > 0) {
		throw queueFull(liveBytes(handles), bytes, settings.diskCeilingBytes);
	}
};

const queueFull = (live: number, bytes: number, ceiling: number): EdgedError => {
	const advice =
		bytes > ceiling
			? 'It never fits below this ceiling: raise it and reload'
			: 'Try again once something is delivered; or retry or purge deadletters, or raise the ceiling and reload ("edgectl relay status" shows who waits)';
	return new EdgedError(
		'QUEUE_FULL',
		`the queue is full: ${live} of ${ceiling} bytes are stored (storage.disk_ceiling_bytes), and ${bytes} more do not fit. ${advice}`,
		{live_bytes: live, needed_bytes: bytes, ceiling_bytes: ceiling},
	);
};

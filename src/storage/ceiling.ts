import {EdgedError} from '../outbound/errors.js';
import {counter, STORE_COUNTERS} from './counters.js';
import type {StoreHandles} from './handles.js';

/** See `LmdbStore.checkCeiling`. What is only retained makes room by itself. */
export const checkCeiling = ({counters, settings}: StoreHandles, ceilingBytes: number): void => {
	const row = counters.get(STORE_COUNTERS);
	const needed = counter(row, 'liveBytes') - counter(row, 'retainedBytes');
	if (ceilingBytes < settings.diskCeilingBytes && needed > ceilingBytes) {
		throw new EdgedError(
			'INVALID_CONFIG',
			`storage.disk_ceiling_bytes = ${ceilingBytes} is below the ${needed} bytes that are stored. ` +
				'Deliver them with "edgectl relay drain --wait", or purge deadletters with ' +
				'"edgectl relay deadletter purge --all --force"; then reload again',
			{ceiling_bytes: ceilingBytes, stored_bytes: needed},
		);
	}
};

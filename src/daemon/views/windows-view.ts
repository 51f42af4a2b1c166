import {type WindowConfig, writtenWindow} from '../../config/windows.js';
import type {LaneWindow} from '../../delivery/lane-windows.js';
import {windowSchedule} from '../../delivery/window-schedule.js';
import type {PeerId} from '../../outbound/names.js';
import type {EpochMs} from '../../outbound/units.js';
import type {WireWindows} from '../../rpc/contract/windows.js';
import {formatTime} from '../../runtime/clock.js';

/** Of a peer that has `windows`; `lane` is what its lane makes of them. */
export const windowsView = (
	peer: PeerId,
	windows: readonly WindowConfig[],
	{isOpen, bytesPerSecond, next}: LaneWindow,
	now: EpochMs,
): WireWindows => {
	const areOpen = windowSchedule(windows, 0).openWindows(now);
	return {
		peer_id: peer,
		open: isOpen,
		bytes_per_second: bytesPerSecond,
		next_change:
			next === undefined
				? null
				: {at: formatTime(next.at), open: next.isOpen, bytes_per_second: next.bytesPerSecond},
		windows: windows.map((window, index) => ({...writtenWindow(window), open: areOpen[index] === true})),
	};
};

import type {WireWindows} from '../../rpc/contract/windows.js';
import {type Field, fields} from './fields.js';
import {byteRate} from './numbers.js';
import type {Style} from './style.js';
import {clockTime} from './time.js';

/** What a peer's windows say now, then each of them. */
export const windowsText = (windows: WireWindows, now: string, style: Style): string[] =>
	fields(
		`Windows of ${windows.peer_id}`,
		[
			['State', stateWords(windows, now), windows.open ? 'good' : 'warn'],
			...windows.windows.map((window): Field => ['Window', windowWords(window)]),
		],
		style,
	);

const stateWords = ({open, bytes_per_second: rate, next_change: next}: WireWindows, now: string): string => {
	if (next === null) {
		return `${open ? openWords(rate) : 'closed'}; nothing changes within two weeks`;
	}
	const when = clockTime(next.at, now);
	if (!open) {
		return `closed, opens ${when}`;
	}
	return next.open
		? `${openWords(rate)} until ${when}, then ${rateWords(next.bytes_per_second)}`
		: `${openWords(rate)}, closes ${when}`;
};

const openWords = (rate: number): string => (rate === 0 ? 'open' : `open, ${rateWords(rate)}`);

const rateWords = (rate: number): string => (rate === 0 ? "at the peer's own rate" : `at ${byteRate(rate)}`);

const windowWords = ({
	days,
	start,
	end,
	timezone,
	bytes_per_second: rate,
	open,
}: WireWindows['windows'][number]): string =>
	[
		`${days.length === 7 ? 'daily' : days.join(' ')} ${start}-${end} ${timezone}`,
		...(rate === 0 ? [] : [rateWords(rate)]),
		...(open ? ['now'] : []),
	].join(', ');

import type {Result} from '../../rpc/contract/methods.js';
import type {WirePeerStatus} from '../../rpc/contract/status.js';
import {bar} from '../text/bar.js';
import {type Column, columns} from '../text/columns.js';
import {grouped, humanBytes} from '../text/numbers.js';
import {LINK_TONES, link, trouble} from '../text/peers.js';
import {replaysText} from '../text/status.js';
import type {Style} from '../text/style.js';
import {ahead, humanSeconds} from '../text/time.js';
import {clip} from './clip.js';

type Status = Result<'relay.status'>;

export type View = {
	/** The last answer; `undefined` before the first. */
	readonly status: Status | undefined;
	/** Why there is no newer one, and for how long. */
	readonly problem: string | undefined;
	/** Peers that are scrolled out at the top. */
	readonly scrolled: number;
};
export type Size = {readonly columns: number; readonly rows: number};

/** Narrower than this a peer has two lines in the place of a row. */
const TABLE_COLUMNS = 72;
const LIMIT_COLUMNS = 84;
const QUOTA_COLUMNS = 100;
const BAR = 10;

/** What is to be seen: never more lines, nor longer ones, than the terminal has. Pure. */
export const picture = (view: View, size: Size, style: Style): readonly string[] => {
	const {status} = view;
	const head = [
		...(status === undefined ? ['edged'] : headOf(status, size, style)),
		...(view.problem === undefined ? [] : [style('bad', view.problem)]),
	];
	const lines =
		status === undefined ? head : [...head, ...peersIn(view, status, size, size.rows - head.length, style)];
	return lines.slice(0, size.rows).map(line => clip(line, size.columns));
};

const headOf = (status: Status, {columns: width}: Size, style: Style): string[] => {
	const {queue_depth: depth, storage, bandwidth} = status;
	const parts = [
		`${grouped(depth.scheduled + depth.failed)} waiting`,
		`${grouped(depth.inflight)} inflight`,
		...(depth.deadletter === 0 ? [] : [style('bad', `${grouped(depth.deadletter)} dead`)]),
	];
	const quota = quotaBar(bandwidth);
	return [
		`${style('strong', 'edged')} ${status.queried_at.slice(11, 19)} ${parts.join(', ')}`,
		...inOneLine(width, [
			`total ${rateWords(bandwidth.wire_bytes_per_second_now, bandwidth.bytes_per_second, width)}`,
			quota,
		]),
		...replaysText(status),
		...(storage.state === 'ok'
			? []
			: [
					style(
						'bad',
						`storage ${storage.state}: ${humanBytes(storage.live_bytes)} of ${humanBytes(storage.ceiling_bytes)}, ${humanBytes(storage.free_bytes)} free`,
					),
				]),
	];
};

/** Where there is room for them. */
const inOneLine = (width: number, parts: readonly string[]): string[] => {
	const said = parts.filter(part => part !== '');
	const line = said.join(' ');
	return line.length <= width ? [line] : [...said];
};

/** Where it is narrow the bar alone tells the limit. */
const rateWords = (rate: number, limit: number, width: number): string => {
	const now = `${humanBytes(rate)}/s`;
	if (limit === 0) {
		return now;
	}
	const of = width < TABLE_COLUMNS ? '' : ` of ${humanBytes(limit)}/s`;
	return `${bar(rate, limit, BAR)} ${now}${of}`;
};

const quotaBar = (quota: WirePeerStatus['daily_quota']): string =>
	quota === null || quota.daily_quota_bytes === 0
		? ''
		: `quota ${bar(quota.daily_used_bytes, quota.daily_quota_bytes, BAR)} ${humanBytes(quota.daily_used_bytes)} of ${humanBytes(quota.daily_quota_bytes)}`;

const peersIn = (view: View, status: Status, size: Size, room: number, style: Style): string[] => {
	const {peers, queried_at: now} = status;
	const isTable = size.columns >= TABLE_COLUMNS;
	const [title = '', ...rows] = isTable ? columns(tableFor(peers, size.columns, now), peers, style) : [];
	const blocks = peers.map((peer, at) => [
		...(isTable ? [rows[at] ?? ''] : twoLines(peer, size, now, style)),
		...trouble(peer, now).flatMap(line => wrapped(line, size.columns).map(part => style('warn', part))),
	]);
	const first = Math.max(0, Math.min(view.scrolled, peers.length - 1));
	return [...(isTable ? [title] : []), ...thatFit(blocks, first, room - (isTable ? 1 : 0))];
};

/** What is wrong is worth a few lines where they are short. */
const wrapped = (line: string, width: number): string[] => {
	const letters = [...line];
	const length = Math.max(1, width - INDENT.length);
	const parts = Math.min(MAX_PARTS, Math.ceil(letters.length / length));
	return Array.from(
		{length: parts},
		(_, at) => INDENT + letters.slice(at * length, (at + 1) * length).join(''),
	);
};

const INDENT = '  ';
const MAX_PARTS = 3;

/** Whole peers from the `first` on, and how many there are besides. */
const thatFit = (blocks: readonly string[][], first: number, room: number): string[] => {
	const lines: string[] = [];
	let shown = 0;
	for (const [at, block] of blocks.slice(first).entries()) {
		const isLast = first + at === blocks.length - 1;
		if (lines.length + block.length > room - (isLast && first === 0 ? 0 : 1)) {
			break;
		}
		lines.push(...block);
		shown++;
	}
	const rest = blocks.length - shown;
	if (rest === 0) {
		return lines;
	}
	const above = first === 0 ? '' : `, ${first} above`;
	return [...lines, `… and ${rest} more${above} (arrow keys scroll)`];
};

const twoLines = (peer: WirePeerStatus, {columns: width}: Size, now: string, style: Style): string[] => [
	`${style('strong', peer.peer_id)} ${style(LINK_TONES[peer.link], link(peer))} ${grouped(waiting(peer))} waiting${deadWords(peer)}`,
	`  ${rateWords(peer.wire_bytes_per_second_now, peer.rate_limit_bytes_per_second, width)} ${next(peer, now)}`.trimEnd(),
	...(peer.daily_quota === null ? [] : [`  ${quotaBar(peer.daily_quota)}`]),
];

const deadWords = ({queue_depth: {deadletter}}: WirePeerStatus): string =>
	deadletter === 0 ? '' : `, ${grouped(deadletter)} dead`;

const waiting = ({queue_depth: {scheduled, failed}}: WirePeerStatus): number => scheduled + failed;

const tableFor = (
	peers: readonly WirePeerStatus[],
	width: number,
	now: string,
): ReadonlyArray<Column<WirePeerStatus>> => [
	{title: 'PEER-ID', cell: peer => peer.peer_id},
	{title: 'LINK', cell: link, tone: peer => LINK_TONES[peer.link]},
	{title: 'WAITING', align: 'right', cell: peer => grouped(waiting(peer))},
	{title: 'SENDING', align: 'right', cell: peer => grouped(peer.queue_depth.inflight)},
	{
		title: 'DEAD',
		align: 'right',
		cell: peer => grouped(peer.queue_depth.deadletter),
		tone: peer => (peer.queue_depth.deadletter > 0 ? 'bad' : undefined),
	},
	{title: 'RATE', align: 'right', cell: peer => `${humanBytes(peer.wire_bytes_per_second_now)}/s`},
	{title: 'OF LIMIT', cell: rateBar},
	...(width < LIMIT_COLUMNS ? [] : [LIMIT]),
	...(width < QUOTA_COLUMNS || peers.every(peer => peer.daily_quota === null) ? [] : [QUOTA]),
	{title: 'NEXT', cell: peer => next(peer, now)},
];

const rateBar = ({
	wire_bytes_per_second_now: rate,
	rate_limit_bytes_per_second: limit,
}: WirePeerStatus): string => (limit === 0 ? '-' : bar(rate, limit, BAR));

const LIMIT: Column<WirePeerStatus> = {
	title: 'LIMIT',
	align: 'right',
	cell: ({rate_limit_bytes_per_second: limit}) => (limit === 0 ? '-' : `${humanBytes(limit)}/s`),
};

const QUOTA: Column<WirePeerStatus> = {
	title: 'QUOTA',
	cell: ({daily_quota: quota}) =>
		quota === null ? '-' : bar(quota.daily_used_bytes, quota.daily_quota_bytes, BAR),
};

/** When the queue is empty; or, while nothing moves, when something will. */
const next = (peer: WirePeerStatus, now: string): string => {
	if (peer.eta_seconds !== null) {
		return waiting(peer) + peer.queue_depth.inflight === 0 ? '' : `ETA ${humanSeconds(peer.eta_seconds)}`;
	}
	if (peer.link === 'closed' && peer.opens_at !== null) {
		return `opens ${ahead(peer.opens_at, now)}`;
	}
	const back = peer.daily_quota?.quota_returns_at ?? null;
	if (peer.link === 'quota' && back !== null) {
		return `budget ${ahead(back, now)}`;
	}
	return peer.link === 'down' && peer.next_attempt_at !== null
		? `tries ${ahead(peer.next_attempt_at, now)}`
		: '';
};

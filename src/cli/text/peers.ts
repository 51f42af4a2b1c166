import type {WirePeerStatus} from '../../rpc/contract/status.js';
import {type Column, columns, fitting} from './columns.js';
import {counted, grouped, humanBytes} from './numbers.js';
import {printable} from './printable.js';
import type {Style, Tone} from './style.js';
import {age, ahead, clockTime, humanSeconds} from './time.js';

/** One line a peer; what is wrong with a link stands below the table in full, so that the columns stay narrow. */
export const peersTable = (
	peers: readonly WirePeerStatus[],
	now: string,
	style: Style,
	width?: number,
): string[] => [
	style('strong', 'Peers'),
	...columns(fitting(peerColumns(now), peers, width, '  '), peers, style, '  '),
	...peers.flatMap(peer => trouble(peer, now).map(line => style('warn', `  ${peer.peer_id}: ${line}`))),
];

const peerColumns = (now: string): ReadonlyArray<Column<WirePeerStatus>> => [
	{title: 'PEER-ID', cell: peer => peer.peer_id},
	{title: 'LINK', cell: link, tone: peer => LINK_TONES[peer.link]},
	depthColumn('SCHEDULED', 'scheduled', 'SCHED'),
	depthColumn('INFLIGHT', 'inflight', 'INFL'),
	depthColumn('FAILED', 'failed', 'FAIL'),
	depthColumn('ACKED', 'acked'),
	depthColumn('DEADLETTER', 'deadletter', 'DEAD'),
	{
		title: 'RATE',
		align: 'right',
		// A large segment on a slow link is acknowledged once in minutes, and leaves all the time.
		cell: ({bytes_per_second_now: acked, wire_bytes_per_second_now: wire}) =>
			Math.max(acked, wire) === 0 ? '-' : `${humanBytes(Math.max(acked, wire))}/s`,
	},
	{title: 'OLDEST', spare: 1, align: 'right', cell: peer => since(peer.oldest_scheduled_at, now)},
	{
		title: 'LAST-ACK',
		spare: 2,
		align: 'right',
		cell: ({last_ack_at: at}) => (at === null ? '-' : `${age(at, now)} ago`),
	},
	{
		title: 'ETA',
		align: 'right',
		cell: ({eta_seconds: eta}) => (eta === null ? '-' : humanSeconds(eta)),
	},
];

const depthColumn = (
	title: string,
	state: 'scheduled' | 'inflight' | 'failed' | 'acked' | 'deadletter',
	brief = title,
): Column<WirePeerStatus> => ({
	title,
	brief: {title: brief},
	align: 'right',
	cell: peer => grouped(peer.queue_depth[state]),
	...(state === 'deadletter'
		? {
				tone: (peer: WirePeerStatus): Tone | undefined =>
					peer.queue_depth.deadletter > 0 ? 'bad' : undefined,
			}
		: {}),
});

/** The condition of its lane, and orders that it does not show. */
export const link = (peer: WirePeerStatus): string => {
	const orders = [
		...(peer.paused && peer.link !== 'paused' ? ['paused'] : []),
		...(peer.draining ? ['draining'] : []),
	];
	return [peer.link, ...orders].join(', ');
};

export const LINK_TONES: Readonly<Record<WirePeerStatus['link'], Tone>> = {
	unknown: 'faint',
	up: 'good',
	probing: 'warn',
	down: 'bad',
	throttled: 'warn',
	quota: 'warn',
	closed: 'warn',
	paused: 'warn',
	orphaned: 'bad',
};

const since = (time: string | null, now: string): string => (time === null ? '-' : age(time, now));

/** What is wrong with a peer, a line each. */
export const trouble = (peer: WirePeerStatus, now: string): string[] => {
	if (peer.link === 'orphaned') {
		const id = peer.peer_id;
		const {scheduled, inflight, failed} = peer.queue_depth;
		return [
			scheduled + inflight + failed > 0
				? `not configured any more, nothing is sent; put it back, or move its records: edgectl relay move --all --peer-id ${id} --to PEER, or give them up: edgectl relay deadletter force --all --peer-id ${id}`
				: `not configured any more; shown until its deadletters are gone: edgectl relay deadletter purge --all --peer-id ${id} --force`,
		];
	}
	const closed = peer.link === 'closed' ? [closedWords(peer, now)] : [];
	return [...orders(peer), ...closed, ...brokenLink(peer, now), ...suspicion(peer)];
};

/** What an operator has ordered, how far it has come, and how it ends. */
const orders = ({peer_id: id, paused, draining, queue_depth: depth, sending}: WirePeerStatus): string[] => {
	const doors = draining ? ['takes no new segments'] : [];
	if (paused) {
		const progress =
			depth.inflight === 0
				? 'nothing is being sent'
				: `${counted(depth.inflight, 'record')} still being sent, ${humanBytes(sending.sent_bytes)} of ${humanBytes(sending.bytes)} have left`;
		return [[`paused: ${progress}`, ...doors, `until edgectl relay resume ${id}`].join(', ')];
	}
	const left = depth.scheduled + depth.failed + depth.inflight;
	return draining
		? [[`draining: ${counted(left, 'record')} left`, ...doors, `until edgectl relay resume ${id}`].join(', ')]
		: [];
};

const brokenLink = (peer: WirePeerStatus, now: string): string[] => {
	if (peer.consecutive_failures === 0) {
		return [];
	}
	const next = peer.next_attempt_at === null ? '' : `, tries again ${ahead(peer.next_attempt_at, now)}`;
	const words = peer.last_error === null ? '' : `: ${printable(peer.last_error)}`;
	return [`${counted(peer.consecutive_failures, 'failure')} in a row${next}${words}`];
};

const closedWords = ({opens_at: at}: WirePeerStatus, now: string): string =>
	at === null ? 'closed, and no window opens within two weeks' : `closed, opens ${clockTime(at, now)}`;

/** A lane that says `up` may keep segments aside for hours: nothing else in status would tell. */
const suspicion = ({peer_id: id, suspicion: {suspects, alone}}: WirePeerStatus): string[] => [
	...(suspects === 0
		? []
		: [`a request broke; the segment that breaks it is searched among ${grouped(suspects)}`]),
	...(alone === 0
		? []
		: [
				`${counted(alone, 'segment')} ${alone === 1 ? 'breaks' : 'break'} alone and ${alone === 1 ? 'waits' : 'wait'} for proof that the peer is well; see edgectl relay why ${id}`,
			]),
];

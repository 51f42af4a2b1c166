import type {Result} from '../../rpc/contract/methods.js';
import {type Field, fields} from './fields.js';
import {limitFields, quotaWords} from './limiter.js';
import {grouped, humanBytes, percent} from './numbers.js';
import {peersTable} from './peers.js';
import type {Style, Tone} from './style.js';
import {humanSeconds} from './time.js';

type Status = Result<'relay.status'>;

/** Labels and order up to `Daily Quota` are those that operators of the reference system know; what is ours comes below. */
export const statusText = (status: Status, style: Style, width?: number): string[] => [
	...(status.enabled ? [] : ['relay: disabled']),
	...fields(
		'Relay Status',
		[
			['Enabled', String(status.enabled)],
			['Workers', grouped(status.workers)],
			['Success Condition', status.success_condition],
		],
		style,
		RELAY_LABELS,
	),
	...fields('Queue Depth', depthFields(status.queue_depth), style),
	...fields('Bandwidth', [...limitFields(status.bandwidth, status.queried_at), ...peerQuotas(status)], style),
	...fields('Storage', storageFields(status.storage), style),
	...replaysText(status),
	...(status.peers.length === 0 ? [] : peersTable(status.peers, status.queried_at, style, width)),
];

/** Also below the live view. */
export const replaysText = ({replays = []}: Pick<Status, 'replays'>): string[] =>
	replays.map(
		({job_id: id, left, matched, rate_per_second: rate, eta_seconds: eta}) =>
			`Paced Retry ${id}: ${grouped(left)} of ${grouped(matched)} deadletters left at ${grouped(rate)}/s, ${humanSeconds(eta)} to go`,
	);

const peerQuotas = ({peers, queried_at: now}: Status): Field[] =>
	peers.flatMap(({peer_id: id, daily_quota: quota}) =>
		quota === null ? [] : [[`Quota of ${id}`, ...quotaWords(quota, now)] as const],
	);

/** The reference leaves two spaces behind the longest label of this block, and one in the others. */
const RELAY_LABELS = 'Success Condition:  '.length;

const depthFields = (depth: Status['queue_depth']): Field[] => [
	['Scheduled', grouped(depth.scheduled)],
	['Inflight', grouped(depth.inflight)],
	['Acked', grouped(depth.acked)],
	['Failed', grouped(depth.failed), depth.failed > 0 ? 'warn' : undefined],
	['Deadletter', grouped(depth.deadletter), depth.deadletter > 0 ? 'bad' : undefined],
	['Total', grouped(depth.total)],
	['Satisfied', grouped(depth.satisfied)],
	['Held', within(depth.held, 'counted in Scheduled')],
	['Abandoned', within(depth.abandoned, 'put back by the last restart')],
];

const within = (count: number, remark: string): string =>
	count === 0 ? '0' : `${grouped(count)} (${remark})`;

const storageFields = (storage: Status['storage']): Field[] => [
	[
		'Used',
		`${humanBytes(storage.live_bytes)} of ${humanBytes(storage.ceiling_bytes)} (${percent(storage.live_bytes, storage.ceiling_bytes)})`,
	],
	['On Disk', `${humanBytes(storage.file_bytes)}, ${humanBytes(storage.free_bytes)} free`],
	['State', storage.state, STORAGE_TONES[storage.state]],
	...(storage.damage.rows === 0 ? [] : [damageField(storage.damage)]),
];

const damageField = ({rows, buried_records: buried}: Status['storage']['damage']): Field => [
	'Damage',
	`${grouped(rows)} rows put right since the start, ${grouped(buried)} records buried as CORRUPT`,
	'bad',
];

const STORAGE_TONES: Readonly<Record<Status['storage']['state'], Tone>> = {
	ok: 'good',
	warning: 'warn',
	full: 'bad',
	degraded: 'bad',
};

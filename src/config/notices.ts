import type {CheckedConfig} from './config.js';
import type {PeerConfig} from './peers.js';

/** A sentence for each thing that is configured and has no behaviour in this version. Empty this file, then remove it. */
export const noticesFor = (config: CheckedConfig): string[] => [
	...UNFINISHED.filter(({isSet}) => isSet(config)).map(({key, lack}) => sentence(key, lack)),
	...config.peers.flatMap((peer, index) =>
		UNFINISHED_OF_PEERS.filter(({isSet}) => isSet(peer)).map(({key, lack}) =>
			sentence(`peers[${index}].${key}`, lack),
		),
	),
];

const sentence = (key: string, lack: string): string => `${key} is set but in this version ${lack}`;

type Unfinished<Settings> = {
	readonly key: string;
	readonly isSet: (settings: Settings) => boolean;
	readonly lack: string;
};

const UNFINISHED: ReadonlyArray<Unfinished<CheckedConfig>> = [
	{
		key: 'relay.catch_up',
		isSet: ({relay}) => relay.catchUp !== 'oldest_first',
		lack: 'the oldest segments are sent first',
	},
	{
		key: 'relay.bandwidth.daily_quota_bytes',
		isSet: ({relay}) => relay.bandwidth.dailyQuotaBytes > 0,
		lack: 'it is not enforced',
	},
	{
		key: 'relay.bandwidth.quota_policy',
		isSet: ({relay}) => relay.bandwidth.quotaPolicy !== 'defer',
		lack: 'it has no effect',
	},
	{
		key: 'relay.bandwidth.quota_reserve_percent',
		isSet: ({relay}) => relay.bandwidth.quotaReservePercent > 0,
		lack: 'it is not enforced',
	},
	{key: 'audit.dir', isSet: ({audit}) => audit.dir !== undefined, lack: 'nothing is written there'},
	{key: 'spool.dir', isSet: ({spool}) => spool.dir !== undefined, lack: 'nobody watches it'},
];

const UNFINISHED_OF_PEERS: ReadonlyArray<Unfinished<PeerConfig>> = [
	{key: 'daily_quota_bytes', isSet: ({dailyQuotaBytes}) => dailyQuotaBytes > 0, lack: 'it is not enforced'},
];

import {formatByteSize} from './byte-size.js';
import type {CheckedConfig} from './config.js';
import {deadletterSection} from './deadletter.js';

/** A sentence for each thing that is configured and has no behaviour in this version, or that destroys what somebody may want. */
export const noticesFor = (config: CheckedConfig): string[] => [
	...UNFINISHED.filter(({isSet}) => isSet(config)).map(({key, lack}) => sentence(key, lack)),
	...destroying(config),
];

const destroying = ({relay: {deadletter}}: CheckedConfig): string[] => {
	const days = fields.retentionMs.toPlain(deadletter.retentionMs);
	const bytes = formatByteSize(deadletter.retentionBytes);
	return [
		...(deadletter.retentionMs > 0
			? [`relay.deadletter.retention_days deletes data: what was dead for ${days} days is gone for good`]
			: []),
		...(deadletter.retentionBytes > 0
			? [`relay.deadletter.retention_bytes deletes data: above ${bytes} the longest dead are gone for good`]
			: []),
	];
};

const {fields} = deadletterSection;

const sentence = (key: string, lack: string): string => `${key} is set but in this version ${lack}`;

type Unfinished<Settings> = {
	readonly key: string;
	readonly isSet: (settings: Settings) => boolean;
	readonly lack: string;
};

const UNFINISHED: ReadonlyArray<Unfinished<CheckedConfig>> = [
	{key: 'spool.dir', isSet: ({spool}) => spool.dir !== undefined, lack: 'nobody watches it'},
];

import type {CheckedConfig} from './config.js';

/** A sentence for each thing that is configured and has no behaviour in this version. Empty this file, then remove it. */
export const noticesFor = (config: CheckedConfig): string[] =>
	UNFINISHED.filter(({isSet}) => isSet(config)).map(({key, lack}) => sentence(key, lack));

const sentence = (key: string, lack: string): string => `${key} is set but in this version ${lack}`;

type Unfinished<Settings> = {
	readonly key: string;
	readonly isSet: (settings: Settings) => boolean;
	readonly lack: string;
};

const UNFINISHED: ReadonlyArray<Unfinished<CheckedConfig>> = [
	{key: 'spool.dir', isSet: ({spool}) => spool.dir !== undefined, lack: 'nobody watches it'},
];

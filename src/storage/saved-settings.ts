import {atomically, put} from './atomically.js';
import type {StoreHandles} from './handles.js';

/** See `OutboundStore.readSetting`. */
export const readSetting = ({env}: StoreHandles, name: string): unknown => {
	const row = env.meta.get(settingKey(name));
	return row === undefined ? undefined : JSON.parse(row.toString('utf8'));
};

/** See `OutboundStore.writeSetting`. */
export const writeSetting = async (handles: StoreHandles, name: string, value: unknown): Promise<void> => {
	const row = Buffer.from(JSON.stringify(value ?? null));
	await atomically(handles, () => {
		put(handles.env.meta, settingKey(name), row);
	});
};

const settingKey = (name: string): [string, string] => ['setting', name];

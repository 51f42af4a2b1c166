import {atomically, put} from './atomically.js';
import type {StoreHandles} from './handles.js';

/** See `OutboundStore.readSetting`. In `meta`: ['setting', name] -> JSON. */
export const readSetting = ({env}: StoreHandles, name: string): unknown => {
	const row = env.meta.get(keyOf(name));
	return row === undefined ? undefined : JSON.parse(row.toString('utf8'));
};

/** See `OutboundStore.writeSetting`. */
export const writeSetting = async (handles: StoreHandles, name: string, value: unknown): Promise<void> => {
	const row = Buffer.from(JSON.stringify(value ?? null));
	await atomically(handles, () => {
		put(handles.env.meta, keyOf(name), row);
	});
};

const keyOf = (name: string): [string, string] => ['setting', name];

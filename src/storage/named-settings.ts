import {atomically, put, remove} from './atomically.js';
import type {StoreHandles} from './handles.js';

/** See `OutboundStore.readSetting`. In `meta`: ['setting', name] -> JSON. */
export const readSetting = ({env}: StoreHandles, name: string): unknown => {
	const row = env.meta.get(settingKey(name));
	return row === undefined ? undefined : JSON.parse(row.toString('utf8'));
};

/** See `OutboundStore.readSettings`. */
export const readSettings = ({env}: StoreHandles, prefix: string): ReadonlyMap<string, unknown> => {
	const rows = env.meta.getRange({start: settingKey(prefix), end: settingKey(`${prefix}\uffff`)});
	return new Map(
		[...rows].map(({key, value}) => [(key as [string, string])[1], JSON.parse(value.toString('utf8'))]),
	);
};

/** See `OutboundStore.writeSetting`. */
export const writeSetting = (handles: StoreHandles, name: string, value: unknown): Promise<void> =>
	writeSettings(handles, new Map([[name, value]]));

/** See `OutboundStore.writeSettings`. */
export const writeSettings = async (
	handles: StoreHandles,
	values: ReadonlyMap<string, unknown>,
): Promise<void> => {
	const rows = [...values].map(
		([name, value]) =>
			[settingKey(name), value === undefined ? undefined : Buffer.from(JSON.stringify(value))] as const,
	);
	await atomically(handles, () => {
		for (const [key, row] of rows) {
			if (row === undefined) {
				remove(handles.env.meta, key);
			} else {
				put(handles.env.meta, key, row);
			}
		}
	});
};

export const settingKey = (name: string): [string, string] => ['setting', name];

import type {Key} from 'lmdb';
import type {DatabaseName} from '../../src/storage/layout.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';

/** The keys of a database, as they lie there. */
export const keysOf = (store: LmdbStore, name: DatabaseName): readonly Key[] => [
	...store.handles.env[name].raw.getKeys(),
];

/** Flips one bit of a row on disk, behind the back of the store; `at` counts from the end when negative. */
export const flip = async (
	store: LmdbStore,
	name: DatabaseName,
	key: Key = keysOf(store, name)[0] as Key,
	at = 0,
): Promise<void> => {
	const {raw} = store.handles.env[name];
	const bytes = Buffer.from(raw.get(key) ?? []);
	const where = at < 0 ? bytes.length + at : at;
	bytes.writeUInt8(bytes.readUInt8(where) ^ 0x04, where);
	await raw.put(key, bytes);
};

import {type Key, open, type RootDatabase} from 'lmdb';
import {makeDirectory} from '../runtime/make-directory.js';
import {refuseForeignFile, watchPlace} from './data-file.js';
import {DATABASE_NAMES, type DatabaseName} from './layout.js';
import {ReadWatch} from './read-watch.js';
import {Table} from './table.js';

export type Environment = {
	readonly root: RootDatabase<Buffer, Key>;
	readonly path: string;
	/** Is told of rows that are not what was written. */
	readonly watch: ReadWatch;
	/** False once the file was removed or replaced: what is written then is gone with the process. */
	readonly isInPlace: () => boolean;
} & {
	readonly [Name in DatabaseName]: Table;
};

/**
 * Opens the LMDB environment in `directory` (made when missing, mode 0700). The settings are part of the durability promise;
 * test/storage/lmdb-facts.ts fails when an upgrade of lmdb changes what they mean.
 */
export const openEnvironment = (directory: string): Environment => {
	makeDirectory(directory, 0o700);
	refuseForeignFile(directory);
	const settings = {
		path: directory,
		maxDbs: DATABASE_NAMES.length + 2,
		encoding: 'binary',
		cache: false,
		compression: false,
		pageSize: 4096,
		// With the default a failed flush of the meta page still resolves the write: a false acknowledgement.
		overlappingSync: false,
		// With the default a failed commit always raises an unhandled rejection: a full disk ends the process.
		eventTurnBatching: false,
		// Known to lmdb at run time, missing in its types.
		permissionsMode: 0o600,
	};
	const root = open<Buffer, Key>(settings as Parameters<typeof open>[0] & {path: string}) as RootDatabase<
		Buffer,
		Key
	>;
	const watch = new ReadWatch();
	const tables = Object.fromEntries(
		DATABASE_NAMES.map(name => {
			const raw = root.openDB<Buffer, Key>({name, encoding: 'binary', cache: false});
			return [name, new Table(name, raw, watch)];
		}),
	) as {[Name in DatabaseName]: Table};
	return {root, path: directory, watch, isInPlace: watchPlace(directory), ...tables};
};

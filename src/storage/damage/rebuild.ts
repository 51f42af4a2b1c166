import type {Key} from 'lmdb';
import {type Environment, openEnvironment} from '../environment.js';
import {DATABASE_NAMES, type DatabaseName} from '../layout.js';
import {keyFrom} from '../pages/key-bytes.js';
import type {FileRow, StoreFile} from '../pages/store-file.js';

/** Written in one commit. */
const BATCH_BYTES = 8 * 1024 * 1024;

/** How many rows were copied, and how many could not be. */
export type Copied = {readonly rows: number; readonly lost: number};

/** Copies every row of `source` that can be read into a new environment in `directory`, which must be empty. Durable when it resolves. */
export const rebuild = async (source: StoreFile, directory: string): Promise<Copied> => {
	const env = openEnvironment(directory);
	try {
		return await copyRows(source, env);
	} finally {
		await env.root.close();
	}
};

const copyRows = async (source: StoreFile, env: Environment): Promise<Copied> => {
	let rows = 0;
	let lost = 0;
	let bytes = 0;
	let last: Promise<unknown> = Promise.resolve();
	for (const row of source.rows()) {
		const value = row.value();
		const key = keyFrom(row.key);
		const name =
			value === undefined || key === undefined ? undefined : databaseOf(row, key, value, {env, source});
		if (value === undefined || key === undefined || name === undefined) {
			lost++;
			continue;
		}
		// What is cut off may be an old copy of what was found.
		if (row.database !== undefined || !env[name].doesExist(key)) {
			last = env[name].raw.put(key, value);
			rows++;
			bytes += value.length;
		}
		if (bytes > BATCH_BYTES) {
			await last;
			bytes = 0;
		}
	}
	await last;
	await env.root.flushed;
	return {rows, lost};
};

type Surroundings = {readonly env: Environment; readonly source: StoreFile};

/** `undefined` for a key that no row can have. A row that was cut off belongs to a database that is damaged, and has the form of its rows. */
const databaseOf = (
	{database}: FileRow,
	key: Key,
	value: Buffer,
	{env, source}: Surroundings,
): DatabaseName | undefined => {
	if (database !== undefined) {
		return DATABASE_NAMES.find(name => name === database && hasForm(name, key));
	}
	const damaged = new Set(source.damage.map(({tree}) => tree));
	const candidates = DATABASE_NAMES.filter(
		name => damaged.has(name) && hasForm(name, key) && env[name].opened(key, value) !== undefined,
	);
	return candidates.length === 1 ? candidates[0] : undefined;
};

/** Numbers in a key; 0: a name. */
const KEY_FORMS: Readonly<Partial<Record<DatabaseName, number>>> = {
	blocks: 1,
	payloads: 2,
	queue: 3,
	held: 4,
	groups: 3,
	due: 5,
	deadletters: 4,
	leases: 2,
	settled: 2,
	spans: 2,
	acks: 1,
	ids: 0,
	origins: 2,
	timers: 4,
};

const hasForm = (name: DatabaseName, key: Key): boolean => {
	const form = KEY_FORMS[name];
	const parts = Array.isArray(key) ? key : [key];
	if (form === undefined || form === 0) {
		return typeof parts[0] === 'string';
	}
	return parts.length === form && parts.every(part => typeof part === 'number');
};

import {parse, TomlError} from 'smol-toml';
import {EdgedError} from '../outbound/errors.js';
import type {CheckedConfig, Config} from './config.js';
import {ingestConfig} from './ingest.js';
import {findKeyLines} from './key-lines.js';
import {noticesFor} from './notices.js';
import {type PeerConfig, peerConfig} from './peers.js';
import {invalidConfig} from './problem.js';
import {
	type Fields,
	type FileProbe,
	isTable,
	type Reading,
	readSection,
	type SectionOf,
	unknownKey,
} from './section.js';
import {knownKeys, sections} from './sections.js';
import type {WindowConfig} from './windows.js';

export type Source = {
	/** For messages. */
	readonly file: string;
	/** Relative paths are relative to this one. */
	readonly directory: string;
	readonly probe: FileProbe;
};

/** The configuration that `text` says. Throws `INVALID_CONFIG` that lists everything that is wrong. */
export const parseConfig = (text: string, {file, directory, probe}: Source): Config => {
	const document = parseToml(text, file);
	const reading: Reading = {directory, probe, knownKeys, problems: []};
	const config = readDocument(document, reading);
	if (config === undefined || reading.problems.length > 0) {
		throw invalidConfig(file, reading.problems, findKeyLines(text));
	}
	return {...config, notices: noticesFor(config)};
};

type Document = Readonly<Record<string, unknown>>;

const parseToml = (text: string, file: string): Document => {
	try {
		return parse(text);
	} catch (cause) {
		if (!(cause instanceof TomlError)) {
			throw cause;
		}
		// The rest of the message is a picture of the lines around it.
		const reason = cause.message.split('\n')[0]?.replace('Invalid TOML document: ', '');
		const message = `${file}:${cause.line}:${cause.column}: this is not TOML: ${reason}`;
		throw new EdgedError('INVALID_CONFIG', message, {file, line: cause.line}, {cause});
	}
};

/** `undefined` when any table has problems. All are read even so: one run tells everything. */
const readDocument = (document: Document, reading: Reading): CheckedConfig | undefined => {
	const unknown = Object.keys(document).filter(key => !knownKeys.includes(key) || key.includes('.'));
	reading.problems.push(...unknown.map(key => unknownKey(key, knownKeys)));
	const read = <Name extends TableName>(name: Name) =>
		readTable(name, valueAt(document, name), name, reading);
	const [node, rpc, ingest, admin] = [read('node'), read('rpc'), read('ingest'), read('admin')];
	const [storage, audit, spool] = [read('storage'), read('audit'), read('spool')];
	const [relay, retry, bandwidth] = [read('relay'), read('relay.retry'), read('relay.bandwidth')];
	const deadletter = read('relay.deadletter');
	const peers = readPeers(valueAt(document, 'peers'), reading);
	if (ingest !== undefined && [rpc?.socket, rpc?.statusSocket].includes(ingest.socket)) {
		reading.problems.push({key: 'ingest.socket', message: `must not be that of rpc: ${ingest.socket}`});
	}
	if (typeof relay?.successCondition === 'number' && peers && relay.successCondition > peers.length) {
		reading.problems.push({
			key: 'relay.success_condition',
			value: relay.successCondition,
			message: `asks for more peers than there are: ${peers.length}`,
		});
	}
	if (!(node && rpc && ingest && admin && storage && audit && spool && peers)) {
		return undefined;
	}
	if (!(relay && retry && bandwidth && deadletter)) {
		return undefined;
	}
	return {
		node,
		rpc,
		ingest: ingestConfig(ingest),
		admin,
		storage,
		relay: {...relay, retry, bandwidth, deadletter},
		audit,
		peers,
		spool,
	};
};

const readPeers = (raw: unknown, reading: Reading): PeerConfig[] | undefined => {
	const tables = tablesIn(raw, 'peers', reading);
	if (tables?.length === 0) {
		reading.problems.push({key: 'peers', message: 'is missing: at least one [[peers]] table is needed'});
	}
	const ids = tables?.map(table => valueAt(table, 'id')) ?? [];
	return whole(
		tables?.map((table, index) => {
			const at = `peers[${index}]`;
			const values = readTable('peers', table, at, reading);
			const windows = readWindows(valueAt(table, 'windows'), `${at}.windows`, reading);
			const first = ids.indexOf(ids[index]);
			if (typeof ids[index] === 'string' && first < index) {
				reading.problems.push({
					key: `${at}.id`,
					value: ids[index],
					message: `is the id of peers[${first}] too`,
				});
			}
			return values && windows && peerConfig(values, windows);
		}),
	);
};

const readWindows = (raw: unknown, at: string, reading: Reading): WindowConfig[] | undefined =>
	whole(
		tablesIn(raw, at, reading)?.map((table, index) =>
			readTable('peers.windows', table, `${at}[${index}]`, reading),
		),
	);

const tablesIn = (raw: unknown, at: string, reading: Reading): unknown[] | undefined => {
	if (raw === undefined || Array.isArray(raw)) {
		return raw ?? [];
	}
	const name = at.replaceAll(/\[\d+\]/g, '');
	reading.problems.push({key: at, message: `must be written as [[${name}]], once for each`});
	return undefined;
};

/** `items`, unless one of them could not be read. */
const whole = <Item>(items: ReadonlyArray<Item | undefined> | undefined): Item[] | undefined => {
	const read = items?.filter(item => item !== undefined);
	return read?.length === items?.length ? read : undefined;
};

type TableName = keyof typeof sections;
type Values<Name extends TableName> = SectionOf<(typeof sections)[Name]['fields']>;

const readTable = <Name extends TableName>(name: Name, raw: unknown, at: string, reading: Reading) =>
	readSection<Fields>(sections[name], raw, at, reading) as Values<Name> | undefined;

/** What stands under the dotted `key`. */
const valueAt = (table: unknown, key: string): unknown =>
	key.split('.').reduce<unknown>((inner, part) => (isTable(inner) ? inner[part] : undefined), table);

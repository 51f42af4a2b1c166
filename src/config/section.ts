import {z} from 'zod';
import type {Field} from './field.js';
import {keysOf, nearestKey} from './nearest-key.js';
import type {Problem} from './problem.js';

export type Fields = Readonly<Record<string, Field<unknown>>>;
/** The typed form of a table: names and units of the code, every key present. */
export type SectionOf<F extends Fields> = {
	readonly [Name in keyof F]: F[Name] extends Field<infer Value> ? Value : never;
};

/** A problem within one table; `name` is the typed name of the field that is wrong. */
export type SectionProblem<Name extends string> = {readonly name: Name; readonly message: string};

/** Says why a file cannot be read, or `undefined` when it can. */
export type FileProbe = (file: string) => string | undefined;

/** One table of the file. */
export type Section<F extends Fields> = {
	readonly fields: F;
	/** Tables inside this one, which have sections of their own. */
	readonly tables?: readonly string[];
	/**
	 * Keys that `check` decides by: while one of them is wrong it is not asked. Another wrong key has its default then, or is
	 * `undefined`. All of them when not given.
	 */
	readonly decisive?: readonly string[];
	/** What no single key can know. */
	check?(values: SectionOf<F>, probe: FileProbe): ReadonlyArray<SectionProblem<keyof F & string>>;
};

/** What reading goes by, and where it writes what it finds. */
export type Reading = {
	/** Relative paths are relative to this one. */
	readonly directory: string;
	readonly probe: FileProbe;
	/** Every key there is, in full and without indices: for suggestions. */
	readonly knownKeys: readonly string[];
	readonly problems: Problem[];
};

/** Reads the table that stands at `at` (`relay.retry`, `peers[1]`); `undefined` when it has problems, which are then all noted. */
export const readSection = <F extends Fields>(
	section: Section<F>,
	raw: unknown,
	at: string,
	reading: Reading,
): SectionOf<F> | undefined => {
	const table = tableWithout(section.tables ?? [], raw);
	if (table === undefined) {
		reading.problems.push({key: at, value: raw, message: 'must be a table'});
		return undefined;
	}
	const {error} = schemaOf(section.fields).safeParse(table);
	const issues = error?.issues ?? [];
	const wrong = wrongKeys(issues);
	const known = describe(issues, section.fields, table, at, reading);
	const values = readable(section, table, wrong, reading.directory);
	const checked = ((values && section.check?.(values, reading.probe)) ?? []).filter(
		({name}) => !wrong.has(section.fields[name]?.key ?? name),
	);
	const problems = [
		...known,
		...checked.map(({name, message}) => placed(section.fields[name]?.key ?? name, message, table, at)),
	];
	reading.problems.push(...problems);
	return problems.length === 0 ? values : undefined;
};

type Table = Readonly<Record<string, unknown>>;

/** The parser gives tables no prototype; dates, which are objects too, have one. */
export const isTable = (raw: unknown): raw is Table =>
	typeof raw === 'object' && raw !== null && Object.getPrototypeOf(raw) === null;

const tableWithout = (inner: readonly string[], raw: unknown): Table | undefined => {
	if (raw === undefined) {
		return {};
	}
	return isTable(raw)
		? Object.fromEntries(Object.entries(raw).filter(([key]) => !inner.includes(key)))
		: undefined;
};

const schemaOf = (fields: Fields) =>
	z.strictObject(
		Object.fromEntries(
			Object.values(fields).map(({key, schema, fallback}) => [
				key,
				fallback === undefined ? schema : schema.prefault(fallback),
			]),
		),
	);

const wrongKeys = (issues: readonly z.core.$ZodIssue[]): ReadonlySet<string> =>
	new Set(issues.flatMap(({path}) => (path[0] === undefined ? [] : [String(path[0])])));

/** Without the keys that are wrong; `undefined` when one of them is decisive. A key too many says nothing about the others. */
const readable = <F extends Fields>(
	{fields, decisive = Object.keys(fields)}: Section<F>,
	table: Table,
	wrong: ReadonlySet<string>,
	directory: string,
): SectionOf<F> | undefined => {
	if (decisive.some(name => wrong.has(fields[name]?.key ?? name))) {
		return undefined;
	}
	const isRight = (key: string): boolean => !wrong.has(key);
	const known = Object.fromEntries(
		Object.entries(fields).filter(([, {key, fallback}]) => isRight(key) || fallback !== undefined),
	);
	const right = Object.fromEntries(Object.entries(table).filter(([key]) => isRight(key)));
	const {data} = schemaOf(known).strip().safeParse(right);
	return data && named(fields, data, directory);
};

const named = <F extends Fields>(fields: F, parsed: Table, directory: string): SectionOf<F> =>
	Object.fromEntries(
		Object.entries(fields).map(([name, {key, resolve}]) => {
			const value = parsed[key];
			return [name, resolve === undefined || value === undefined ? value : resolve(value, directory)];
		}),
	) as SectionOf<F>;

/** One problem a key, however many rules it breaks. */
const describe = (
	issues: readonly z.core.$ZodIssue[],
	fields: Fields,
	table: Table,
	at: string,
	{knownKeys}: Reading,
): Problem[] => {
	const unknown = issues.flatMap(issue => (issue.code === 'unrecognized_keys' ? issue.keys : []));
	const wrong = wrongKeys(issues);
	return [
		...unknown.map(key => unknownKey(`${at}.${key}`, knownKeys)),
		...Object.values(fields)
			.filter(({key}) => wrong.has(key))
			.map(({key, allowed}) =>
				placed(key, `${key in table ? '' : 'is missing, '}must be ${allowed}`, table, at),
			),
	];
};

const placed = (key: string, message: string, table: Table, at: string): Problem => ({
	key: `${at}.${key}`,
	...(key in table && {value: table[key]}),
	message,
});

/** Also for whole tables: `key` is then the name of the table alone. */
export const unknownKey = (key: string, knownKeys: readonly string[]): Problem => {
	const plain = key.replaceAll(/\[\d+\]/g, '');
	const near = nearestKey(plain, knownKeys);
	if (near !== undefined) {
		return {key, message: `is no known key; did you mean ${near}?`};
	}
	const table = plain.slice(0, Math.max(0, plain.lastIndexOf('.')));
	return {key, message: `is no known key; known here: ${keysOf(table, knownKeys).join(', ')}`};
};

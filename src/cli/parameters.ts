import {type Reader, type Suggests, suggestsOf} from './read/suggests.js';

/** Something that a command takes by `--name`. `flags` is written as commander and the help show it. */
export type Option<Value> = {
	readonly flags: string;
	readonly help: string;
	readonly initial: Value;
	/** Throws an Error that says what would be right. Absent for a flag. `before` is the value so far. */
	read?(text: string, before: Value): Value;
	readonly suggests?: Suggests;
};

/** Something that a command takes by its place. `form` is written as the help shows it: `<ONE>`, `[ONE]`, `[MANY...]`. */
export type Positional<Value> = {
	readonly form: string;
	readonly help: string;
	read(text: string, before: Value | undefined): Value;
	/** What the command gets when it was not given. */
	readonly initial: Value | undefined;
	readonly suggests?: Suggests;
};

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Positionals = Readonly<Record<string, Positional<unknown>>>;

/** What `run` gets for a table of options and positionals. */
export type Values<Table> = {
	readonly [Key in keyof Table]: Table[Key] extends Option<infer Value> | Positional<infer Value>
		? Value
		: never;
};

export const flag = (flags: string, help: string): Option<boolean> => ({flags, help, initial: false});

export const option = <Value>(
	flags: string,
	help: string,
	read: Reader<Value>,
): Option<Value | undefined> => ({flags, help, read, initial: undefined, ...suggestsOf(read, flags)});

export const optionOr = <Value>(
	flags: string,
	help: string,
	read: Reader<Value>,
	initial: Value,
): Option<Value> => ({flags, help, read, initial, ...suggestsOf(read, flags)});

/** May be given several times; the values come in their order. */
export const repeated = <Value>(
	flags: string,
	help: string,
	read: Reader<Value>,
): Option<readonly Value[]> => ({
	flags,
	help,
	read: (text, before) => [...before, read(text)],
	initial: [],
	...suggestsOf(read, flags),
});

export const required = <Value>(name: string, help: string, read: Reader<Value>): Positional<Value> => ({
	form: `<${name}>`,
	help,
	read,
	initial: undefined,
	...suggestsOf(read, name),
});

export const optional = <Value>(
	name: string,
	help: string,
	read: Reader<Value>,
): Positional<Value | undefined> => ({
	form: `[${name}]`,
	help,
	read,
	initial: undefined,
	...suggestsOf(read, name),
});

/** At least one. */
export const several = (name: string, help: string): Positional<readonly string[]> => ({
	form: `<${name}...>`,
	help,
	read: (text, before) => [...(before ?? []), text],
	initial: [],
	...suggestsOf((text: string) => text, name),
});

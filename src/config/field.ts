import path from 'node:path';
import {z} from 'zod';
import {formatByteSize, parseByteSize} from './byte-size.js';

/** What a value of the file may be, and what becomes of it. */
export type Kind<Value> = {
	/** Completes "must be ...". */
	readonly allowed: string;
	readonly schema: z.ZodType<Value>;
	/** Back to what the file says. */
	toPlain(value: Value): PlainValue;
	/** As `toPlain`, for readers: `64 MiB`. */
	toText?(value: Value): PlainValue;
	/** Places a relative path; `directory` is the file's own. */
	resolve?(value: Value, directory: string): Value;
};
export type PlainValue = string | number | boolean | readonly string[];

/** One key of a table: its name in the file, what it takes, and what holds when the file is silent. */
export type Field<Value> = Kind<Value> & {
	readonly key: string;
	/** As the file would write it; `undefined` for a key that must be written. */
	readonly fallback: PlainValue | undefined;
};

export const field = <Value>(key: string, kind: Kind<Value>, fallback: PlainValue): Field<Value> => ({
	...kind,
	key,
	fallback,
});

export const required = <Value>(key: string, kind: Kind<Value>): Field<Value> => ({
	...kind,
	key,
	fallback: undefined,
});

/** A key that may be left out or be `""`: the value is then `undefined`. */
export const optional = <Value>(key: string, kind: Kind<Value>): Field<Value | undefined> => {
	const {resolve} = kind;
	return {
		key,
		fallback: '',
		allowed: `${kind.allowed}, or "" for none`,
		schema: z.union([z.literal('').transform(() => undefined), kind.schema]),
		toPlain: value => (value === undefined ? '' : kind.toPlain(value)),
		...(resolve && {
			resolve: (value, directory) => (value === undefined ? undefined : resolve(value, directory)),
		}),
	};
};

type Bounds = {readonly min: number; readonly max: number};

export const wholeNumber = ({min, max}: Bounds): Kind<number> => ({
	allowed: `a whole number from ${min} to ${max}`,
	schema: z.number().int().min(min).max(max),
	toPlain: value => value,
});

const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;

/** Seconds in the file, milliseconds in the configuration, to a millionth of a second. */
export const seconds = ({min, max}: Bounds): Kind<number> => ({
	allowed: `a number of seconds from ${min} to ${max}, fractions allowed`,
	schema: z
		.number()
		.min(min)
		.max(max)
		.transform(value => Math.round(value * 1e6) / SECOND_MS),
	toPlain: value => value / SECOND_MS,
});

/** Days in the file, milliseconds in the configuration. */
export const days = ({min, max}: Bounds): Kind<number> => ({
	allowed: `a number of days from ${min} to ${max}`,
	schema: z
		.number()
		.min(min)
		.max(max)
		.transform(value => value * DAY_MS),
	toPlain: value => value / DAY_MS,
});

export const bytes = ({min, max}: Bounds): Kind<number> => ({
	allowed: `a whole number of bytes or text such as "64 MiB", from ${formatByteSize(min)} to ${formatByteSize(max)}`,
	schema: z
		.union([z.number(), z.string().transform(text => parseByteSize(text) ?? Number.NaN)])
		.pipe(z.number().int().min(min).max(max)),
	toPlain: value => value,
	toText: value => (value >= 1024 && value % 1024 === 0 ? formatByteSize(value) : value),
});

export const choice = <const Value extends string>(values: readonly Value[]): Kind<Value> => ({
	allowed: `one of ${values.map(value => JSON.stringify(value)).join(', ')}`,
	schema: z.enum(values),
	toPlain: value => value,
});

export const flag: Kind<boolean> = {
	allowed: 'true or false',
	schema: z.boolean(),
	toPlain: value => value,
};

export const text: Kind<string> = {
	allowed: 'text that is not empty',
	schema: z.string().min(1),
	toPlain: value => value,
};

export const textList: Kind<readonly string[]> = {
	allowed: 'a list of texts that are not empty',
	schema: z.array(z.string().min(1)),
	toPlain: value => value,
};

/** A file or directory. A relative one is relative to the directory of the configuration file. */
export const filePath: Kind<string> = {
	allowed: 'a path',
	schema: z
		.string()
		.min(1)
		.refine(value => !value.includes('\0')),
	toPlain: value => value,
	resolve: (value, directory) => path.resolve(directory, value),
};

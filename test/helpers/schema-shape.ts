/** As much of JSON Schema as zod writes for the contract. */
export type Schema = {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly Schema[];
	readonly oneOf?: readonly Schema[];
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly additionalProperties?: Schema | boolean;
	readonly default?: unknown;
	readonly format?: string;
	readonly pattern?: string;
} & Readonly<Partial<Record<Bound, number>>>;
type Bound = 'minimum' | 'maximum' | 'exclusiveMinimum' | 'minLength' | 'maxLength' | 'minItems' | 'maxItems';

/** A schema in the notation that docs/rpc.md explains. */
export const shape = (schema: Schema, indent = ''): string => {
	const {$ref, const: constant, enum: values, anyOf, oneOf, items, properties, default: fallback} = schema;
	const forms = anyOf ?? oneOf;
	if ($ref !== undefined) {
		return $ref.replace('#/components/schemas/', '');
	}
	if (constant !== undefined) {
		return JSON.stringify(constant);
	}
	if (values !== undefined) {
		return values.map(value => JSON.stringify(value)).join(' | ');
	}
	if (forms !== undefined) {
		return forms.map(form => shape(form, indent)).join(' | ');
	}
	if (properties !== undefined) {
		return objectShape(schema, indent);
	}
	if (items !== undefined) {
		return `[${shape(items, indent)}]${range(schema.minItems, schema.maxItems)}`;
	}
	if (schema.type === 'object') {
		const {additionalProperties: inner} = schema;
		return `{NAME: ${typeof inner === 'object' && inner.type !== undefined ? shape(inner) : 'any'}}`;
	}
	return `${scalar(schema)}${fallback === undefined ? '' : ` = ${JSON.stringify(fallback)}`}`;
};

const objectShape = ({properties = {}, required = []}: Schema, indent: string): string => {
	const names = Object.keys(properties);
	if (names.length === 0) {
		return '{}';
	}
	const deeper = `${indent}  `;
	const lines = names.map(
		name =>
			`${deeper}${name}${required.includes(name) ? '' : '?'}: ${shape(properties[name] as Schema, deeper)}`,
	);
	return `{\n${lines.join('\n')}\n${indent}}`;
};

const scalar = (schema: Schema): string => {
	const {format, pattern} = schema;
	const type = typeof schema.type === 'object' ? schema.type.join(' | ') : (schema.type ?? 'any');
	if (type === 'string') {
		return format === 'date-time'
			? 'time'
			: `string${format === undefined ? '' : ` ${format}`}${range(schema.minLength, schema.maxLength)}${format === undefined && pattern !== undefined ? ` /${pattern}/` : ''}`;
	}
	const least = schema.minimum ?? exclusive(schema);
	const isBounded = !(least === 0 && isHuge(schema.maximum)) && least !== -Number.MAX_SAFE_INTEGER;
	return `${type}${isBounded ? range(least, isHuge(schema.maximum) ? undefined : schema.maximum) : ''}`;
};

/** Above 0 is at least 1 for a whole number. */
const exclusive = ({type, exclusiveMinimum: bound}: Schema): number | string | undefined =>
	bound === undefined ? undefined : type === 'integer' ? bound + 1 : `>${bound}`;

const isHuge = (bound: number | undefined): boolean =>
	bound === undefined || bound >= Number.MAX_SAFE_INTEGER;

const range = (least: number | string | undefined, most: number | undefined): string =>
	least === undefined && most === undefined ? '' : ` ${least ?? 0}..${most ?? ''}`;

import {isDeepStrictEqual} from 'node:util';
import {z} from 'zod';
import {contract, type MethodName, type Result} from './contract/methods.js';

type JsonSchema = {
	readonly properties?: Readonly<Record<string, unknown>>;
	readonly required?: readonly string[];
	readonly oneOf?: readonly JsonSchema[];
};
type NamedSchemas = Record<string, unknown>;

/** The OpenRPC document of the control plane, made from the schemas that check its calls. */
export const describeContract = (): Result<'rpc.discover'> => {
	const schemas: NamedSchemas = {};
	const methods = (Object.keys(contract) as MethodName[]).map(name => describeMethod(name, schemas));
	return {
		openrpc: '1.3.2',
		info: {
			title: 'edged control plane',
			version: '1',
			description: 'JSON-RPC 2.0 over a Unix socket, one document a line.',
		},
		methods,
		components: {schemas},
	};
};

const describeMethod = (name: MethodName, schemas: NamedSchemas) => {
	const {summary, params, result} = contract[name];
	const written = toJsonSchema(params, 'input', schemas);
	return {
		name,
		summary,
		paramStructure: 'by-name',
		params: describeParams(written),
		// OpenRPC lists parameters one by one; which of them go together only the whole schema can say.
		...(written.oneOf === undefined ? {} : {'x-params-schema': written}),
		result: {name: 'result', schema: toJsonSchema(result, 'output', schemas)},
	};
};

/** Of several forms, a parameter is required when all of them require it, and may be what any of them takes. */
const describeParams = (schema: JsonSchema) => {
	const forms = schema.oneOf ?? [schema];
	const names = new Set(forms.flatMap(form => Object.keys(form.properties ?? {})));
	return [...names].map(name => ({
		name,
		required: forms.every(form => form.required?.includes(name) === true),
		schema: anyOf(forms.flatMap(form => form.properties?.[name] ?? [])),
	}));
};

const anyOf = (schemas: readonly unknown[]): unknown => {
	const [first, ...others] = schemas.filter(
		(schema, index) => schemas.findIndex(other => isDeepStrictEqual(other, schema)) === index,
	);
	return others.length === 0 ? first : {anyOf: [first, ...others]};
};

/** Puts the named parts into `schemas`, where the references then point. */
const toJsonSchema = (schema: z.ZodType, io: 'input' | 'output', schemas: NamedSchemas): JsonSchema => {
	const text = JSON.stringify(z.toJSONSchema(schema, {io})).replaceAll('#/$defs/', '#/components/schemas/');
	const {$schema: _, $defs, ...described} = JSON.parse(text) as Record<string, unknown>;
	Object.assign(schemas, $defs);
	return described;
};

import {isDeepStrictEqual} from 'node:util';
import {z} from 'zod';
import type {EdgedErrorCode} from '../outbound/errors.js';
import {EVENT_EXAMPLES} from './contract/examples/events.js';
import {EXAMPLES} from './contract/examples/examples.js';
import {contract, type Effect, type MethodName, notifications, type Result} from './contract/methods.js';
import {REFUSALS} from './contract/refusals.js';
import {BREAK_GLASS} from './gate.js';
import {INTERNAL_ERROR, INVALID_PARAMS, REFUSED} from './wire-errors.js';

type JsonSchema = {
	readonly properties?: Readonly<Record<string, unknown>>;
	readonly required?: readonly string[];
	readonly oneOf?: readonly JsonSchema[];
};
type NamedSchemas = Record<string, unknown>;

/**
 * The OpenRPC 1.3 document of the control plane, made from the schemas that check its calls. It names no server: whoever asks
 * has found the socket already.
 */
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
		components: {schemas, errors: ERRORS},
		'x-effects': EFFECTS,
		'x-refusals': REFUSALS,
		'x-notifications': describeNotifications(schemas),
	};
};

/** OpenRPC has no word for what a server sends unasked. */
const describeNotifications = (schemas: NamedSchemas): readonly unknown[] =>
	Object.entries(notifications).map(([name, {summary, params}]) => ({
		name,
		summary,
		paramStructure: 'by-name',
		'x-params-schema': toJsonSchema(params, 'output', schemas),
		examples: EVENT_EXAMPLES,
	}));

/** What `x-effect` of a method means. */
const EFFECTS: Readonly<Record<Effect, string>> = {
	read: 'Changes nothing. The only ones that the status socket (`rpc.status_socket`) takes.',
	produce: 'Brings in segments, as programs do; `rpc.require_operator` does not concern it.',
	change: `An operator's act, also when it only says what it would do. Takes \`${BREAK_GLASS}: true\` besides its own parameters: to be done although \`rpc.require_operator\` asks for an operator and none is given, which is recorded.`,
};

/** Of every method. */
const ERRORS = {
	InvalidParams: {
		code: INVALID_PARAMS,
		message: 'Parameters out of form',
		data: {code: 'INVALID_ARGUMENT', issues: [{key: 'limit', message: 'is too small'}]},
	},
	InternalError: {
		code: INTERNAL_ERROR,
		message: "A bug: the daemon's log has it under the error id",
		data: {error_id: 'mb1-1'},
	},
} as const;

const describeMethod = (name: MethodName, schemas: NamedSchemas) => {
	const {summary, effect, params, result} = contract[name];
	const written = toJsonSchema(params, 'input', schemas);
	return {
		name,
		summary,
		paramStructure: 'by-name',
		params: describeParams(written),
		// OpenRPC lists parameters one by one; which of them go together only the whole schema can say.
		...(written.oneOf === undefined ? {} : {'x-params-schema': written}),
		'x-effect': effect,
		result: {name: 'result', schema: toJsonSchema(result, 'output', schemas)},
		errors: describeErrors(name),
		examples: describeExamples(name),
	};
};

/** All refusals share one error code, which OpenRPC allows once a method; `data.code` is one of `data.codes` here. */
const describeErrors = (name: MethodName): readonly unknown[] => {
	const refusals = refusalsOf(name);
	return [
		...(refusals.length === 0
			? []
			: [{code: REFUSED, message: 'Refused: data.code says why', data: {codes: refusals}}]),
		...Object.keys(ERRORS).map(error => ({$ref: `#/components/errors/${error}`})),
	];
};

/** What it may refuse with, besides `INVALID_ARGUMENT`. */
export const refusalsOf = (name: MethodName): readonly EdgedErrorCode[] => {
	const {effect, refusals} = contract[name];
	return effect === 'read' ? refusals : ['FORBIDDEN', ...refusals];
};

const describeExamples = (name: MethodName): readonly unknown[] =>
	EXAMPLES[name].map(({name: title, params, result}) => ({
		name: title,
		params: Object.entries(params).map(([key, value]) => ({name: key, value})),
		result: {name: 'result', value: result},
	}));

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

/** JSON Schema draft 7, as OpenRPC 1.3 asks for. Puts the named parts into `schemas`, where the references then point. */
const toJsonSchema = (schema: z.ZodType, io: 'input' | 'output', schemas: NamedSchemas): JsonSchema => {
	const text = JSON.stringify(z.toJSONSchema(schema, {io, target: 'draft-7'}));
	const {
		$schema: _,
		definitions,
		...described
	} = JSON.parse(text.replaceAll('#/definitions/', '#/components/schemas/'), withoutEnvelope) as Record<
		string,
		unknown
	>;
	Object.assign(schemas, definitions);
	return described;
};

/** In draft 7 nothing may stand beside a reference, so zod wraps it; where nothing stands beside it, the wrap is in the way. */
const withoutEnvelope = (_key: string, value: unknown): unknown => {
	const {allOf, ...others} = (value ?? {}) as {readonly allOf?: readonly unknown[]};
	return allOf?.length === 1 && Object.keys(others).length === 0 ? allOf[0] : value;
};

import {createRequire} from 'node:module';
import {Ajv, type AnySchema} from 'ajv';
import test from 'ava';
import {checkParams} from '../../src/rpc/check-params.js';
import {EXAMPLES} from '../../src/rpc/contract/examples/examples.js';
import {contract, type MethodName} from '../../src/rpc/contract/methods.js';
import {REFUSALS} from '../../src/rpc/contract/refusals.js';
import {describeContract} from '../../src/rpc/discover.js';

type Parameter = {readonly name: string; readonly value: unknown};
type Described = {
	readonly methods: ReadonlyArray<{
		readonly name: MethodName;
		readonly params: ReadonlyArray<{
			readonly name: string;
			readonly required: boolean;
			readonly schema: object;
		}>;
		readonly 'x-params-schema'?: object;
		readonly result: {readonly schema: object};
		readonly errors: ReadonlyArray<{readonly code?: number; readonly data?: {readonly codes: string[]}}>;
		readonly examples: ReadonlyArray<{
			readonly name: string;
			readonly params: readonly Parameter[];
			readonly result: Parameter;
		}>;
	}>;
	readonly components: {readonly schemas: Readonly<Record<string, unknown>>};
};

/** As a caller gets it. */
const document = JSON.parse(JSON.stringify(describeContract())) as Described;
const names = Object.keys(contract) as MethodName[];

const {openrpcDocument: metaSchema} = createRequire(import.meta.url)('@open-rpc/meta-schema') as {
	readonly openrpcDocument: object; // Its types are those of the documents, not of itself.
};

/** The meta-schema leaves what a schema is to a page on the web, which says: draft 7. Ajv has that one. */
const openRpcValidator = () => {
	const local = JSON.stringify(metaSchema)
		.replaceAll('"https://meta.json-schema.tools/"', '"http://json-schema.org/draft-07/schema#"')
		.replaceAll('"https://meta.json-schema.tools"', '"http://json-schema.org/draft-07/schema#"')
		.replaceAll(
			/"https:\/\/meta\.json-schema\.tools\/#[^"]*\/(\$ref)"/g,
			'"http://json-schema.org/draft-07/schema#/properties/$1"',
		);
	return new Ajv({strict: false, validateFormats: false}).compile(JSON.parse(local) as AnySchema);
};

test('the self-description is a document that OpenRPC accepts', t => {
	const isValid = openRpcValidator();
	t.true(isValid(document), JSON.stringify(isValid.errors, undefined, 1));
});

test('a document that breaks OpenRPC would be found out', t => {
	const isValid = openRpcValidator();
	const [first, ...others] = document.methods;
	t.false(isValid({...document, methods: [{...first, name: undefined}, ...others]}));
	t.false(isValid({...document, methods: [{...first, result: {name: 'result', schema: {type: 'text'}}}]}));
	t.false(isValid({...document, surprise: true}));
});

test('it names every method, and holds every part it refers to', t => {
	t.deepEqual(
		document.methods.map(({name}) => name),
		names,
	);
	const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]*)"/g);
	for (const [, reference = ''] of references) {
		const found = reference
			.split('/')
			.reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], document);
		t.truthy(found, reference);
	}
	const inspect = document.methods.find(({name}) => name === 'relay.deadletter.inspect');
	t.like(inspect?.params, [
		{name: 'segment_id', required: true},
		{name: 'peer_id', required: true},
	]);
});

test('the errors of a method have one code each, and every refusal is explained', t => {
	for (const {name, errors} of document.methods) {
		const codes = errors.flatMap(({code}) => code ?? []);
		t.is(new Set(codes).size, codes.length, name);
		for (const code of errors.flatMap(({data}) => data?.codes ?? [])) {
			t.true(code in REFUSALS, `${name}: ${code}`);
		}
	}
});

/** What a reader of the document alone would check by. */
const byDocument = (schema: object) =>
	new Ajv({strict: false, validateFormats: false}).compile({...schema, components: document.components});

for (const {name, params, result, examples, ...method} of document.methods) {
	test(`the examples of ${name} pass its own schemas, in the document and in the daemon`, t => {
		t.is(examples.length, EXAMPLES[name].length);
		const isParams = byDocument(
			method['x-params-schema'] ?? {
				type: 'object',
				additionalProperties: false,
				properties: Object.fromEntries(params.map(one => [one.name, one.schema])),
				required: params.filter(({required}) => required).map(one => one.name),
			},
		);
		const isResult = byDocument(result.schema);
		for (const example of examples) {
			const given = Object.fromEntries(example.params.map(one => [one.name, one.value]));
			t.true(isParams(given), `${example.name}: ${JSON.stringify(isParams.errors)}`);
			t.true(isResult(example.result.value), `${example.name}: ${JSON.stringify(isResult.errors)}`);
			t.notThrows(() => checkParams(name, given), example.name);
			const checked = contract[name].result.safeParse(example.result.value);
			t.true(checked.success, `${example.name}: ${checked.error?.message}`);
		}
	});
}

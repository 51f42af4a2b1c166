import {z} from 'zod';
import {allCommands} from '../../../src/cli/all-commands.js';
import {ERROR_CODES} from '../../../src/outbound/errors.js';
import {type Schema, shape} from '../schema-shape.js';
import {PRINTED, type Printed, schemaOf} from './printed.js';

/** docs/cli-json.md below its marker: what each command prints, from the schemas that check the daemon's answers. */
export const cliJsonReference = (): string => {
	const named = new Map<string, Schema>();
	const commands = allCommands.flatMap(({name, help}) => [
		`### edgectl ${name}`,
		'',
		`${help}.`,
		'',
		...(PRINTED[name] ?? []).flatMap((printed, at, all) => describe(printed, named, all[at - 1])),
	]);
	return [
		'## Commands',
		'',
		...commands,
		'## Shapes',
		'',
		...[...named]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.flatMap(([name, schema]) => [`### ${name}`, '', ...code(shape(schema))]),
		'## Codes of errors',
		'',
		`Of the daemon: ${ERROR_CODES.map(name => `\`${name}\``).join(', ')}; what each means is in [rpc.md](rpc.md#refusals).`,
		'',
	].join('\n');
};

const describe = (printed: Printed, named: Map<string, Schema>, before: Printed | undefined): string[] => {
	const {form, prints, note} = printed;
	const what = form === 'document' ? 'One document' : 'A document a line';
	const source = typeof prints === 'string' ? `, the answer to \`${prints}\`` : '';
	if (before?.prints === prints) {
		return [`${note} ${what}, of the same form.`, ''];
	}
	return [
		`${note === undefined ? '' : `${note} `}${what}${source}:`,
		'',
		...code(shape(jsonSchema(schemaOf(printed), named))),
	];
};

const jsonSchema = (schema: z.ZodType, named: Map<string, Schema>): Schema => {
	const text = JSON.stringify(z.toJSONSchema(schema, {io: 'output', target: 'draft-7'}));
	const {definitions = {}, ...own} = JSON.parse(
		text.replaceAll('#/definitions/', '#/components/schemas/'),
	) as Schema & {
		definitions?: Record<string, Schema>;
	};
	for (const [name, definition] of Object.entries(definitions)) {
		named.set(name, definition);
	}
	return own;
};

const code = (text: string): string[] => ['```', text, '```', ''];

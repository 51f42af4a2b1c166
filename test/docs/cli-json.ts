import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Readable} from 'node:stream';
import test from 'ava';
import {z} from 'zod';
import {allCommands} from '../../src/cli/all-commands.js';
import {EdgedError} from '../../src/outbound/errors.js';
import type {WireEvent} from '../../src/rpc/contract/events.js';
import {EXAMPLES} from '../../src/rpc/contract/examples/examples.js';
import {runLine, type Stubs} from '../helpers/cli.js';
import {PRINTED, schemaOf} from '../helpers/cli-json/printed.js';
import {cliJsonReference} from '../helpers/cli-json/reference.js';
import {MARKER} from '../helpers/rpc-reference.js';
import {PROJECT} from '../helpers/source-files.js';
import {processDirectory} from '../helpers/temp-dir.js';

test('docs/cli-json.md says what is printed; npm run docs writes it anew', t => {
	const [, generated] = readFileSync(path.join(PROJECT, 'docs/cli-json.md'), 'utf8').split(MARKER);
	t.is(generated?.trim(), cliJsonReference().trim());
});

test('of every command it is known what it prints: test/helpers/cli-json/printed.ts', t => {
	t.deepEqual(Object.keys(PRINTED).toSorted(), allCommands.map(({name}) => name).toSorted());
});

/** The first example of every method, as a daemon would answer; of a method that has several forms, the one that `line` asks for. */
const answers: Readonly<Record<string, unknown>> = Object.fromEntries(
	Object.entries(EXAMPLES).map(([method, examples]) => [method, answerTo(examples)]),
);

function answerTo(examples: ReadonlyArray<{readonly params: object; readonly result: unknown}>) {
	return (asked: Readonly<Record<string, unknown>>): unknown => {
		const isLike = ({params}: {readonly params: object}): boolean =>
			['all', 'dry_run', 'force'].every(
				key => (params as Record<string, unknown>)[key] === asked[key] || asked[key] === false,
			);
		const found = examples.find(isLike) ?? examples[0];
		const {next_cursor: _, ...result} = (found?.result ?? {}) as Record<string, unknown>;
		return result;
	};
}

const EVENT: WireEvent = {
	subscription_id: 'sub-1',
	seq: 1,
	at: '2026-07-25T12:00:00.000Z',
	kind: 'link',
	peer_id: 'hub',
	from: 'up',
	to: 'down',
	error: 'connect ECONNREFUSED',
};

/** A line of each command, and of each of its forms, and what it needs besides a daemon. */
const LINES: ReadonlyArray<readonly [line: string, stubs?: Stubs]> = [
	['ping'],
	['relay status'],
	[
		'relay enqueue -',
		{
			input: Readable.from([Buffer.from('x')]),
			ingest: {
				send: async () => ({segment_id: 's', status: 'accepted', durability: 'durable'}),
				fetch: async () => Readable.from([]),
				close: async () => {},
			},
		},
	],
	['relay list'],
	['relay list --all'],
	['relay inspect seg-1'],
	['relay inspect seg-1 --head 16'],
	['relay why hub'],
	['relay shape'],
	['relay events', {events: [EVENT]}],
	['relay pause'],
	['relay resume hub'],
	['relay drain'],
	['relay hold seg-1 hub'],
	['relay hold --all --dry-run'],
	['relay release --all'],
	['relay set-priority --all --to bulk --dry-run'],
	['relay move --all --peer-id hub --to lab --dry-run'],
	['relay expire --all --dry-run'],
	['relay config get'],
	['relay config set-bandwidth --bytes-per-second 1'],
	['relay deadletter list'],
	['relay deadletter inspect seg-1 hub'],
	['relay deadletter retry seg-1 hub'],
	['relay deadletter retry --all --dry-run'],
	['relay deadletter jobs'],
	['relay deadletter jobs cancel job-1'],
	['relay deadletter purge --segment-id seg-1 --peer-id hub'],
	['relay deadletter purge --segment-id seg-1 --peer-id hub --force'],
	['relay deadletter purge --all --force'],
	[
		`relay deadletter export ${path.join(processDirectory(), 'dead')}`,
		{
			ingest: {
				send: async () => ({segment_id: 's', status: 'accepted', durability: 'durable'}),
				fetch: async () => Promise.reject(new EdgedError('SEGMENT_MISSING', 'gone')),
				close: async () => {},
			},
		},
	],
	[`relay deadletter import ${emptyExport()}`],
	['relay deadletter force seg-1 hub'],
	['relay deadletter force --all --peer-id hub'],
	['audit query --limit 1'],
	['audit query --limit 0'],
	['audit export'],
	['audit prune --older-than 90d'],
	[
		`support-bundle generate --output ${path.join(processDirectory(), 'b.tar.gz')} --config-file /none --log-file /none`,
	],
	['rollback preview --target relay_suspend'],
	['rollback preview --target rollout_plan'],
	['rollback execute --target relay_suspend --strategy pause --reason why'],
	['rollback execute --undo rb-1hn5c0q0g-5f0c1a2b'],
	['completion bash'],
];

/** What an export of nothing has written. */
function emptyExport(): string {
	const directory = path.join(processDirectory(), 'empty-export');
	mkdirSync(directory);
	writeFileSync(path.join(directory, 'records.jsonl'), '');
	const manifest = {format: 'edged-deadletters', format_version: 1, node_id: 'edge', records: 0};
	writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(manifest));
	return directory;
}

/** Behind this command `--output` is the file. */
const asJson = (line: string): string =>
	line.startsWith('support-bundle ') ? `--output json ${line}` : `${line} --output json`;

for (const [line, stubs] of LINES) {
	test(`what "edgectl ${line.replace(/\/.*/, '...')}" prints as JSON is of the form that the page shows`, async t => {
		const {out: said, raw} = await runLine(asJson(line), {answers, ...stubs});
		const out = said + raw.toString();
		t.not(out, '');
		const [name = '', printed = []] =
			Object.entries(PRINTED).find(([command]) => line === command || line.startsWith(`${command} `)) ?? [];
		const isDocument = /^[{[](?:\n|"events")/.test(out);
		const forms = printed.filter(({form}) => (form === 'document') === isDocument);
		t.true(forms.length > 0, `${name} prints ${isDocument ? 'a document' : 'lines'}`);
		for (const text of isDocument ? [out] : out.trimEnd().split('\n')) {
			t.is(z.union(forms.map(schemaOf)).safeParse(JSON.parse(text)).error?.message, undefined);
		}
	});
}

test('every command was run', t => {
	const lines = LINES.map(([line]) => line);
	const unrun = Object.keys(PRINTED).filter(
		name => !lines.some(line => line === name || line.startsWith(`${name} `)),
	);
	// They have tests of their own (test/cli/watch, test/cli/commands/audit.ts): one goes on until it is ended, one reads files.
	t.deepEqual(unrun, ['relay watch', 'audit verify']);
});

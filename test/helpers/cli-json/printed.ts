import {z} from 'zod';
import {auditLine} from '../../../src/rpc/contract/audit.js';
import {contract, type MethodName, notifications} from '../../../src/rpc/contract/methods.js';
import {record} from '../../../src/rpc/contract/record.js';

/** What a command prints with `--output json`. */
export type Printed = {
	/** One document over several lines, or a document a line, as they come. */
	readonly form: 'document' | 'lines';
	/** The daemon's answer to this, or what the schema says. */
	readonly prints: MethodName | z.ZodType;
	/** When, or what else is to be known. */
	readonly note?: string;
};

const RECORD_A_LINE: Printed = {form: 'lines', prints: record, note: 'With `--all`: a record a line.'};

export const verification = z.strictObject({
	directory: z.string(),
	files: z.array(z.string()),
	lines: z.int(),
	first_seq: z.int().optional(),
	last_seq: z.int().optional(),
	last_timestamp: z.string().optional(),
	last_hash: z.string().optional(),
	is_pruned: z.boolean(),
	breaks: z.array(z.strictObject({file: z.string(), line: z.int(), what: z.string()})),
	break_count: z.int(),
	unfinished_bytes: z.int(),
	end: z.discriminatedUnion('state', [
		z.strictObject({state: z.literal('not_checked')}),
		z.strictObject({state: z.literal('as_known'), known_seq: z.int()}),
		z.strictObject({state: z.literal('wrong'), known_seq: z.int(), what: z.string()}),
	]),
	not_files: z.array(z.strictObject({file: z.string(), what: z.string()})),
});

/**
 * Every command of edgectl: docs/cli-json.md is made of it, and a test runs each and holds what it prints to it. A command that is
 * not here fails that test.
 */
export const PRINTED: Readonly<Record<string, readonly Printed[]>> = {
	ping: [{form: 'document', prints: 'daemon.ping'}],
	'relay status': [
		{form: 'document', prints: 'relay.status'},
		{form: 'lines', prints: 'relay.status', note: 'With `--watch`: one a second.'},
	],
	'relay enqueue': [
		{
			form: 'lines',
			prints: z.looseObject({
				segment_id: z.string(),
				status: z.enum(['accepted', 'duplicate']),
				durability: z.literal('durable'),
				note: z.string().optional(),
				file: z.string(),
			}),
			note: 'A line for each segment once it is on disk. An input that fails is an error line with its `file`, and the exit code is 1.',
		},
	],
	'relay list': [{form: 'document', prints: 'relay.list'}, RECORD_A_LINE],
	'relay inspect': [
		{
			form: 'document',
			prints: 'relay.inspect',
			note: '`payload_head` only with `--head`. With `--payload -` the payload alone is printed, as it is.',
		},
	],
	'relay why': [
		{form: 'document', prints: 'relay.why'},
		{form: 'lines', prints: 'relay.why', note: 'A segment of several peers without a peer: a line for each.'},
	],
	'relay shape': [{form: 'document', prints: 'relay.shape'}],
	'relay watch': [{form: 'lines', prints: 'relay.status', note: 'One a second, until it is ended.'}],
	'relay events': [
		{form: 'lines', prints: notifications['relay.event'].params, note: 'One an event, until it is ended.'},
	],
	'relay pause': [{form: 'document', prints: 'relay.pause'}],
	'relay resume': [{form: 'document', prints: 'relay.resume'}],
	'relay drain': [{form: 'document', prints: 'relay.drain'}],
	'relay hold': [{form: 'document', prints: 'relay.hold'}],
	'relay release': [{form: 'document', prints: 'relay.release'}],
	'relay set-priority': [{form: 'document', prints: 'relay.set_priority'}],
	'relay move': [{form: 'document', prints: 'relay.move'}],
	'relay expire': [{form: 'document', prints: 'relay.expire'}],
	'relay config get': [{form: 'document', prints: 'relay.config.get'}],
	'relay config set-bandwidth': [{form: 'document', prints: 'relay.config.set_bandwidth'}],
	'relay deadletter list': [{form: 'document', prints: 'relay.deadletter.list'}, RECORD_A_LINE],
	'relay deadletter inspect': [{form: 'document', prints: 'relay.deadletter.inspect'}, RECORD_A_LINE],
	'relay deadletter retry': [{form: 'document', prints: 'relay.deadletter.retry'}],
	'relay deadletter jobs': [
		{form: 'document', prints: 'relay.deadletter.jobs'},
		{form: 'document', prints: 'relay.deadletter.cancel_job', note: 'With `cancel JOB-ID`.'},
	],
	'relay deadletter purge': [{form: 'document', prints: 'relay.deadletter.purge'}],
	'relay deadletter export': [
		{
			form: 'document',
			prints: z.strictObject({
				target: z.string(),
				format: z.enum(['directory', 'tar', 'tar.gz']),
				records: z.int(),
				payloads: z.int(),
				payload_bytes: z.int(),
				without_payload: z.int(),
				failed: z.int(),
			}),
			note: 'Exit code 1 if a payload `failed`.',
		},
	],
	'relay deadletter import': [
		{
			form: 'document',
			prints: z.strictObject({
				source: z.string(),
				format: z.enum(['directory', 'tar', 'tar.gz']),
				node_id: z.nullable(z.string()),
				dry_run: z.boolean(),
				records: z.int(),
				not_selected: z.int(),
				imported: z.int().optional(),
				would_import: z.int().optional(),
				present: z.int(),
				conflict: z.int(),
				without_payload: z.int(),
				failed: z.int(),
			}),
			note: '`would_import` with `--dry-run`, else `imported`. Exit code 1 if something has `failed` or is a `conflict`.',
		},
	],
	'relay deadletter force': [{form: 'document', prints: 'relay.deadletter.force'}],
	'rollback preview': [
		{form: 'document', prints: 'rollback.preview', note: '`now` is `null` too when the daemon is down.'},
	],
	'rollback execute': [
		{form: 'document', prints: 'rollback.execute'},
		{form: 'document', prints: 'rollback.undo', note: 'With `--undo`.'},
	],
	'audit query': [
		{
			form: 'document',
			prints: 'audit.query',
			note: 'The newest first; with `--limit 0` all of them, and no `next_cursor`.',
		},
	],
	'audit export': [
		{
			form: 'document',
			prints: z.array(auditLine),
			note: 'The oldest first, a record a line of the document. With `--format csv` no JSON.',
		},
	],
	'audit verify': [
		{
			form: 'document',
			prints: verification,
			note: 'Exit code 1 with a break, an end that is `wrong`, or `not_files`.',
		},
	],
	'audit prune': [{form: 'document', prints: 'audit.prune'}],
	'support-bundle generate': [
		{
			form: 'document',
			prints: z.strictObject({
				bundle: z.string(),
				size_bytes: z.int(),
				duration_ms: z.int(),
				collectors: z.array(
					z.strictObject({
						name: z.string(),
						status: z.enum(['ok', 'failed', 'skipped']),
						duration_ms: z.int(),
						files: z.array(z.string()),
						notes: z.array(z.string()),
						error: z.string().optional(),
					}),
				),
			}),
			note: '`--output` is the file here: write `edgectl --output json support-bundle generate --output FILE`. A collector that failed does not change the exit code.',
		},
	],
	completion: [
		{form: 'document', prints: z.strictObject({shell: z.enum(['bash', 'zsh', 'fish']), script: z.string()})},
	],
};

export const schemaOf = ({prints}: Printed): z.ZodType =>
	typeof prints === 'string' ? contract[prints].result : prints;

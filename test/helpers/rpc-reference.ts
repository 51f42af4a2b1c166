import {contract, type MethodName} from '../../src/rpc/contract/methods.js';
import {describeContract, refusalsOf} from '../../src/rpc/discover.js';
import {type Schema, shape} from './schema-shape.js';

/** The part of docs/rpc.md below `MARKER`: every method and every named shape, from the schemas that check the calls. */
export const rpcReference = (): string => {
	const {
		methods,
		components,
		'x-effects': effects,
		'x-refusals': refusals,
		'x-notifications': notices,
	} = describeContract() as unknown as Described;
	return [
		'## Methods',
		'',
		...Object.entries(effects).map(([name, meaning]) => `- \`${name}\`: ${meaning}`),
		'',
		...methods.flatMap(describeMethod),
		'## Notifications',
		'',
		...notices.flatMap(describeNotification),
		'## Shapes',
		'',
		...Object.entries(components.schemas).flatMap(([name, schema]) => [
			`### ${name}`,
			'',
			...code(shape(schema)),
		]),
		'## Refusals',
		'',
		'| `data.code` | meaning |',
		'|---|---|',
		...Object.entries(refusals)
			.filter(([name]) => name !== 'INVALID_ARGUMENT')
			.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
		'',
	].join('\n');
};

/** What stands above it is written by hand. */
export const MARKER = '<!-- Everything below is generated: npm run docs -->';

type Described = {
	readonly methods: ReadonlyArray<{
		readonly name: MethodName;
		readonly summary: string;
		readonly params: ReadonlyArray<{
			readonly name: string;
			readonly required: boolean;
			readonly schema: Schema;
		}>;
		readonly 'x-params-schema'?: Schema;
		readonly result: {readonly schema: Schema};
	}>;
	readonly 'x-effects': Readonly<Record<string, string>>;
	readonly 'x-refusals': Readonly<Record<string, string>>;
	readonly 'x-notifications': ReadonlyArray<{
		readonly name: string;
		readonly summary: string;
		readonly 'x-params-schema': Schema;
	}>;
	readonly components: {readonly schemas: Readonly<Record<string, Schema>>};
};

const describeMethod = (method: Described['methods'][number]): string[] => [
	`### ${method.name}`,
	'',
	`\`${contract[method.name].effect}\`. ${method.summary}.${NOTES[method.name] === '' ? '' : ` ${NOTES[method.name]}`}`,
	'',
	...code(`params ${shape(paramsOf(method))}\nresult ${shape(method.result.schema)}`),
	...describeRefusals(method.name),
];

const describeRefusals = (name: MethodName): string[] => {
	const refusals = refusalsOf(name);
	return refusals.length === 0 ? [] : [`Refusals: ${refusals.map(code => `\`${code}\``).join(', ')}.`, ''];
};

const describeNotification = ({
	name,
	summary,
	'x-params-schema': params,
}: Described['x-notifications'][number]): string[] => [
	`### ${name}`,
	'',
	`${summary}. ${EVENT_NOTE}`,
	'',
	...code(`params ${shape(params)}`),
];

const EVENT_NOTE =
	'`records`: how many records have moved from one state to another within a tenth of a second, whatever moved them; counts are complete, ids are some of theirs, where they are known. `link`: of a peer. `change`: what an operator or a reload has changed, named as in the log. `deadletter`: a peer that had none has its first. `storage`: it cannot write, or again. `gap`: the subscriber was too slow, and 256 events or 256 KiB waited for it; `lost` more are gone, which is told in their place. `seq` goes on over what was lost. Nothing is kept for who is not connected: ask `relay.status` after the subscription, then listen.';

/** The whole schema where parameters go together in more than one way. */
const paramsOf = (method: Described['methods'][number]): Schema =>
	method['x-params-schema'] ?? {
		properties: Object.fromEntries(method.params.map(({name, schema}) => [name, schema])),
		required: method.params.filter(({required}) => required).map(({name}) => name),
	};

const code = (text: string): string[] => ['```', text, '```', ''];

/** What a schema cannot say. A method without an entry does not compile. */
const NOTES: Readonly<Record<keyof typeof contract, string>> = {
	'rpc.discover':
		'An OpenRPC 1.3 document: parameters, results, refusals and examples of every method, from the schemas that check the calls. `x-params-schema` is the whole schema where parameters go together in more than one way; `x-refusals` explains the codes.',
	'daemon.ping':
		'`draining`: it stops, or every peer is drained. `degraded`: the disk is full, or the store was removed: no enqueue is taken, what is stored is delivered. `ingest_socket` is where payloads of any size go in and come out. `caller.credentials` is what the kernel says of who asks, `null` where it cannot be asked.',
	'relay.enqueue':
		'Answers after the fsync that covers the whole call. Give each segment `payload_base64` or `payload_text`, one of the two. Without `peers` it goes to the default peers. The same id with the same bytes is a `duplicate`, which is answered only once the first copy is on disk; `note` says so when that copy is buried.',
	'relay.status':
		'From counters: as fast with a million records as with none. `storage.state` is `warning` above 80 % of the ceiling or with less than 4 MiB free on the disk, `full` at the ceiling, `degraded` while no enqueue is taken. Daily quotas are not enforced in this version; their counters stay 0.',
	'relay.list':
		'A page examines at most 10,000 rows: it may be short, even empty, and still carry `next_cursor`. No snapshot is promised over pages. `total` comes only when counters cover the filter (state, peer, reason). `state: "abandoned"` lists what the last restart put back and has not been sent since. `UNKNOWN_PEER` for a peer the store has never known.',
	'relay.inspect':
		'`NOT_FOUND` for an unknown segment. `payload` asks for `payload_base64`, which the status socket does not give out, nor `payload_head` (`FORBIDDEN`): `TOO_LARGE` above 5 MiB (use `GET /v1/segments/ID` on the ingest socket), `SEGMENT_MISSING` when it is no longer kept, which is so once every peer has acknowledged it.',
	'relay.why':
		'For a record, or without `segment_id` for the queue of a peer. `cause` is the foremost of what stands in the way, `sentence` says it in words. `ahead` comes from counters and a look at no more than 1,000 blocks in each direction: `at_least` when that does not tell, `bytes_estimated` when the bytes follow from the mean size. `next_event.at` is `null` when no time is set for it.',
	'relay.shape':
		'Of everything that waits, is being sent or held, by the age since its enqueue (on the age clock, so a wall clock that jumps changes nothing). Records and bytes are exact; an age is known to 1 %, or to 2 s. The first call reads all that waits, some milliseconds at a time, which takes seconds behind a million; then commits keep it up, and calls are answered at once until none came for a quarter of an hour. `BUSY` while damage is put right.',
	'relay.config.get':
		'`effective` is the whole configuration in force under the names of the file, sizes in bytes, secrets taken out. `peers` has those with a limit of their own.',
	'relay.config.set_bandwidth':
		'For the total, or for `peer_id`. Either figure alone leaves the other; `reset` stands alone and returns to the file. In force and durable when it answers, also for sends that wait. Below 64 bytes a second no send begins. A daily quota is kept and shown, and not enforced in this version.',
	'relay.pause':
		'One peer, or all. What is being sent finishes; `done` when no lease is open. Kept over restarts. Repeating it changes nothing.',
	'relay.resume': 'Ends pause and drain, of one peer or of all.',
	'relay.drain':
		'One peer, or all. Enqueues that name such a peer are refused with `DRAINING` until resume; what waits is delivered, also by a peer that was paused. `done` when nothing waits and nothing is being sent. Kept over restarts.',
	'relay.hold':
		"Waiting and failed records are neither sent nor expired until `relay.release`; they keep state, history, backoff and place, and are counted as `held` too. Without `peer_id` all that the segment waits for. A record that is being sent or done with is refused with `INVALID_STATE`; with several, and with `all`, what is being sent is counted as `refused`. `all: true` takes what waits when it is called. Written in steps of 1,000 records. What is held is not evicted; it is buried by `deadletter.force` and satisfied by other peers' acknowledgements. `dry_run` says what would be.",
	'relay.release':
		'As `relay.hold`. The records are where they were, with what was left of their lifetimes when they were held.',
	'rollback.preview':
		'`now.changes` has what each strategy would change if it were executed now, `now.rollbacks` those of the target that are remembered (32 of all). Targets of the control plane have `now: null`: edged does not do them, `manual_path` does.',
	'rollback.execute':
		'`relay_suspend`: `throttle` sets the rate to 1 byte a second, in total or of the peer; `pause` and `drain` as the methods. What was before and what was changed are written in one commit, so that whatever ends edged either nothing has happened or it can be undone. `relay_deadletter`: `force`, `retry`, `purge` of a record, or of all of the peer; not to be undone. `reason` must be given. In the audit trail it is one act, `rollback.executed`.',
	'rollback.undo':
		'Gives each rate and lane back what it had, override or not. What somebody has changed since, or a later rollback has, stays and is in `left`; when that is all, `INVALID_STATE`. A second undo changes nothing: `undone: false`. `NOT_FOUND` for one that is not remembered.',
	'audit.query':
		'In the order of the chain, or backwards. All filters must hold; `event_type` is a whole name. A page examines at most 10,000 lines: it may be short, even empty, and still carry `next_cursor`. The lines are as they are in the files ([formats.md](formats.md)).',
	'audit.head':
		'The last line that is on disk. A trail whose last line is another one was cut or added to: `edgectl audit verify` compares them. `waiting` records are in the store because the trail cannot be written; `failure` says why.',
	'audit.prune':
		'Removes files of which every line is older than so many days; never the newest one. The record of it names the last line that went (`after_seq`, `after_hash`), so that the rest of the chain has its beginning. `dry_run` says what would go.',
	'relay.set_priority':
		'As `relay.hold`, for what waits, held or not. In the class `to` records go by the order of their enqueues; among what was enqueued in one commit that order is not kept. What is so already is not counted. What is delivered shows the class it was enqueued with. `TOO_LARGE` when the daily quota could never let it through in that class.',
	'relay.move':
		'From `peer_id` to `to_peer_id`, which must be configured and not be drained: what waits, what failed, what is held (it stays held); a deadletter by name, and with `state: "deadletter"` all that match. At the other peer a record waits in the order of enqueues, with a fresh budget and its history; a deadletter has no expiry any more, as after a retry. `INVALID_STATE` when that peer has the segment or had it, `SEGMENT_MISSING` for a deadletter without payload; `all` counts both in `refused_because`. Enqueueing the segment again with its first route stays a `duplicate`. Works for a peer that is not configured any more.',
	'relay.expire':
		'As `relay.hold`: buries what waits as `EXPIRED` now, whatever its lifetime; it can be retried. A record by name is buried though it is held; a selector takes what is held only with `state: "held"`.',
	'relay.events.subscribe':
		'Answers, then sends `relay.event` notifications (below) until the connection ends; a client that ends its side ends them too. At most 16 subscriptions a connection. `peer_id` leaves out what concerns another peer; what concerns none comes all the same.',
	'relay.events.unsubscribe': 'Of the same connection.',
	'relay.deadletter.list': 'As `relay.list`, deadletters only.',
	'relay.deadletter.inspect': 'Any record, dead or not. `NOT_FOUND`, `UNKNOWN_PEER`.',
	'relay.deadletter.retry':
		'A record by name, or every deadletter that matches with `all: true`; there `reason` is a filter and the words for the log are the `note`. The budget is fresh, the history stays, an expiry no longer holds, the place is that of the enqueue. A single record is refused with `NOT_FOUND`, `INVALID_STATE` or `SEGMENT_MISSING`; `all` counts what it cannot retry as `refused`. Written in steps of 1,000 records; `next_cursor` comes when `limit` left something, and what dies after the first call is not met with it. With `rate_per_second` it is a job (`{job}`), which survives restarts, retries what was dead when it began, each record once, and goes by elapsed time. `dry_run` says what would be; `older_than_seconds` goes by the clock of the daemon.',
	'relay.deadletter.jobs':
		'Paced retries, the oldest first: all that run, and the twenty that ended last. `left` is what matched and was not yet put back or refused; what somebody else retries or purges meanwhile leaves it too high until the end.',
	'relay.deadletter.cancel_job':
		'`NOT_FOUND` for an unknown job. One that has ended is left as it is: `cancelled` is `false`.',
	'relay.deadletter.purge':
		'As `retry`, and removes the record. Without `force` nothing is removed and the answer says how many would be. The payload stays in the store for `storage.orphan_retention_seconds`.',
	'relay.deadletter.export':
		'`edgectl` writes the files itself; this notes in the log and the audit trail (`relay.deadletter.exported`) who took what and where to.',
	'relay.deadletter.import':
		'What `edgectl relay deadletter import` calls, a batch of an export at a time. All or nothing is written, in one commit; a call may be repeated, for what is here already is `present`. The SHA-256 is checked: with another one, or with a peer that is not configured, the call is refused and nothing is stored. A payload too large for a line comes by `import_chunk` before, and the segment names its `upload`. With `dry_run` payloads may be left out. Ids stay as they are; nothing is sent before a retry.',
	'relay.deadletter.import_chunk':
		'Pieces in their order, each with the `offset` that the answer before gave. The daemon keeps one upload, at most `storage.max_segment_bytes`, in memory: it is dropped when another begins, when nothing came for 60 s, and with the import that names it; then `NOT_FOUND` says why, and it is begun again at offset 0.',
	'relay.deadletter.force':
		'Any record that waits or is being sent becomes a deadletter with the reason `FORCED`; one that is being sent is cut out of its lease. `forced: false`: it was dead before. `INVALID_STATE` for an acknowledged one. With `all: true` everything that waits for the peer, whether it is configured or not, also what broke alone and is kept aside; what is being sent is left alone. `limit` bounds it by blocks, so a few more may go.',
};

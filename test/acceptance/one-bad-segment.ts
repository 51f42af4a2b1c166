import type {ServerResponse} from 'node:http';
import test, {type ExecutionContext} from 'ava';
import type {ParsedRequest} from '../../src/storage/request-codec.js';
import {edgeConfig, edgeIn, recordsOf, statusOf} from '../helpers/edge-daemon.js';
import {answerOf, startPeer} from '../helpers/scripted-peer.js';
import {untilStatus} from '../helpers/two-daemons/patience.js';
import {startWebHook} from '../helpers/web-hook.js';

const [REFUSED, POISON] = ['refused', 'poison'];
const GOOD = 500;
const MAX_RETRIES = 3;
/** In three leases; one that breaks on a connection that was used before is tried once more on a new one. */
const MOST_SENT = 5;
/** For a machine that is busy with ten other things; alone it takes seconds. */
const TIMEOUT_MS = 240_000;

type Peer = {readonly fields: string; readonly sends: Map<string, number>};

/** Both bad ones lie among the good, the payload of each is its id. */
const ids = [...Array.from({length: GOOD}, (_, at) => `good-${at}`)].flatMap((id, at) => {
	if (at === 113) {
		return [REFUSED, id];
	}
	return at === 311 ? [POISON, id] : [id];
}) as string[];

const refusesAndBreaks = async (t: ExecutionContext, {fields, sends}: Peer): Promise<void> => {
	t.timeout(TIMEOUT_MS);
	const edge = await edgeIn(t);
	const daemon = await edge.start(
		edgeConfig(`
[relay.retry]
max_retry_count = ${MAX_RETRIES}
backoff_base_seconds = 0.2

[[peers]]
id = "hub"
${fields}
`),
	);
	await daemon.call('relay.pause');
	await daemon.call('relay.enqueue', {
		segments: ids.map(id => ({segment_id: id, payload_text: id})),
	});
	await daemon.call('relay.resume');
	// For the proof of a peer that can only be proven well by a segment, there is always another one a little later.
	let proofs = 0;
	const relay = {status: () => statusOf(daemon), daemon} as Parameters<typeof untilStatus>[0];
	await untilStatus(
		relay,
		({queue_depth: depth}) => {
			if (depth.deadletter < 2 && depth.scheduled + depth.inflight <= 1) {
				const proof = {segment_id: `proof-${proofs++}`, payload_text: 'proof'};
				void daemon.call('relay.enqueue', {segments: [proof]});
			}
			return depth.deadletter === 2 && depth.acked >= GOOD && depth.scheduled + depth.inflight === 0;
		},
		({queue_depth}) => queue_depth,
	);
	const [[refused], [poison]] = [
		await recordsOf(daemon, REFUSED as string),
		await recordsOf(daemon, POISON as string),
	];
	t.like(refused, {state: 'deadletter', reason: 'REJECTED'});
	t.like(poison, {state: 'deadletter', reason: 'MAX_RETRIES', charged_failures: MAX_RETRIES});
	const good = ids.filter(id => id.startsWith('good'));
	for (const id of [good[0], good[310], good[311], good[312], good[499]] as string[]) {
		t.like((await recordsOf(daemon, id))[0], {state: 'acked', charged_failures: 0});
	}
	const counts = good.map(id => sends.get(id) ?? 0);
	t.is(counts.filter(count => count === 0).length, 0);
	const most = Math.max(...counts);
	t.log(
		`the most-sent good segment: ${most} times; the poison: ${sends.get(POISON as string)}; the refused one: ${sends.get(REFUSED as string)}; proofs: ${proofs}`,
	);
	t.true(most <= MOST_SENT, `${most} times`);
	t.true((sends.get(POISON as string) ?? 0) <= MAX_RETRIES * 2 + 6);
};

test.serial(
	'an http peer refuses one segment, breaks on another and gets 500: one REJECTED, one MAX_RETRIES, the rest acked',
	async t => {
		const sends = new Map<string, number>();
		const hook = await startWebHook(t, ({method, body, socket}, response) => {
			if (method !== 'POST') {
				response.end();
				return;
			}
			const id = body.toString();
			sends.set(id, (sends.get(id) ?? 0) + 1);
			if (id === POISON) {
				socket.destroy();
			} else {
				response.writeHead(id === REFUSED ? 422 : 204).end();
			}
		});
		await refusesAndBreaks(t, {fields: `transport = "http"\nurl = "${hook.origin}/in"`, sends});
	},
);

test.serial(
	'an edged peer refuses one segment, breaks on another and gets 500: one REJECTED, one MAX_RETRIES, the rest acked',
	async t => {
		const sends = new Map<string, number>();
		const answer = (request: ParsedRequest, response: ServerResponse): void => {
			const held = Array.from({length: request.entryCount}, (_, index) => request.payload(index).toString());
			for (const id of held) {
				sends.set(id, (sends.get(id) ?? 0) + 1);
			}
			if (held.includes(POISON as string)) {
				response.destroy();
				return;
			}
			const at = held.indexOf(REFUSED as string);
			const last = held.length - 1;
			const accepted = [
				[0, at - 1],
				[at + 1, last],
			].filter(([first = 0, end = 0]) => first <= end);
			const rejected = [{index: at, code: 'UNPROCESSABLE', message: 'it has no schema'}];
			response.end(answerOf(request, at < 0 ? {} : {accepted, rejected}));
		};
		const peer = await startPeer(t, answer);
		await refusesAndBreaks(t, {fields: `url = "${peer.url}"`, sends});
	},
);

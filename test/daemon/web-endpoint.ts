import {createHash} from 'node:crypto';
import type {ServerResponse} from 'node:http';
import {createServer} from 'node:https';
import type {TLSSocket} from 'node:tls';
import test, {type ExecutionContext} from 'ava';
import {type CloudEventV1, HTTP} from 'cloudevents';
import {certificates} from '../helpers/certificates.js';
import {
	edgeConfig,
	edgeIn,
	enqueueText,
	recordsOf,
	statusOf,
	untilAcked,
	untilIs,
} from '../helpers/edge-daemon.js';
import {listening, type Received, readThen} from '../helpers/web-hook.js';

type Endpoint = {
	readonly origin: string;
	readonly received: Received[];
	/** What it does with a request; it takes everything unless told otherwise. */
	respond: (received: Received, response: ServerResponse) => void;
};

/** A web server that lets in whom our authority has signed. */
const startEndpoint = async (t: ExecutionContext): Promise<Endpoint> => {
	const {authority, server} = await certificates();
	const received: Received[] = [];
	const secure = createServer(
		{...server, ca: authority.ca, requestCert: true, rejectUnauthorized: true},
		readThen(received, (one, response) => endpoint.respond(one, response)),
	);
	const endpoint: Endpoint = {
		origin: await listening(t, secure, 'https'),
		received,
		respond: (_, response) => response.writeHead(202).end(),
	};
	return endpoint;
};

const PASSWORD = 'hunter2';

/** Two peers at one endpoint: `raw` with a password, `events`. */
const configFor = async (origin: string): Promise<string> => {
	const {authority, client} = await certificates();
	const tls = `
ca_file = "${authority.caFile}"
cert_file = "${client.certFile}"
key_file = "${client.keyFile}"`;
	return edgeConfig(`
[[peers]]
id = "raw"
transport = "http"
url = "${origin.replace('//', `//joe:${PASSWORD}@`)}/raw?a=b"
${tls}

[[peers]]
id = "events"
transport = "http"
format = "cloudevents"
url = "${origin}/events"
${tls}
`);
};

const idOf = ({headers}: Received): string => String(headers['edged-segment-id']);
const eventOf = ({headers, body}: Received): CloudEventV1<unknown> =>
	HTTP.toEvent({headers, body}) as CloudEventV1<unknown>;

test('a segment reaches a web endpoint over mutual TLS in both formats, also after a kill in the middle', async t => {
	const endpoint = await startEndpoint(t);
	const edge = await edgeIn(t);
	const config = await configFor(endpoint.origin);
	const daemon = await edge.start(config);
	await enqueueText(daemon, 'Grüße', {
		segment_id: 'first',
		content_type: 'text/plain; charset=utf-8',
		labels: {site: 'north'},
	});
	await untilAcked(daemon, 2);

	// The second is on its way when the daemon dies.
	const under = new Set<string>();
	const arrived = new Promise<void>(resolve => {
		endpoint.respond = one => {
			under.add(one.path);
			if (under.size === 2) {
				resolve();
			}
		};
	});
	await enqueueText(daemon, 'after the kill', {segment_id: 'second'});
	await arrived;
	t.is((await statusOf(daemon)).queue_depth.inflight, 2);
	await daemon.end('SIGKILL');
	endpoint.respond = (_, response) => response.end();
	const next = await edge.start(config);
	const status = await untilAcked(next, 4);
	t.deepEqual(
		status.peers.map(({peer_id, link}) => [peer_id, link]),
		[
			['raw', 'up'],
			['events', 'up'],
		],
	);
	t.deepEqual(
		(await recordsOf(next, 'second')).map(({attempts}) => attempts.map(({outcome}) => outcome)),
		[
			['ABANDONED', 'ACKED'],
			['ABANDONED', 'ACKED'],
		],
	);

	const posts = endpoint.received.filter(({method}) => method === 'POST');
	t.deepEqual(posts.map(one => `${one.path} ${idOf(one)}`).sort(), [
		'/events first',
		'/events second',
		'/events second',
		'/raw?a=b first',
		'/raw?a=b second',
		'/raw?a=b second',
	]);
	for (const one of posts) {
		t.is(one.headers['idempotency-key'], `"${idOf(one)}"`);
		t.is(
			one.headers['content-digest'],
			`sha-256=:${createHash('sha256').update(one.body).digest('base64')}:`,
		);
		t.is(one.headers.authorization !== undefined, one.path.startsWith('/raw'));
	}
	const [raw] = posts.filter(one => one.path.startsWith('/raw') && idOf(one) === 'first');
	t.is(String(raw?.body), 'Grüße');
	t.like(raw?.headers, {'content-type': 'text/plain; charset=utf-8', 'edged-label-site': 'north'});
	const events = posts.filter(({path}) => path === '/events').map(eventOf);
	t.like(
		events.find(({id}) => id === 'first'),
		{
			source: 'edged://edge',
			type: 'edged.segment',
			site: 'north',
			datacontenttype: 'text/plain; charset=utf-8',
		},
	);
	t.is(String(events.find(({id}) => id === 'second')?.data), 'after the kill');
	const said = `${daemon.output()}${next.output()}${JSON.stringify(await next.call('relay.config.get'))}`;
	t.notRegex(said, new RegExp(PASSWORD));
});

test('an endpoint knows the device by its certificate, refuses what it will not have, and the rest goes on', async t => {
	const endpoint = await startEndpoint(t);
	const names = new Set<string>();
	endpoint.respond = (one, response) => {
		names.add(String((one.socket as TLSSocket).getPeerCertificate().subject.CN));
		if (idOf(one) === 'bad') {
			response.writeHead(422).end('{"title":"Not wanted","detail":"bad is bad"}');
		} else {
			response.end();
		}
	};
	const edge = await edgeIn(t);
	const daemon = await edge.start(await configFor(endpoint.origin));
	for (const segment_id of ['good-1', 'bad', 'good-2']) {
		await enqueueText(daemon, segment_id, {segment_id, peers: ['raw']});
	}
	const status = await untilIs(
		() => statusOf(daemon),
		({queue_depth: {acked, deadletter}}) => acked + deadletter === 3,
	);
	t.like(status.queue_depth, {acked: 2, deadletter: 1});
	const [record] = await recordsOf(daemon, 'bad');
	t.like(record, {state: 'deadletter', reason: 'REJECTED'});
	t.is(record?.attempts[0]?.error, 'The peer answered 422: Not wanted: bad is bad');
	t.deepEqual([...names], ['edge-1']);
});

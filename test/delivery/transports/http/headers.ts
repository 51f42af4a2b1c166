import {createHash} from 'node:crypto';
import test from 'ava';
import {type CloudEventV1, HTTP} from 'cloudevents';
import {sourceOf} from '../../../../src/delivery/transports/http/cloud-event.js';
import type {EpochMs} from '../../../../src/outbound/units.js';
import type {Teardown} from '../../../helpers/temp-dir.js';
import {openHttpTransport, type SentEntry, send} from '../../../helpers/transports.js';
import {type Received, startWebHook} from '../../../helpers/web-hook.js';

const EVENTS = {name: 'cloudevents', source: 'edged://edge-1'} as const;

/** What an endpoint gets of one segment. */
const received = async (
	t: Teardown,
	entry: SentEntry,
	format: {name: 'raw'} | typeof EVENTS = {name: 'raw'},
): Promise<Received> => {
	const hook = await startWebHook(t, (_, response) => response.end());
	await send(openHttpTransport(t, {url: `${hook.origin}/hook?a=b`, format}), [entry]);
	const [first] = hook.received;
	if (first === undefined) {
		throw new Error('Nothing arrived');
	}
	return first;
};

/** As a reader of its own sees it; it wants JSON as text. */
const eventOf = ({headers, body}: Received): CloudEventV1<unknown> => {
	const isText = /json/.test(headers['content-type'] ?? '');
	return HTTP.toEvent({headers, body: isText ? String(body) : body}) as CloudEventV1<unknown>;
};

const asUtf8 = (header: string | string[] | undefined): string =>
	Buffer.from(String(header), 'latin1').toString();

test('a segment is the body of a POST to the exact address, with what is known of it in headers', async t => {
	const {method, path, headers, body} = await received(t, {
		id: 'reading-1',
		bytes: '{"t":21}',
		contentType: 'application/json',
		labels: {site: 'north', Ort: 'Zürich 100 %'},
	});
	t.is(method, 'POST');
	t.is(path, '/hook?a=b');
	t.is(String(body), '{"t":21}');
	t.like(headers, {
		'content-type': 'application/json',
		'content-length': '8',
		'edged-segment-id': 'reading-1',
		'idempotency-key': '"reading-1"',
		'content-digest': `sha-256=:${createHash('sha256').update('{"t":21}').digest('base64')}:`,
		'edged-label-site': 'north',
		'user-agent': 'edged',
	});
	t.is(asUtf8(headers['edged-label-ort']), 'Zürich 100 %');
	t.is(headers.authorization, undefined);
});

test('a payload of no known type is bytes, and one of no bytes arrives', async t => {
	const {headers, body} = await received(t, {bytes: ''});
	t.is(headers['content-type'], 'application/octet-stream');
	t.is(headers['content-length'], '0');
	t.is(body.length, 0);
});

test('a label that no header can carry as it is travels in extended form, and makes no header of its own', async t => {
	const {headers, rawHeaders} = await received(t, {
		bytes: 'x',
		labels: {evil: 'a\r\nX-Evil: 1', blank: ' b ', quoted: '"100 %" ok'},
	});
	t.is(headers['edged-label-evil*'], "UTF-8''a%0D%0AX-Evil%3A%201");
	t.is(headers['edged-label-blank*'], "UTF-8''%20b%20");
	t.is(headers['edged-label-quoted'], '"100 %" ok');
	t.false(rawHeaders.some(([name]) => /x-evil/i.test(name)));
});

test('user and password of the address are an Authorization header', async t => {
	const hook = await startWebHook(t, (_, response) => response.end());
	const url = hook.origin.replace('//', '//joe:p%40ss%3Aw%C3%B6rd@');
	const transport = openHttpTransport(t, {url});
	await send(transport, [{bytes: 'x'}]);
	await transport.probe(new AbortController().signal);
	for (const {headers} of hook.received) {
		const [scheme, credentials = ''] = String(headers.authorization).split(' ');
		t.is(scheme, 'Basic');
		t.is(Buffer.from(credentials, 'base64').toString(), 'joe:p@ss:wörd');
	}
	t.is(hook.received.length, 2);
});

test('a segment is a CloudEvent in binary mode', async t => {
	const segment = await received(
		t,
		{
			id: 'reading-1',
			bytes: '{"t":21}',
			contentType: 'application/json',
			enqueuedAt: 1_750_000_000_123 as EpochMs,
			labels: {site: 'north', 'Device-Id': 'a7'},
		},
		EVENTS,
	);
	const event = eventOf(segment);
	t.deepEqual(event.data, {t: 21});
	t.like(event, {
		specversion: '1.0',
		id: 'reading-1',
		source: 'edged://edge-1',
		type: 'edged.segment',
		time: '2025-06-15T15:06:40.123Z',
		datacontenttype: 'application/json',
		site: 'north',
		deviceid: 'a7',
	});
	t.is(event.subject, undefined);
	t.like(segment.headers, {
		'edged-segment-id': 'reading-1',
		'idempotency-key': '"reading-1"',
		'content-digest': `sha-256=:${createHash('sha256').update('{"t":21}').digest('base64')}:`,
	});
});

test('an event says of its content only what is known', async t => {
	const segment = await received(t, {bytes: Buffer.of(0, 255)}, EVENTS);
	t.is(segment.headers['content-type'], undefined);
	const event = eventOf(segment);
	t.is(event.datacontenttype, undefined);
	t.deepEqual(event.data, Buffer.of(0, 255));
});

test('type and subject of an event may come from labels', async t => {
	const event = eventOf(
		await received(t, {bytes: 'x', labels: {type: 'com.example.reading', subject: 'tank/7'}}, EVENTS),
	);
	t.like(event, {type: 'com.example.reading', subject: 'tank/7'});
});

test('attributes are percent-encoded as CloudEvents wants it', async t => {
	// The example of the HTTP protocol binding, section 3.1.3.2, and each of the characters that it names.
	const {headers} = await received(
		t,
		{bytes: 'x', labels: {example: 'Euro € 😀', some: 'a b"c%d~e!f', more: "#$&'()*+,-./:;<=>?@[\\]^_`{|}"}},
		EVENTS,
	);
	t.is(headers['ce-example'], 'Euro%20%E2%82%AC%20%F0%9F%98%80');
	t.is(headers['ce-some'], 'a%20b%22c%25d~e!f');
	t.is(headers['ce-more'], "#$&'()*+,-./:;<=>?@[\\]^_`{|}");
});

test('a label that is no attribute stays a label', async t => {
	const {headers} = await received(
		t,
		{
			bytes: 'x',
			labels: {
				id: 'mine',
				source: 'mine',
				time: 'never',
				datacontenttype: 'x/y',
				data: 'd',
				'spec-version': '0',
				empty: '',
				lines: 'a\nb',
				twentyoneletterslong0: 'l',
				'sub-ject': 's',
				Site: 'first',
				'si-te': 'second',
			},
		},
		EVENTS,
	);
	t.like(headers, {
		'ce-id': 's0',
		'ce-source': 'edged://edge-1',
		'ce-specversion': '1.0',
		'ce-site': 'first',
		'edged-label-id': 'mine',
		'edged-label-source': 'mine',
		'edged-label-time': 'never',
		'edged-label-datacontenttype': 'x/y',
		'edged-label-data': 'd',
		'edged-label-spec-version': '0',
		'edged-label-empty': '',
		'edged-label-lines*': "UTF-8''a%0Ab",
		'edged-label-twentyoneletterslong0': 'l',
		'edged-label-sub-ject': 's',
		'edged-label-si-te': 'second',
	});
	t.deepEqual(
		Object.keys(headers).filter(name => name.startsWith('ce-')),
		['ce-specversion', 'ce-id', 'ce-source', 'ce-type', 'ce-time', 'ce-site'],
	);
});

test('a segment that is an event already is sent as it is', async t => {
	const event = {specversion: '1.0', id: 'own', source: '/tank', type: 'com.example.reading', data: {t: 21}};
	const segment = await received(
		t,
		{
			bytes: JSON.stringify(event),
			contentType: 'application/cloudevents+json; charset=utf-8',
			labels: {site: 'north'},
		},
		EVENTS,
	);
	t.like(eventOf(segment), event);
	t.is(segment.headers['ce-id'], undefined);
	t.is(segment.headers['edged-label-site'], 'north');
});

test('the source of an event is an absolute URI', t => {
	for (const [node, source] of [
		['edge-1', 'edged://edge-1'],
		['site:7.a_b', 'edged://site%3A7.a_b'],
	] as const) {
		t.is(sourceOf(node), source);
		t.true(URL.canParse(source));
	}
});

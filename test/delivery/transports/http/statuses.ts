import test from 'ava';
import {openHttpTransport, send} from '../../../helpers/transports.js';
import {startWebHook} from '../../../helpers/web-hook.js';

const ONE = [{bytes: 'x'}];

type Answer = {readonly status: number; readonly headers?: Record<string, string>; readonly body?: string};

const means = test.macro(
	async (t, {status, headers = {}, body = ''}: Answer, expected: Record<string, unknown>) => {
		const hook = await startWebHook(t, (_, response) => response.writeHead(status, headers).end(body));
		t.like(await send(openHttpTransport(t, {url: hook.origin}), ONE), expected);
		t.is(hook.received.length, 1);
	},
);

const ACKED = {kind: 'answered', acked: [[0, 0]], troubles: []};
const rejected = (message: string) => ({
	kind: 'answered',
	acked: [],
	troubles: [{index: 0, kind: 'rejected', message}],
});
const failed = (message: string) => ({
	kind: 'answered',
	acked: [],
	troubles: [{index: 0, kind: 'broken', cause: 'server_error', message}],
});

for (const status of [200, 201, 202, 204, 299]) {
	test(`${status} acknowledges`, means, {status}, ACKED);
}
for (const status of [301, 302, 303, 307, 308]) {
	test(
		`${status} is the trouble of the lane`,
		means,
		{status, headers: {location: '/elsewhere'}},
		{
			kind: 'link_down',
			message: `The peer answered ${status} and points to /elsewhere: redirects are not followed, url must be the final address`,
		},
	);
}
for (const status of [401, 403, 404, 407, 408, 425, 429]) {
	test(
		`${status} is the trouble of the lane`,
		means,
		{status},
		{
			kind: 'link_down',
			message: `The peer answered ${status}`,
		},
	);
}
for (const status of [400, 405, 409, 410, 413, 415, 422, 451]) {
	test(`${status} refuses the segment`, means, {status}, rejected(`The peer answered ${status}`));
}
for (const status of [500, 502, 503, 504, 507]) {
	test(`${status} makes a suspect`, means, {status}, failed(`The peer answered ${status}`));
}

test(
	'503 that names no time one can read makes a suspect',
	means,
	{status: 503, headers: {'retry-after': 'soon'}},
	failed('The peer answered 503'),
);
test(
	'500 that names a time makes a suspect even so',
	means,
	{status: 500, headers: {'retry-after': '7'}},
	failed('The peer answered 500'),
);

test(
	'words in JSON as edged writes them',
	means,
	{status: 409, body: '{"error":{"code":"CONFLICT","message":"other bytes"}}'},
	rejected('The peer answered 409: CONFLICT: other bytes'),
);
test(
	'words of a problem document',
	means,
	{status: 422, body: '{"type":"/p/1","title":"Not valid","detail":"t is no number","status":422}'},
	rejected('The peer answered 422: Not valid: t is no number'),
);
test(
	'words in JSON of the simplest kind',
	means,
	{status: 400, body: '{"error":"no such tank"}'},
	rejected('The peer answered 400: no such tank'),
);
test('JSON without words', means, {status: 400, body: '[1]'}, rejected('The peer answered 400: [1]'));
test('JSON that is nothing', means, {status: 400, body: 'null'}, rejected('The peer answered 400: null'));
test(
	'words are on one line, without what a terminal would act on, and without secrets',
	means,
	{status: 400, body: '<h1>\n\tBad\u001b[31m</h1> POST http://joe:hunter2@web/hook\u0000'},
	rejected('The peer answered 400: <h1> Bad [31m</h1> POST http://[redacted]@web/hook'),
);
test(
	'words are short',
	means,
	{status: 400, body: 'y'.repeat(10_000)},
	rejected(`The peer answered 400: ${'y'.repeat(300)}`),
);

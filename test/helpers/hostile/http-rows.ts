import {deflateRawSync, gzipSync} from 'node:zlib';

/** One thing that nobody should send to an HTTP server, and what must come back. */
export type HttpRow = {
	readonly title: string;
	readonly bytes: readonly (string | Uint8Array)[];
	/** `closed`: the connection may also just end. */
	readonly status: number | 'closed';
	/** In the answer. */
	readonly words?: RegExp;
};

const post = (headers: string, body: string | Uint8Array = ''): readonly (string | Uint8Array)[] => [
	`POST /v1/segments HTTP/1.1\r\nHost: edge\r\n${headers}\r\n`,
	body,
];
const chunked = (body: string): readonly (string | Uint8Array)[] =>
	post('Transfer-Encoding: chunked\r\n', body);
const line = (requestLine: string): readonly string[] => [`${requestLine}\r\nHost: edge\r\n\r\n`];
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** A gibibyte of zeros in a megabyte is made of this, over and over. */
const bomb = gzipSync(Buffer.alloc(4_000_000));

const nonsense: readonly HttpRow[] = [
	{title: 'random bytes', bytes: [Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10])], status: 400},
	{title: 'a TLS ClientHello', bytes: [Buffer.from('16030100c8010000c40303', 'hex')], status: 400},
	{title: 'the preface of HTTP/2', bytes: ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], status: 400},
	{title: 'a request in UTF-16', bytes: [utf16('GET / HTTP/1.1\r\nHost: edge\r\n\r\n')], status: 400},
	{title: 'a byte order mark', bytes: ['\u00ef\u00bb\u00bf', ...line('GET / HTTP/1.1')], status: 400},
	{title: 'JSON-RPC', bytes: ['{"jsonrpc":"2.0","id":1,"method":"daemon.ping"}\n'], status: 400},
	{title: 'a method without end', bytes: ['X'.repeat(100_000)], status: 400},
	{title: 'HTTP 0.9', bytes: ['GET /v1/segments\r\n\r\n'], status: 405},
	{title: 'HTTP 9.9', bytes: line('GET /v1/segments/a HTTP/9.9'), status: 400},
	{title: 'a CONNECT', bytes: line('CONNECT edge:80 HTTP/1.1'), status: 'closed'},
	{title: 'no Host', bytes: ['POST /v1/segments HTTP/1.1\r\nContent-Length: 0\r\n\r\n'], status: 400},
	{
		title: 'an expectation nobody knows',
		bytes: post('Expect: 200-maybe\r\nContent-Length: 1\r\n', 'x'),
		status: 417,
	},
	{title: 'a path without end', bytes: [`GET /${'a'.repeat(100_000)}`], status: 431},
	{title: 'a path above the root', bytes: line('GET /v1/segments/../../etc/passwd HTTP/1.1'), status: 400},
	{title: 'an id with a NUL', bytes: line('GET /v1/segments/a%00b HTTP/1.1'), status: 400},
	{title: 'a method for nothing here', bytes: line('DELETE /v1/segments/a HTTP/1.1'), status: 405},
];

const smuggling: readonly HttpRow[] = [
	{title: 'two lengths', bytes: post('Content-Length: 1\r\nContent-Length: 2\r\n', 'xx'), status: 400},
	{title: 'a list of lengths', bytes: post('Content-Length: 1, 1\r\n', 'x'), status: 400},
	{
		title: 'a length and chunks',
		bytes: post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
		status: 400,
	},
	{title: 'a negative length', bytes: post('Content-Length: -1\r\n'), status: 400},
	{title: 'a length with an exponent', bytes: post('Content-Length: 1e3\r\n'), status: 400},
	{title: 'a length that overflows', bytes: post(`Content-Length: ${'9'.repeat(30)}\r\n`), status: 400},
	{
		title: 'a length of a petabyte',
		bytes: post('Content-Length: 1125899906842624\r\n'),
		status: 413,
		words: /TOO_LARGE/,
	},
	{
		title: 'chunks that are not last',
		bytes: post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'),
		status: 'closed',
	},
	{
		title: 'chunks by another name',
		bytes: post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
		status: 'closed',
	},
	{
		title: 'a blank before the colon',
		bytes: post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'),
		status: 400,
	},
	{
		title: 'a folded header',
		bytes: post('Edged-Label-a: one\r\n two\r\nContent-Length: 1\r\n', 'x'),
		status: 400,
	},
	{
		title: 'a bare line feed',
		bytes: ['POST /v1/segments HTTP/1.1\nHost: edge\nContent-Length: 1\n\nx'],
		status: 400,
	},
	{
		title: 'a bare carriage return',
		bytes: post('Edged-Label-a: one\rEdged-Label-b: two\r\nContent-Length: 1\r\n', 'x'),
		status: 400,
	},
	{title: 'a NUL in a header', bytes: post('Edged-Label-a: a\0b\r\nContent-Length: 1\r\n', 'x'), status: 400},
	{title: 'a header without a name', bytes: post(': x\r\nContent-Length: 1\r\n', 'x'), status: 400},
	{title: 'a chunk that is no number', bytes: chunked('zz\r\nx\r\n0\r\n\r\n'), status: 400},
	{title: 'a chunk with a sign', bytes: chunked('+1\r\nx\r\n0\r\n\r\n'), status: 400},
	{title: 'a chunk that overflows', bytes: chunked(`${'f'.repeat(20)}\r\nx`), status: 400},
	{title: 'a chunk that is longer than it says', bytes: chunked('1\r\nxyz\r\n0\r\n\r\n'), status: 400},
	{title: 'a chunk extension without end', bytes: chunked(`1;${'e'.repeat(100_000)}`), status: 413},
	{title: 'trailers without end', bytes: chunked(`1\r\nx\r\n0\r\n${'a: b\r\n'.repeat(20_000)}`), status: 431},
];

const headers: readonly HttpRow[] = [
	{title: 'headers of 40 KiB', bytes: post(`Edged-Label-a: ${'x'.repeat(40_000)}\r\n`), status: 431},
	{
		title: 'a thousand headers',
		bytes: post(`${'a: b\r\n'.repeat(1000)}Content-Length: 1\r\n`, 'x'),
		status: 431,
		words: /TOO_MANY_HEADERS/,
	},
	{
		title: 'headers that hide an id',
		bytes: post(`${'a:b\r\n'.repeat(3000)}Edged-Segment-Id: hidden\r\nContent-Length: 1\r\n`, 'x'),
		status: 431,
	},
	{
		title: 'an id given twice',
		bytes: post('Edged-Segment-Id: a\r\nEdged-Segment-Id: b\r\nContent-Length: 1\r\n', 'x'),
		status: 400,
		words: /no segment id/,
	},
	{
		title: 'a label given twice, in two cases',
		bytes: post('Edged-Label-A: 1\r\nedged-label-a: 2\r\nContent-Length: 1\r\n', 'x'),
		status: 400,
		words: /given twice/,
	},
	{
		title: 'a label called __proto__',
		bytes: post('Edged-Label-__proto__: 1\r\nContent-Length: 1\r\n', 'x'),
		status: 400,
		words: /label name/,
	},
	{
		title: 'a label that is not UTF-8',
		bytes: post('Edged-Label-a: \u00ff\u00fe\r\nContent-Length: 1\r\n', 'x'),
		status: 400,
		words: /not UTF-8/,
	},
	{
		title: '65 labels',
		bytes: post(
			`${Array.from({length: 65}, (_, at) => `Edged-Label-l${at}: x\r\n`).join('')}Content-Length: 1\r\n`,
			'x',
		),
		status: 400,
		words: /too many/,
	},
	{
		title: 'a peer with a path for a name',
		bytes: post('Edged-Peers: ../../etc\r\nContent-Length: 1\r\n', 'x'),
		status: 400,
	},
	{
		title: 'ten thousand peers',
		bytes: post(`Edged-Peers: ${'outbox,'.repeat(4000)}outbox\r\nContent-Length: 1\r\n`, 'x'),
		status: 201,
	},
	{
		title: 'a lifetime of ages',
		bytes: post('Edged-Expires-In: 999999999999\r\nContent-Length: 1\r\n', 'x'),
		status: 400,
	},
	{
		title: 'a digest of something else',
		bytes: post(
			`Content-Digest: sha-256=:${Buffer.alloc(32).toString('base64')}:\r\nContent-Length: 1\r\n`,
			'x',
		),
		status: 400,
		words: /SHA-256/,
	},
];

const encodings: readonly HttpRow[] = [
	...['gzip', 'deflate', 'br', 'zstd', 'x-gzip', 'identity, gzip', 'GZIP'].map(
		(coding): HttpRow => ({
			title: `a body in ${coding}`,
			bytes: post(`Content-Encoding: ${coding}\r\nContent-Length: ${bomb.length}\r\n`, bomb),
			status: 415,
			words: /UNSUPPORTED_ENCODING/,
		}),
	),
	{
		title: 'a transfer coding that would have to be undone',
		bytes: post('Transfer-Encoding: gzip, chunked\r\n', '1\r\nx\r\n0\r\n\r\n'),
		status: 501,
		words: /UNSUPPORTED_ENCODING/,
	},
	{
		title: 'a compressed request',
		bytes: post(`Content-Type: application/vnd.edged.request\r\nContent-Length: ${bomb.length}\r\n`, bomb),
		status: 400,
		words: /does not begin with EDRQ/,
	},
	{
		title: 'a compressed file, which is bytes like any other',
		bytes: post(
			`Content-Type: application/zip\r\nContent-Length: ${deflateRawSync(bomb).length}\r\n`,
			deflateRawSync(bomb),
		),
		status: 201,
	},
];

export const httpRows: readonly HttpRow[] = [...nonsense, ...smuggling, ...headers, ...encodings];

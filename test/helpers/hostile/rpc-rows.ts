/** One thing that nobody should send to a JSON-RPC server, and what must come back. */
export type RpcRow = {
	readonly title: string;
	/** Without the line end, which is added. */
	readonly line: string | Uint8Array;
	/** The reply line; `undefined`: nothing, and the connection lives on. */
	readonly reply: RegExp | undefined;
	/** The server closes the connection after it. @default false */
	readonly closes?: true;
};

const PARSE = /"code":-32700/;
const INVALID = /"code":-32600/;
const PARAMS = /"code":-32602/;
const call = (method: string, params: string): string =>
	`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`;
const enqueue = (segment: string): string => call('relay.enqueue', `{"segments":[${segment}]}`);
const MIB = 1024 * 1024;

export const rpcRows: readonly RpcRow[] = [
	{title: 'random bytes', line: Buffer.from([0, 1, 2, 128, 255]), reply: PARSE},
	{title: 'invalid UTF-8', line: Buffer.from('"\u00ff\u00fe"', 'latin1'), reply: /not UTF-8/},
	{title: 'half of a surrogate pair in UTF-8', line: Buffer.from('22eda08022', 'hex'), reply: /not UTF-8/},
	{title: 'UTF-16', line: Buffer.from(call('daemon.ping', '{}'), 'utf16le'), reply: PARSE},
	{title: 'a byte order mark', line: `\ufeff${call('daemon.ping', '{}')}`, reply: PARSE},
	{title: 'a NUL', line: `${call('daemon.ping', '{}')}\0`, reply: PARSE},
	{title: 'a TLS ClientHello', line: Buffer.from('16030100c8010000c40303', 'hex'), reply: PARSE},
	{title: 'HTTP', line: 'GET / HTTP/1.1\r', reply: PARSE},
	{title: 'half a document', line: '{"jsonrpc":"2.0","id":1', reply: PARSE},
	{title: 'two documents', line: `${call('daemon.ping', '{}')}{}`, reply: PARSE},
	{title: 'a bare word', line: 'true', reply: INVALID},
	{title: 'an empty batch', line: '[]', reply: INVALID},
	{title: 'a batch of batches', line: '[[[]],[1]]', reply: /^\[.*-32600.*-32600.*\]$/},
	{title: 'a batch too long', line: `[${'1,'.repeat(256)}1]`, reply: /a batch holds 1 to 256/},
	{
		title: 'an id that is an object',
		line: '{"jsonrpc":"2.0","id":{},"method":"daemon.ping"}',
		reply: INVALID,
	},
	{
		title: 'an id beyond every number',
		line: '{"jsonrpc":"2.0","id":1e999,"method":"daemon.ping"}',
		reply: INVALID,
	},
	{title: 'another version', line: '{"jsonrpc":"1.0","id":1,"method":"daemon.ping"}', reply: INVALID},
	{title: 'a method that every object has', line: call('toString', '{}'), reply: /"code":-32601/},
	{title: 'a method called __proto__', line: call('__proto__', '{}'), reply: /"code":-32601/},
	{title: 'a method of a megabyte', line: call('x'.repeat(MIB), '{}'), reply: /"code":-32601/},
	{title: 'params in an array', line: call('daemon.ping', '[]'), reply: PARAMS},
	{title: 'params with __proto__', line: call('daemon.ping', '{"__proto__":{"x":1}}'), reply: PARAMS},
	{
		title: 'a label called __proto__',
		line: enqueue('{"payload_text":"x","labels":{"__proto__":"x"}}'),
		reply: /no label name/,
	},
	{
		title: 'a label called __proto__, in escapes',
		line: enqueue('{"payload_text":"x","labels":{"\\u005f_proto__":"x"}}'),
		reply: /no label name/,
	},
	{
		title: 'labels that differ in case alone',
		line: enqueue('{"payload_text":"x","labels":{"A":"1","a":"2"}}'),
		reply: /given twice/,
	},
	{
		title: 'arrays nested a hundred thousand deep',
		line: '['.repeat(100_000) + ']'.repeat(100_000),
		reply: INVALID,
	},
	{
		title: 'objects nested a hundred thousand deep',
		line: call('daemon.ping', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
		reply: INVALID,
	},
	{title: 'a string that is not closed', line: `"${'x'.repeat(MIB)}`, reply: PARSE},
	{
		title: 'a hundred thousand unknown keys',
		line: call('daemon.ping', `{${Array.from({length: 100_000}, (_, at) => `"k${at}":1`).join(',')}}`),
		reply: INVALID,
	},
	{
		title: 'a hundred thousand wrong segments',
		line: call('relay.enqueue', `{"segments":[${'1,'.repeat(99_999)}1]}`),
		reply: INVALID,
	},
	{
		title: 'a thousand wrong segments',
		line: call('relay.enqueue', `{"segments":[${'1,'.repeat(999)}1]}`),
		reply: PARAMS,
	},
	{title: 'a key of a megabyte', line: call('daemon.ping', `{"${'k'.repeat(MIB)}":1}`), reply: /^.{1,999}$/},
	{title: 'four million brackets', line: '['.repeat(8 * MIB), reply: INVALID},
	{
		title: 'two million empty objects',
		line: call(
			'relay.enqueue',
			`{"segments":[${'[{}],'.repeat(9000)}${`[${'{},'.repeat(9000)}{}],`.repeat(200)}{}]}`,
		),
		reply: /more than 700000 values/,
	},
	{
		title: 'half a million labels',
		line: enqueue(
			`{"payload_text":"","labels":{${Array.from({length: 500_000}, (_, at) => `"k${at}":1`).join(',')}}}`,
		),
		reply: INVALID,
	},
	{
		title: 'base64 with a wrong letter',
		line: enqueue(`{"payload_base64":"${'QUJD'.repeat(1000)}*"}`),
		reply: PARAMS,
	},
	{title: 'text with half of a surrogate pair', line: enqueue('{"payload_text":"\\ud800"}'), reply: PARAMS},
	{
		title: 'one id twice with other bytes',
		line: call(
			'relay.enqueue',
			'{"segments":[{"segment_id":"r","payload_text":"a"},{"segment_id":"r","payload_text":"b"}]}',
		),
		reply: /CONFLICT/,
	},
	{
		title: 'an id that is a path',
		line: enqueue('{"payload_text":"x","segment_id":"../../etc/passwd"}'),
		reply: PARAMS,
	},
	{title: 'an unknown peer', line: enqueue('{"payload_text":"x","peers":["nobody"]}'), reply: /UNKNOWN_PEER/},
	{title: 'a cursor nobody gave', line: call('relay.list', '{"cursor":"AAAA////____"}'), reply: PARAMS},
	{title: 'a page of a billion', line: call('relay.list', '{"limit":1000000000}'), reply: PARAMS},
	{
		title: 'a notification that fails',
		line: '{"jsonrpc":"2.0","method":"relay.inspect","params":{"segment_id":"nobody"}}',
		reply: undefined,
	},
	{title: 'a carriage return alone', line: '\r', reply: PARSE},
	{title: 'a line beyond 8 MiB', line: 'x'.repeat(8 * MIB + 1), reply: /a line is longer/, closes: true},
];

import test from 'ava';
import {EdgedError} from '../../src/outbound/errors.js';
import {configFrom, HUB, NODE} from '../helpers/config.js';

/** The refusal of `text`, without the `edge.toml:` that begins each line. */
const refusalOf = (text: string, missingFile?: string): string[] => {
	try {
		configFrom(text, file => (file === missingFile ? `${file} does not exist` : undefined));
	} catch (error) {
		if (error instanceof EdgedError && error.code === 'INVALID_CONFIG') {
			return error.message.split('\n').map(line => line.replace(/^edge\.toml:?/, ''));
		}
		throw error;
	}
	return [];
};

/** `body` together with the least that loads is refused with exactly one problem: `expected`. */
const isRefused = test.macro((t, body: string, expected: string) => {
	t.deepEqual(refusalOf(body + (body.includes('[node]') ? '' : NODE) + HUB), [expected]);
});

test(
	'a key that is misspelt names the nearest',
	isRefused,
	'[storage]\noverfow = "reject"\n',
	'2: storage.overfow: is no known key; did you mean storage.overflow?',
);
test(
	'a table that is misspelt names the nearest',
	isRefused,
	'[storag]\n',
	'1: storag: is no known key; did you mean storage?',
);
test(
	'a table in a table that is misspelt names the nearest',
	isRefused,
	'[relay.retries]\n',
	'1: relay.retries: is no known key; did you mean relay.retry?',
);
test(
	'a key in the wrong table names the right one',
	isRefused,
	'[relay]\nmax_retry_count = 3\n',
	'2: relay.max_retry_count: is no known key; did you mean relay.retry.max_retry_count?',
);
test(
	'a key like no other is shown what there is',
	isRefused,
	'[audit]\nfrobnicate = 3\n',
	'2: audit.frobnicate: is no known key; known here: dir, retention_days',
);
test(
	'a key outside all tables names the right one',
	isRefused,
	'state_dir = "x"\n',
	'1: state_dir: is no known key; did you mean node.state_dir?',
);
test(
	'a table of a name with a dot is none of ours',
	isRefused,
	'["relay.retry"]\n',
	'1: relay.retry: is no known key; did you mean relay.retry?',
);
test(
	'the name of an inherited property is no key',
	isRefused,
	'toString = 1\n',
	'1: toString: is no known key; known here: node, rpc, ingest, admin, storage, relay, audit, peers, spool',
);

test('a table that is no table', isRefused, 'storage = 5\n', '1: storage = 5: must be a table');
test(
	'a number where text is due',
	isRefused,
	'[node]\nid = 7\n',
	'2: node.id = 7: must be 1-64 of A-Z a-z 0-9 . _ : -, first a letter or digit',
);
test(
	'an id with a space',
	isRefused,
	'[node]\nid = "my edge"\n',
	'2: node.id = "my edge": must be 1-64 of A-Z a-z 0-9 . _ : -, first a letter or digit',
);
test(
	'a missing id',
	isRefused,
	'[node]\nlog_level = "warn"\n',
	'1: node.id: is missing, must be 1-64 of A-Z a-z 0-9 . _ : -, first a letter or digit',
);
test(
	'an unknown log level',
	isRefused,
	'[node]\nid = "a"\nlog_level = "loud"\n',
	'3: node.log_level = "loud": must be one of "trace", "debug", "info", "warn", "error", "fatal"',
);
test(
	'a negative duration',
	isRefused,
	'[relay]\ndial_timeout_seconds = -1\n',
	'2: relay.dial_timeout_seconds = -1: must be a number of seconds from 0.001 to 3600, fractions allowed',
);
test(
	'a duration as text',
	isRefused,
	'[relay]\nack_timeout_seconds = "30s"\n',
	'2: relay.ack_timeout_seconds = "30s": must be a number of seconds from 0.001 to 3600, fractions allowed',
);
test(
	'an infinite duration',
	isRefused,
	'[relay]\nack_timeout_seconds = inf\n',
	'2: relay.ack_timeout_seconds = Infinity: must be a number of seconds from 0.001 to 3600, fractions allowed',
);
test(
	'a fraction where a count is due',
	isRefused,
	'[relay]\nworker_count = 2.5\n',
	'2: relay.worker_count = 2.5: must be a whole number from 1 to 1024',
);
test(
	'a size that is none',
	isRefused,
	'[storage]\ndisk_ceiling_bytes = "lots"\n',
	'2: storage.disk_ceiling_bytes = "lots": must be a whole number of bytes or text such as "64 MiB", from 1 MiB to 1024 TiB',
);
test(
	'a size with half a byte',
	isRefused,
	'[relay]\nmax_inflight_bytes = 0.5\n',
	'2: relay.max_inflight_bytes = 0.5: must be a whole number of bytes or text such as "64 MiB", from 1 B to 1 GiB',
);
test(
	'segments above the hard limit',
	isRefused,
	'[storage]\nmax_segment_bytes = "65 MiB"\n',
	'2: storage.max_segment_bytes = "65 MiB": must be a whole number of bytes or text such as "64 MiB", from 1 B to 64 MiB',
);
test(
	'segments above the ceiling',
	isRefused,
	'[storage]\ndisk_ceiling_bytes = "8 MiB"\n',
	'1: storage.max_segment_bytes: must not be above storage.disk_ceiling_bytes (8 MiB)',
);
test(
	'a mode that is not octal',
	isRefused,
	'[rpc]\nsocket_mode = "0680"\n',
	'2: rpc.socket_mode = "0680": must be octal permissions as text, such as "0660"',
);
test(
	'a mode as a number',
	isRefused,
	'[rpc]\nsocket_mode = 660\n',
	'2: rpc.socket_mode = 660: must be octal permissions as text, such as "0660"',
);
test(
	'one socket for both doors',
	isRefused,
	'[ingest]\nsocket = "/run/edged/rpc.sock"\n',
	'2: ingest.socket: must not be that of rpc: /run/edged/rpc.sock',
);
test(
	'one socket for operators and for those who only look',
	isRefused,
	'[rpc]\nsocket = "a.sock"\nstatus_socket = "./a.sock"\n',
	'3: rpc.status_socket = "./a.sock": must not be rpc.socket: /etc/edged/a.sock',
);
test(
	'one socket for producers and for those who only look',
	isRefused,
	'[rpc]\nstatus_socket = "/run/edged/ingest.sock"\n',
	' ingest.socket: must not be that of rpc: /run/edged/ingest.sock',
);
test(
	'a group for a socket that is not there',
	isRefused,
	'[rpc]\nstatus_socket_group = "monitoring"\n',
	'2: rpc.status_socket_group = "monitoring": is of no use without rpc.status_socket',
);
test(
	'an operator who is required perhaps',
	isRefused,
	'[rpc]\nrequire_operator = "yes"\n',
	'2: rpc.require_operator = "yes": must be true or false',
);
test(
	'an address without a port',
	isRefused,
	'[admin]\nlisten = "localhost"\n',
	'2: admin.listen = "localhost": must be HOST:PORT, such as "127.0.0.1:9746" or "[::]:7443", or "" for none',
);
test(
	'a port that is none',
	isRefused,
	'[admin]\nlisten = "localhost:65536"\n',
	'2: admin.listen = "localhost:65536": must be HOST:PORT, such as "127.0.0.1:9746" or "[::]:7443", or "" for none',
);
test(
	'a longest backoff below the first',
	isRefused,
	'[relay.retry]\nbackoff_base_seconds = 2.5\nbackoff_max_seconds = 2\n',
	'3: relay.retry.backoff_max_seconds = 2: must not be below relay.retry.backoff_base_seconds (2.5)',
);
test(
	'a first backoff above the longest by default',
	isRefused,
	'[relay.retry]\nbackoff_base_seconds = 400\n',
	'1: relay.retry.backoff_max_seconds: must not be below relay.retry.backoff_base_seconds (400)',
);
test(
	'a success condition that asks for more peers than there are',
	isRefused,
	'[relay]\nsuccess_condition = 2\n',
	'2: relay.success_condition = 2: asks for more peers than there are: 1',
);
test(
	'a success condition that is none',
	isRefused,
	'[relay]\nsuccess_condition = "some"\n',
	'2: relay.success_condition = "some": must be "all_peers", "one_peer" or a whole number of peers',
);
test(
	'senders that are no list',
	isRefused,
	'[ingest]\nallowed_senders = "edge"\n',
	'2: ingest.allowed_senders = "edge": must be a list of texts that are not empty',
);

test('a long value is cut', t => {
	const [line = ''] = refusalOf(`${NODE}state_dir = [${'"x", '.repeat(200)}]\n${HUB}`);
	t.regex(line, /^3: node\.state_dir = \["x","x".{80,100}\.\.\.: must be a path$/);
});

test('a socket path that the kernel would cut short', t => {
	const tooLong = `/run/${'x'.repeat(103)}`;
	for (const [table, key] of [
		['rpc', 'socket'],
		['rpc', 'status_socket'],
		['ingest', 'socket'],
	] as const) {
		t.deepEqual(refusalOf(`[${table}]\n${key} = "${tooLong}"\n${NODE}${HUB}`), [
			`2: ${table}.${key} = "${tooLong.slice(0, 99)}...: ${tooLong} has 108 bytes; the path of a Unix socket may have 107`,
		]);
		t.deepEqual(refusalOf(`[${table}]\n${key} = "${tooLong.slice(0, -1)}"\n${NODE}${HUB}`), []);
	}
});

test('the length of a socket path counts its directory', t => {
	const [line] = refusalOf(`[rpc]\nsocket = "${'x'.repeat(100)}"\n${NODE}${HUB}`);
	t.regex(line ?? '', /has 111 bytes/);
});

test('a listener without its certificates', t => {
	t.deepEqual(refusalOf(`[ingest]\nlisten = "0.0.0.0:7443"\ncert_file = "hub.crt"\n${NODE}${HUB}`), [
		'1: ingest.key_file: is needed with ingest.listen, which takes mutual TLS only',
		'1: ingest.client_ca_file: is needed with ingest.listen, which takes mutual TLS only',
	]);
});

test('a certificate that is not there', t => {
	const files = 'cert_file = "hub.crt"\nkey_file = "hub.key"\nclient_ca_file = "ca.crt"\n';
	const text = `[ingest]\nlisten = "0.0.0.0:7443"\n${files}${NODE}${HUB}`;
	t.deepEqual(refusalOf(text, '/etc/edged/hub.key'), [
		'4: ingest.key_file = "hub.key": /etc/edged/hub.key does not exist',
	]);
	t.deepEqual(refusalOf(text), []);
});

test('every problem is listed, in the order of the file', t => {
	const text = '[relay]\nworker_count = 0\ncatch_up = "never"\nworkerz = 1\n\n[node]\nstate_dir = ""\n';
	t.deepEqual(refusalOf(text), [
		' peers: is missing: at least one [[peers]] table is needed',
		'2: relay.worker_count = 0: must be a whole number from 1 to 1024',
		'3: relay.catch_up = "never": must be one of "oldest_first", "newest_first", "live_first"',
		'4: relay.workerz: is no known key; known here: worker_count, success_condition, dial_timeout_seconds, ack_timeout_seconds, max_inflight_bytes, catch_up, retry, bandwidth, deadletter',
		'6: node.id: is missing, must be 1-64 of A-Z a-z 0-9 . _ : -, first a letter or digit',
		'7: node.state_dir = "": must be a path',
	]);
});

test('a key too many does not hide what the table says wrongly', t => {
	const text = `[relay]\nworker_count = 0\nfrobnicate = 1\n${NODE}${HUB}`;
	t.deepEqual(refusalOf(text).length, 2);
});

test('the problems are facts for machines too', t => {
	const error = t.throws(() => configFrom(`${NODE}log_level = "loud"\n${HUB}`), {instanceOf: EdgedError});
	t.deepEqual(error?.details, {
		file: 'edge.toml',
		problems: [
			{
				key: 'node.log_level',
				line: 3,
				message: 'must be one of "trace", "debug", "info", "warn", "error", "fatal"',
			},
		],
	});
});

test('text that is not TOML names line and column', t => {
	t.deepEqual(refusalOf('[node]\nid = \n'), ['2:6: this is not TOML: invalid value']);
});
test('a key given twice names the line of the second', t => {
	t.deepEqual(refusalOf('[node]\nid = "a"\nid = "b"\n'), [
		'3:1: this is not TOML: trying to redefine an already defined table or value',
	]);
});

import test from 'ava';
import {EdgedError} from '../../src/outbound/errors.js';
import {configFrom, NODE} from '../helpers/config.js';

const TLS = 'ca_file = "ca.crt"\ncert_file = "edge.crt"\nkey_file = "edge.key"\n';
const peerFrom = (body: string) => configFrom(`[[peers]]\nid = "hub"\n${body}${NODE}`).peers[0];

const isRefused = test.macro((t, body: string, ...expected: string[]) => {
	const error = t.throws(() => peerFrom(body), {instanceOf: EdgedError});
	t.is(error?.code, 'INVALID_CONFIG');
	t.deepEqual(
		error?.message.split('\n').map(line => line.replace(/^edge\.toml:\d+: peers\[0\]\./, '')),
		expected,
	);
});
const isTaken = test.macro((t, url: string, body = '') => {
	t.like(peerFrom(`url = "${url}"\n${body}`), {transport: 'edged', url});
});
const MUST_BE = 'must be "https://HOST[:PORT]", "http://HOST[:PORT]" to this machine, or "unix:PATH"';

test('https with certificates', isTaken, 'https://hub.example:7443', TLS);
test('https with a base path', isTaken, 'https://hub.example/edged', TLS);
for (const host of ['localhost', '127.0.0.1', '127.8.9.10:80', '[::1]:7443']) {
	test(`plain http to ${host}`, isTaken, `http://${host}`);
}
test('a Unix socket', isTaken, 'unix:/run/hub/ingest.sock');

test('no url', isRefused, '', `url: is missing: transport "edged" needs the peer's URL`);
test('an empty url', isRefused, 'url = ""\n', `url = "": is missing: transport "edged" needs the peer's URL`);
test('a host without a scheme', isRefused, 'url = "hub:7443"\n', `url = "hub:7443": ${MUST_BE}`);
test('a scheme of something else', isRefused, 'url = "ftp://hub"\n', `url = "ftp://hub": ${MUST_BE}`);
test(
	'a scheme with one slash',
	isRefused,
	'url = "http:/localhost"\n',
	`url = "http:/localhost": ${MUST_BE}`,
);
test(
	'a url with a query',
	isRefused,
	'url = "http://localhost?a=b"\n',
	`url = "http://localhost?a=b": ${MUST_BE}`,
);
test(
	'an impossible port',
	isRefused,
	'url = "http://localhost:99999"\n',
	`url = "http://localhost:99999": ${MUST_BE}`,
);
test('a Unix socket without a path', isRefused, 'url = "unix:"\n', `url = "unix:": ${MUST_BE}`);
test(
	'plain http to another machine',
	isRefused,
	'url = "http://hub.example"\n',
	'url = "http://hub.example": must be https:// to another machine: plain http is for this one only',
);
test(
	'plain http to a name that begins like this machine',
	isRefused,
	'url = "http://127.0.0.1.example"\n',
	'url = "http://127.0.0.1.example": must be https:// to another machine: plain http is for this one only',
);
test(
	'a password is refused and not repeated',
	isRefused,
	'url = "http://joe:hunter2@localhost"\n',
	'url = "http://[redacted]@localhost": must name no user: another edged knows this one by its certificate',
);

test(
	'https without certificates',
	isRefused,
	'url = "https://hub"\n',
	'ca_file: is missing: mutual TLS needs ca_file, cert_file and key_file',
	'cert_file: is missing: mutual TLS needs ca_file, cert_file and key_file',
	'key_file: is missing: mutual TLS needs ca_file, cert_file and key_file',
);
test(
	'https with a part of the certificates',
	isRefused,
	'url = "https://hub"\ncert_file = "a"\nca_file = "b"\n',
	'key_file: is missing: mutual TLS needs ca_file, cert_file and key_file',
);
test(
	'certificates without https',
	isRefused,
	'url = "unix:/run/hub.sock"\nca_file = "ca.crt"\n',
	'ca_file = "ca.crt": goes with an https:// url only',
);
test(
	'a server name without https',
	isRefused,
	'url = "http://localhost"\nserver_name = "hub"\n',
	'server_name = "hub": goes with an https:// url only',
);
test(
	'a path for another edged',
	isRefused,
	'url = "http://localhost"\npath = "/mnt"\n',
	'path = "/mnt": does not go with transport "edged"',
);
test(
	'a directory without a path',
	isRefused,
	'transport = "directory"\n',
	'path: is missing: transport "directory" needs the directory',
);
test(
	'a directory with a url and certificates',
	isRefused,
	`transport = "directory"\npath = "x"\nurl = "unix:/x"\nkey_file = "k"\n`,
	'url = "unix:/x": does not go with transport "directory"',
	'key_file = "k": does not go with transport "directory"',
);
test(
	'a wrong url is told together with other mistakes of its peer',
	isRefused,
	'transport = "http"\nformat = "xml"\nurl = "hub"\ncert_file = 3\n',
	'format = "xml": must be one of "raw", "cloudevents"',
	'url = "hub": must be "https://[USER:PASSWORD@]HOST[:PORT]/PATH" or the same with http://',
	'cert_file = 3: must be a path, or "" for none',
);
test('a wrong url is told though the peer has no name', t => {
	const error = t.throws(() => configFrom(`[[peers]]\nurl = "hub"\n${NODE}`));
	t.regex(error?.message ?? '', /peers\[0\]\.id: is missing/);
	t.regex(error?.message ?? '', /peers\[0\]\.url = "hub": must be/);
});
test(
	'by a transport that nobody knows nothing else is judged',
	isRefused,
	'transport = "pigeon"\nurl = "hub"\n',
	'transport = "pigeon": must be one of "edged", "http", "directory"',
);
test(
	'a web endpoint without a url',
	isRefused,
	'transport = "http"\n',
	`url: is missing: transport "http" needs the peer's URL`,
);
test(
	'a web endpoint behind a Unix socket',
	isRefused,
	'transport = "http"\nurl = "unix:/x"\n',
	'url = "unix:/x": must be "https://[USER:PASSWORD@]HOST[:PORT]/PATH" or the same with http://',
);
test(
	'a web endpoint with a path key',
	isRefused,
	'transport = "http"\nurl = "https://web/hook"\npath = "/x"\n',
	'path = "/x": does not go with transport "http"',
);
test(
	'a web endpoint with a certificate and no key',
	isRefused,
	'transport = "http"\nurl = "https://web/hook"\ncert_file = "edge.crt"\n',
	'key_file: is missing: cert_file and key_file go together',
);
test(
	'a web endpoint in the clear with certificates',
	isRefused,
	`transport = "http"\nurl = "http://web/hook"\n${TLS}`,
	'ca_file = "ca.crt": goes with an https:// url only',
	'cert_file = "edge.crt": goes with an https:// url only',
	'key_file = "edge.key": goes with an https:// url only',
);
test(
	'a password that is no good is not repeated',
	isRefused,
	'transport = "http"\nurl = "https://joe:100%@web/hook"\n',
	'url = "https://[redacted]@web/hook": must have user and password percent-encoded (RFC 3986)',
);
test(
	'a transport that is none',
	isRefused,
	'transport = "ftp"\n',
	'transport = "ftp": must be one of "edged", "http", "directory"',
);
test(
	'a format that is none',
	isRefused,
	'url = "unix:/x"\nformat = "xml"\n',
	'format = "xml": must be one of "raw", "cloudevents"',
);

test(
	'a format for another edged',
	isRefused,
	'url = "unix:/x"\nformat = "cloudevents"\n',
	'format = "cloudevents": does not go with transport "edged"',
);

test('a certificate that is not there names key and path', t => {
	const text = `[[peers]]\nid = "hub"\nurl = "https://hub"\n${TLS}${NODE}`;
	const error = t.throws(() =>
		configFrom(text, file => (file.endsWith('.key') ? `${file} does not exist` : undefined)),
	);
	t.is(error?.message, 'edge.toml:6: peers[0].key_file = "edge.key": /etc/edged/edge.key does not exist');
});

test('two peers of one id, even when one of them is wrong otherwise', t => {
	const peer = '[[peers]]\nid = "hub"\nurl = "unix:/x"\n';
	const error = t.throws(() => configFrom(`${peer}${peer}worker_count = 1\n${NODE}`));
	t.deepEqual(error?.message.split('\n'), [
		'edge.toml:5: peers[1].id = "hub": is the id of peers[0] too',
		'edge.toml:7: peers[1].worker_count: is no known key; did you mean relay.worker_count?',
	]);
});

test('peers that are no list of tables', t => {
	const error = t.throws(() => configFrom(`${NODE}[peers]\nid = "hub"\n`));
	t.is(error?.message, 'edge.toml:3: peers: must be written as [[peers]], once for each');
});

test('a peer that is no table', t => {
	const error = t.throws(() => configFrom(`peers = ["hub"]\n${NODE}`));
	t.is(error?.message, 'edge.toml:1: peers[0] = "hub": must be a table');
});

test('a peer over mutual TLS', t => {
	t.deepEqual(
		peerFrom(
			`url = "https://hub:7443"\n${TLS}server_name = "hub.example"\ndefault = false\nbytes_per_second = "1 MiB"\n`,
		) as unknown,
		{
			id: 'hub',
			transport: 'edged',
			url: 'https://hub:7443',
			tls: {caFile: '/etc/edged/ca.crt', certFile: '/etc/edged/edge.crt', keyFile: '/etc/edged/edge.key'},
			serverName: 'hub.example',
			isDefault: false,
			bytesPerSecond: 1_048_576,
			dailyQuotaBytes: 0,
			windows: [],
		},
	);
});

test('a web endpoint with as much TLS as is given', t => {
	const web = (more: string) => peerFrom(`transport = "http"\nurl = "https://web/hook?a=b"\n${more}`);
	t.deepEqual(web('format = "cloudevents"\n') as unknown, {
		id: 'hub',
		transport: 'http',
		url: 'https://web/hook?a=b',
		tls: {},
		serverName: undefined,
		format: 'cloudevents',
		isDefault: true,
		bytesPerSecond: 0,
		dailyQuotaBytes: 0,
		windows: [],
	});
	t.like(web('ca_file = "ca.crt"\n'), {tls: {caFile: '/etc/edged/ca.crt'}, format: 'raw'});
	t.like(web(TLS), {tls: {caFile: '/etc/edged/ca.crt', certFile: '/etc/edged/edge.crt'}});
});

test('a directory', t => {
	t.deepEqual(
		peerFrom('transport = "directory"\npath = "../outbox"\ndaily_quota_bytes = "1 GB"\n') as unknown,
		{
			id: 'hub',
			transport: 'directory',
			path: '/etc/outbox',
			isDefault: true,
			bytesPerSecond: 0,
			dailyQuotaBytes: 1_000_000_000,
			windows: [],
		},
	);
});

test('the path of a Unix socket is relative to the file', t => {
	t.like(peerFrom('url = "unix:../hub.sock"\n'), {url: 'unix:/etc/hub.sock'});
});

test(
	'a Unix socket that the kernel would cut short',
	isRefused,
	`url = "unix:${'x'.repeat(97)}"\n`,
	`url = "unix:${'x'.repeat(94)}...: /etc/edged/${'x'.repeat(97)} has 108 bytes; the path of a Unix socket may have 107`,
);

import test from 'ava';
import {parse} from 'smol-toml';
import {effectiveConfig, effectiveToml} from '../../src/config/effective.js';
import type {HttpPeer} from '../../src/config/peers.js';
import {configFrom, defaultConfig, HUB, NODE} from '../helpers/config.js';

/** Every section differs from its defaults. */
const RICH = `
[node]
id = "edge-7"
log_level = "debug"
drain_timeout_seconds = 2.5
[rpc]
socket_mode = "0600"
socket_group = "edged"
status_socket = "status.sock"
status_socket_mode = "0666"
status_socket_group = "monitoring"
require_operator = true
[ingest]
listen = "[::1]:7443"
cert_file = "hub.crt"
key_file = "hub.key"
client_ca_file = "ca.crt"
allowed_senders = ["a", "b"]
[admin]
listen = ""
[storage]
disk_ceiling_bytes = 10000000
overflow = "evict_oldest"
max_segment_bytes = "1.5 MiB"
max_trusted_downtime_days = 1.5
[relay]
catch_up = "live_first"
[relay.retry]
backoff_base_seconds = 0.1
[relay.bandwidth]
bytes_per_second = "2 KiB"
[audit]
dir = "audit"
[[peers]]
id = "hub"
url = "https://hub:7443"
ca_file = "ca.crt"
cert_file = "a.crt"
key_file = "a.key"
server_name = "hub.example"
[[peers.windows]]
days = ["fri-mon"]
start = "22:05"
end = "06:00"
[[peers]]
id = "stick"
transport = "directory"
path = "/mnt/stick"
default = false
[spool]
dir = "in"
`;

test('the effective configuration loads again as the same', t => {
	for (const config of [configFrom(RICH), defaultConfig()]) {
		t.deepEqual(configFrom(effectiveToml(config)), config);
	}
});

test('for people, sizes have units and times the unit of their key', t => {
	const text = effectiveToml(configFrom(RICH));
	for (const line of [
		'drain_timeout_seconds = 2.5',
		'socket_mode = "0600"',
		'listen = "[::1]:7443"',
		'disk_ceiling_bytes = 10000000',
		'max_segment_bytes = "1536 KiB"',
		'cert_file = "/etc/edged/hub.crt"',
		'days = [ "mon", "fri", "sat", "sun" ]',
		'start = "22:05"',
		'max_hops = 8',
	]) {
		t.true(text.split('\n').includes(line), `${line} is not in\n${text}`);
	}
});

test('for machines, sizes are bytes and the names are those of the file', t => {
	const effective = effectiveConfig(configFrom(RICH));
	t.like(effective, {
		storage: {max_segment_bytes: 1_572_864, acked_retention_seconds: 86_400},
		relay: {worker_count: 4, retry: {backoff_base_seconds: 0.1}, bandwidth: {bytes_per_second: 2048}},
	});
	t.deepEqual(JSON.parse(JSON.stringify(effective)), effective);
	t.deepEqual(Object.keys(effective), Object.keys(parse(effectiveToml(defaultConfig()))));
});

test('a peer shows only the keys that mean something for its transport', t => {
	const {peers} = effectiveConfig(configFrom(RICH)) as {peers: Array<Record<string, unknown>>};
	t.deepEqual(peers[1], {
		id: 'stick',
		transport: 'directory',
		path: '/mnt/stick',
		default: false,
		bytes_per_second: 0,
		daily_quota_bytes: 0,
	});
});

test('user and password of a url are shown nowhere', t => {
	const config = configFrom(NODE + HUB);
	const [hub] = config.peers;
	if (hub?.transport !== 'edged') {
		return t.fail();
	}
	const peer: HttpPeer = {
		...hub,
		transport: 'http',
		url: 'https://joe:hunter2@web/hook',
		tls: {},
		format: 'raw',
	};
	for (const shown of [
		effectiveToml({...config, peers: [peer]}),
		JSON.stringify(effectiveConfig({...config, peers: [peer]})),
	]) {
		t.notRegex(shown, /hunter2|joe/);
		t.regex(shown, /https:\/\/\[redacted\]@web\/hook/);
	}
});

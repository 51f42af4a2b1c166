import test from 'ava';
import type {Config} from '../../src/config/config.js';
import {configFrom, defaultConfig, HUB, NODE} from '../helpers/config.js';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

test('what a file does not say has the default of the reference in the README', t => {
	const expected: Config = {
		node: {
			id: 'edge-7' as Config['node']['id'],
			stateDir: '/var/lib/edged',
			logLevel: 'info',
			drainTimeoutMs: 10_000,
		},
		rpc: {
			socket: '/run/edged/rpc.sock',
			socketMode: 0o660,
			socketGroup: undefined,
			statusSocket: undefined,
			statusSocketMode: 0o660,
			statusSocketGroup: undefined,
			requireOperator: false,
		},
		ingest: {
			socket: '/run/edged/ingest.sock',
			listener: undefined,
			allowedSenders: [],
			maxHops: 8,
			maxBufferedBytes: 32 * MIB,
			senderBytesPerSecond: 0,
		},
		admin: {listen: {host: '127.0.0.1', port: 9746}},
		storage: {
			diskCeilingBytes: 1024 * MIB,
			overflow: 'reject',
			maxSegmentBytes: 16 * MIB,
			ackedRetentionMs: DAY_MS,
			orphanRetentionMs: 7 * DAY_MS,
			dedupWindowMs: DAY_MS,
			dedupMaxEntries: 1_000_000,
			maxTrustedDowntimeMs: 30 * DAY_MS,
		},
		relay: {
			workerCount: 4,
			successCondition: 'all_peers',
			dialTimeoutMs: 10_000,
			ackTimeoutMs: 30_000,
			maxInflightBytes: 8 * MIB,
			catchUp: 'oldest_first',
			retry: {
				maxRetryCount: 8,
				backoffBaseMs: 1000,
				backoffMaxMs: 300_000,
				outagePolicy: 'hold',
				maxAbandons: 5,
				stableMs: 10_000,
			},
			bandwidth: {
				bytesPerSecond: 0,
				burstMs: 100,
				dailyQuotaBytes: 0,
				quotaPolicy: 'defer',
				quotaReservePercent: 0,
			},
			deadletter: {retentionMs: 0, retentionBytes: 0},
		},
		audit: {dir: undefined, retentionMs: 90 * DAY_MS},
		peers: [
			{
				id: 'hub' as Config['node']['id'],
				transport: 'edged',
				url: 'http://localhost:7443',
				tls: undefined,
				serverName: undefined,
				isDefault: true,
				bytesPerSecond: 0,
				dailyQuotaBytes: 0,
				windows: [],
			},
		],
		spool: {dir: undefined},
		notices: [],
	};
	t.deepEqual(defaultConfig(), expected);
});

test('seconds take fractions', t => {
	const text = `[relay]\ndial_timeout_seconds = 0.25\nack_timeout_seconds = 1.1\n[relay.retry]\nstable_seconds = 0\n`;
	const {relay} = configFrom(text + NODE + HUB);
	t.is(relay.dialTimeoutMs, 250);
	t.is(relay.ackTimeoutMs, 1100);
	t.is(relay.retry.stableMs, 0);
});

test('a listener for other edged has an address and its files, all absolute', t => {
	const text =
		'[ingest]\nlisten = "[::]:7443"\ncert_file = "hub.crt"\nkey_file = "/k"\nclient_ca_file = "../ca"\n';
	t.deepEqual(configFrom(text + NODE + HUB).ingest.listener, {
		address: {host: '::', port: 7443},
		certFile: '/etc/edged/hub.crt',
		keyFile: '/k',
		clientCaFile: '/etc/ca',
	});
});

test('an empty text turns off what has one', t => {
	const text = '[admin]\nlisten = ""\n[ingest]\nlisten = ""\n[rpc]\nsocket_group = ""\n[spool]\ndir = ""\n';
	const {admin, ingest, rpc, spool} = configFrom(text + NODE + HUB);
	t.is(admin.listen, undefined);
	t.is(ingest.listener, undefined);
	t.is(rpc.socketGroup, undefined);
	t.is(spool.dir, undefined);
});

const hasMode = test.macro((t, written: string, mode: number) => {
	t.is(configFrom(`[rpc]\nsocket_mode = "${written}"\n${NODE}${HUB}`).rpc.socketMode, mode);
});
test('a mode with its leading zero', hasMode, '0600', 0o600);
test('a mode without it', hasMode, '666', 0o666);

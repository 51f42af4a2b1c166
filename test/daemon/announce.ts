import test from 'ava';
import {banner, logStart, nextCommands} from '../../src/daemon/announce.js';
import type {StartReport} from '../../src/daemon/daemon.js';
import {configFrom, NODE} from '../helpers/config.js';
import {loggerWithLines} from '../helpers/log-lines.js';

const CONFIG = configFrom(
	`${NODE}[[peers]]\nid = "hub"\nurl = "http://localhost:7443"\n[[peers]]\nid = "stick"\ntransport = "directory"\npath = "/mnt/stick"`,
);
const REPORT: StartReport = {
	version: '1.2.3',
	config: CONFIG,
	tlsAddress: undefined,
	adminAddress: '127.0.0.1:9746',
	abandoned: 0,
	waiting: 0,
	deadletters: 0,
	orphaned: [],
	crash: undefined,
};
const EVENTFUL: StartReport = {
	...REPORT,
	config: {...CONFIG, notices: ['spool.dir is set but in this version nobody watches it']},
	tlsAddress: '0.0.0.0:7443',
	abandoned: 7,
	waiting: 9,
	orphaned: ['old-hub'],
	crash: {at: '2026-01-02T03:04:05.000Z', message: 'boom'},
};

test('a banner says what listens, where segments go and what to type', t => {
	t.is(
		banner(REPORT, ['edgectl relay status']),
		[
			'edged 1.2.3, node edge-7',
			'  rpc        /run/edged/rpc.sock',
			'  ingest     /run/edged/ingest.sock',
			'  admin      http://127.0.0.1:9746',
			'  peer       hub -> http://localhost:7443',
			'  peer       stick -> /mnt/stick',
			'  waiting    0 records, 0 deadletters',
			'',
			'Now, in another terminal:',
			'  edgectl relay status',
			'',
		].join('\n'),
	);
});

test('what deserves a look is in the banner and a warning in the log', t => {
	const text = banner(EVENTFUL, []);
	for (const line of [
		/tls {8}0\.0\.0\.0:7443/,
		/put back {3}7 records/,
		/crash .*boom/,
		/orphaned {3}old-hub/,
		/notice {5}spool\.dir/,
	]) {
		t.regex(text, line);
	}
	const {logger, lines} = loggerWithLines();
	logStart(EVENTFUL, logger, 'edgectl relay status');
	t.deepEqual(
		lines()
			.filter(({level}) => level === 'warn')
			.map(({msg}) => msg),
		[
			'spool.dir is set but in this version nobody watches it',
			'the last run ended by its own crash',
			'records were inflight when the last run ended: they are scheduled again',
			'peer old-hub has records and is not configured any more: nothing is sent to it',
		],
	);
	t.like(lines().at(-1), {
		level: 'info',
		msg: 'edged is running',
		rpc: '/run/edged/rpc.sock',
		tls: '0.0.0.0:7443',
		waiting: 9,
		next: 'edgectl relay status',
	});
});

const next = test.macro((t, socket: string, existing: readonly string[], expected: string) => {
	const place = {env: {}, workingDirectory: '/home/me', exists: (file: string) => existing.includes(file)};
	t.is(nextCommands(socket, place).at(-1), expected);
});
test('an installed daemon is found without a flag', next, '/run/edged/rpc.sock', [], 'edgectl relay status');
test(
	'the quickstart is found in its directory, by the edgectl that lies there',
	next,
	'/home/me/var/rpc.sock',
	['/home/me/var/rpc.sock'],
	'npx edgectl relay status',
);
test(
	'any other socket is named',
	next,
	'/tmp/x/rpc.sock',
	['/tmp/x/rpc.sock'],
	'edgectl --socket /tmp/x/rpc.sock relay status',
);

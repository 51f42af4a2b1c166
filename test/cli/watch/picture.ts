import test from 'ava';
import {bar} from '../../../src/cli/text/bar.js';
import {coloured, plain} from '../../../src/cli/text/style.js';
import {clip} from '../../../src/cli/watch/clip.js';
import {picture, type Size, type View} from '../../../src/cli/watch/picture.js';
import type {WirePeerStatus} from '../../../src/rpc/contract/status.js';
import {depth, limited, peer, status} from '../../helpers/wire-samples.js';

const none = {...depth, scheduled: 0, inflight: 0, failed: 0, deadletter: 0, acked: 0, total: 0};
const PEERS: readonly WirePeerStatus[] = [
	{...peer, rate_limit_bytes_per_second: 2 ** 21},
	{
		...peer,
		peer_id: 'mirror',
		link: 'down',
		queue_depth: {...none, scheduled: 120_000},
		wire_bytes_per_second_now: 0,
		bytes_per_second_now: 0,
		eta_seconds: null,
		consecutive_failures: 3,
		next_attempt_at: '2026-03-01T06:00:25.000Z',
		last_error: 'connect ECONNREFUSED 10.0.0.7:443',
	},
	{
		...peer,
		peer_id: 'night',
		link: 'quota',
		queue_depth: {...none, scheduled: 7},
		wire_bytes_per_second_now: 0,
		eta_seconds: null,
		daily_quota: {
			daily_quota_bytes: 1_048_576,
			daily_used_bytes: 1_000_000,
			quota_exhausted_at: null,
			quota_returns_at: '2026-03-01T06:05:00.000Z',
		},
	},
];
const view = (over: Partial<View> = {}): View => ({
	status: {...status, bandwidth: limited, peers: [...PEERS]},
	problem: undefined,
	scrolled: 0,
	...over,
});
const show = (size: Size, over: Partial<View> = {}): string =>
	picture(view(over), size, plain)
		.map(line => `${line}\n`)
		.join('');

test('120 columns have rates, limits and quotas as bars', t => {
	t.is(
		show({columns: 120, rows: 24}),
		`edged 06:00:00 15 waiting, 2 inflight, 5 dead
total [#######.] 921 KiB/s of 1 MiB/s quota [##......] 3 GiB of 10 GiB
PEER-ID  LINK   WAITING  SENDING  DEAD        RATE  OF LIMIT      LIMIT  QUOTA       NEXT
hub      up          15        2     5  1.25 MiB/s  [#####...]  2 MiB/s  -           ETA 40s
mirror   down   120,000        0     0       0 B/s  -                 -  -           tries in 25s
  3 failures in a row, tries again in 25s: connect ECONNREFUSED 10.0.0.7:443
night    quota        7        0     0       0 B/s  -                 -  [#######.]  budget in 5m
`,
	);
});

test('80 columns leave out the figures of limits and the quota', t => {
	t.is(
		show({columns: 80, rows: 24}),
		`edged 06:00:00 15 waiting, 2 inflight, 5 dead
total [#######.] 921 KiB/s of 1 MiB/s quota [##......] 3 GiB of 10 GiB
PEER-ID  LINK   WAITING  SENDING  DEAD        RATE  OF LIMIT    NEXT
hub      up          15        2     5  1.25 MiB/s  [#####...]  ETA 40s
mirror   down   120,000        0     0       0 B/s  -           tries in 25s
  3 failures in a row, tries again in 25s: connect ECONNREFUSED 10.0.0.7:443
night    quota        7        0     0       0 B/s  -           budget in 5m
`,
	);
});

test('40 columns have lines of their own for each peer', t => {
	t.is(
		show({columns: 40, rows: 24}),
		`edged 06:00:00 15 waiting, 2 inflight, 5
total [#######.] 921 KiB/s
quota [##......] 3 GiB of 10 GiB
hub up 15 waiting, 5 dead
  [#####...] 1.25 MiB/s ETA 40s
mirror down 120,000 waiting
  0 B/s tries in 25s
  3 failures in a row, tries again in 25
  s: connect ECONNREFUSED 10.0.0.7:443
night quota 7 waiting
  0 B/s budget in 5m
  quota [#######.] 976 KiB of 1 MiB
`,
	);
});

test('what does not fit is counted, and can be scrolled to', t => {
	t.deepEqual(show({columns: 80, rows: 6}).split('\n').slice(3), [
		'hub      up          15        2     5  1.25 MiB/s  [#####...]  ETA 40s',
		'… and 2 more (arrow keys scroll)',
		'',
	]);
	t.deepEqual(show({columns: 80, rows: 6}, {scrolled: 1}).split('\n').slice(3), [
		'mirror   down   120,000        0     0       0 B/s  -           tries in 25s',
		'  3 failures in a row, tries again in 25s: connect ECONNREFUSED 10.0.0.7:443',
		'… and 2 more, 1 above (arrow keys scroll)',
		'',
	]);
	t.deepEqual(show({columns: 80, rows: 6}, {scrolled: 99}).split('\n').slice(3), [
		'night    quota        7        0     0       0 B/s  -           budget in 5m',
		'… and 2 more, 2 above (arrow keys scroll)',
		'',
	]);
});

test('no picture is larger than its terminal, whatever the size, with colours or without', t => {
	for (const columns of [1, 20, 39, 40, 71, 72, 83, 84, 99, 100, 200]) {
		for (const rows of [1, 2, 3, 4, 5, 7, 30]) {
			for (const scrolled of [0, 1, 2]) {
				const lines = picture(view({scrolled, problem: 'waiting for edged'}), {columns, rows}, plain);
				t.true(lines.length <= rows, `${columns} x ${rows}`);
				t.true(lines.every(line => [...line].length <= columns));
				t.deepEqual(
					picture(view({scrolled, problem: 'waiting for edged'}), {columns, rows}, coloured).map(
						withoutColours,
					),
					lines,
				);
			}
		}
	}
});

test('before the first answer it says what it waits for', t => {
	const lines = picture(
		{status: undefined, problem: 'waiting for edged: no socket', scrolled: 0},
		{columns: 80, rows: 24},
		plain,
	);
	t.deepEqual(lines, ['edged', 'waiting for edged: no socket']);
});

test('a bar is full only when all is used, and empty only when nothing is', t => {
	t.deepEqual(
		[0, 1, 50, 99, 100, 150].map(part => bar(part, 100, 12)),
		['[..........]', '[#.........]', '[#####.....]', '[#########.]', '[##########]', '[##########]'],
	);
	t.is(bar(1, 0, 6), '[....]');
});

test('a clipped line keeps its colours whole', t => {
	t.is(clip('\u001b[31mred\u001b[39m and more', 5), '\u001b[31mred\u001b[39m a');
	t.is(clip('\u001b[31mred\u001b[39m', 2), '\u001b[31mre\u001b[39m');
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const withoutColours = (line: string): string => line.replaceAll(/\u001b\[[0-9;]*m/g, '');

import test from 'ava';
import {columns} from '../../../src/cli/text/columns.js';
import {configText} from '../../../src/cli/text/config.js';
import {recordText} from '../../../src/cli/text/record.js';
import {deadlettersText, recordsText} from '../../../src/cli/text/records.js';
import {statusText} from '../../../src/cli/text/status.js';
import {coloured, plain} from '../../../src/cli/text/style.js';
import {config, limited, peer, record, status} from '../../helpers/wire-samples.js';

/** As the runbooks of the operators show it, to the letter. */
const REFERENCE_STATUS = `Relay Status
  Enabled:            true
  Workers:            4
  Success Condition:  ack
Queue Depth
  Scheduled:  12
  Inflight:   2
  Acked:      847
  Failed:     3
  Deadletter: 5
  Total:      869
`;

test('status begins as the reference shows it', t => {
	const text = statusText({...status, success_condition: 'ack'}, plain).join('\n');
	t.true(text.startsWith(REFERENCE_STATUS), text);
	t.regex(text, /^Bandwidth\n {2}Rate Limit: {2}unlimited\n {2}Daily Quota: unlimited$/m);
});

test('status shows what the reference does not know below, aligned', t => {
	const text = statusText(status, plain).join('\n');
	t.is(
		text.slice(text.indexOf('Storage')),
		[
			'Storage',
			'  Used:    1.19 MiB of 1 GiB (0%)',
			'  On Disk: 4 MiB, 50 GiB free',
			'  State:   ok',
			'Peers',
			'  PEER-ID  LINK  SCHEDULED  INFLIGHT  FAILED  ACKED  DEADLETTER        RATE  OLDEST  LAST-ACK  ETA',
			'  hub      up           12         2       3    847           5  1.25 MiB/s  3m 20s    2s ago  40s',
		].join('\n'),
	);
});

test('an orphaned peer that has only deadletters left is told how to purge them, not how to bury what waits', t => {
	const orphan = {...peer, link: 'orphaned' as const};
	const text = (depth: object): string =>
		statusText({...status, peers: [{...orphan, queue_depth: {...orphan.queue_depth, ...depth}}]}, plain).join(
			'\n',
		);
	t.regex(text({}), /deadletter force --all --peer-id hub/);
	t.regex(
		text({scheduled: 0, inflight: 0, failed: 0}),
		/until its deadletters are gone: edgectl relay deadletter purge --all --peer-id hub --force/,
	);
});

test('status says of a broken link why, how often, and when it is tried again', t => {
	const down = {
		...peer,
		link: 'down' as const,
		consecutive_failures: 14,
		last_error: 'connect ECONNREFUSED 10.0.0.7:443',
		next_attempt_at: '2026-03-01T06:00:32.000Z',
		eta_seconds: null,
		bytes_per_second_now: 0,
	};
	const lines = statusText({...status, peers: [down]}, plain);
	t.is(lines.at(-1), '  hub: 14 failures in a row, tries again in 32s: connect ECONNREFUSED 10.0.0.7:443');
});

test('status says of a closed peer when it opens', t => {
	const closed = {...peer, link: 'closed' as const, eta_seconds: null};
	const last = (opens_at: string | null) =>
		statusText({...status, peers: [{...closed, opens_at}]}, plain).at(-1);
	t.is(last('2026-03-01T09:12:00.000Z'), '  hub: closed, opens 09:12 UTC (in 3h 12m)');
	t.is(last('2026-03-02T22:00:12.400Z'), '  hub: closed, opens 2026-03-02 22:00:12 UTC (in 1d 16h)');
	t.is(last(null), '  hub: closed, and no window opens within two weeks');
});

test('config get shows the windows of a peer, which of them are open, and what comes next', t => {
	const window = {
		days: ['mon', 'tue'],
		start: '22:00',
		end: '06:00',
		timezone: 'Europe/Berlin',
		bytes_per_second: 65_536,
		open: true,
	};
	const daily = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
	const windows = [window, {...window, days: daily, timezone: 'UTC', bytes_per_second: 0, open: false}];
	const shown = (state: Omit<(typeof config)['windows'][number], 'peer_id' | 'windows'>): string => {
		const lines = configText({...config, windows: [{peer_id: 'hub', ...state, windows}]}, plain);
		const from = lines.indexOf('Windows of hub');
		t.deepEqual(lines.slice(from + 2, from + 4), [
			'  Window: mon tue 22:00-06:00 Europe/Berlin, at 65,536 bytes/sec (64 KiB/s), now',
			'  Window: daily 22:00-06:00 UTC',
		]);
		return lines[from + 1] ?? '';
	};
	const at = '2026-03-01T09:12:00.000Z';
	t.is(
		shown({open: true, bytes_per_second: 0, next_change: {at, open: false, bytes_per_second: 0}}),
		'  State:  open, closes 09:12 UTC (in 3h 12m)',
	);
	t.is(
		shown({open: true, bytes_per_second: 65_536, next_change: {at, open: true, bytes_per_second: 0}}),
		"  State:  open, at 65,536 bytes/sec (64 KiB/s) until 09:12 UTC (in 3h 12m), then at the peer's own rate",
	);
	t.is(
		shown({open: false, bytes_per_second: 0, next_change: {at, open: true, bytes_per_second: 0}}),
		'  State:  closed, opens 09:12 UTC (in 3h 12m)',
	);
	t.is(
		shown({open: false, bytes_per_second: 0, next_change: null}),
		'  State:  closed; nothing changes within two weeks',
	);
});

test('status says of a link that is up which segments wait for proof, and where to read more', t => {
	const troubles = (suspicion: object, link = {}): string[] => {
		const lines = statusText({...status, peers: [{...peer, ...link, suspicion} as typeof peer]}, plain);
		return lines.slice(lines.findIndex(line => line.startsWith('  hub ')) + 1);
	};
	t.deepEqual(troubles({suspects: 0, alone: 0}), []);
	t.deepEqual(troubles({suspects: 0, alone: 1}), [
		'  hub: 1 segment breaks alone and waits for proof that the peer is well; see edgectl relay why hub',
	]);
	t.deepEqual(troubles({suspects: 256, alone: 2}, {consecutive_failures: 1, last_error: 'reset'}), [
		'  hub: 1 failure in a row: reset',
		'  hub: a request broke; the segment that breaks it is searched among 256',
		'  hub: 2 segments break alone and wait for proof that the peer is well; see edgectl relay why hub',
	]);
});

test('status of a relay without peers says that it is disabled', t => {
	const lines = statusText({...status, enabled: false, peers: []}, plain);
	t.is(lines[0], 'relay: disabled');
	t.false(lines.includes('Peers'));
});

test('status explains held and abandoned records, which are counted twice', t => {
	const text = statusText(
		{...status, queue_depth: {...status.queue_depth, held: 2, abandoned: 3}},
		plain,
	).join('\n');
	t.regex(text, /Held: +2 \(counted in Scheduled\)\n +Abandoned: +3 \(put back by the last restart\)/);
});

test('status shows what an operator ordered of a lane beside its link', t => {
	const text = statusText({...status, peers: [{...peer, paused: true, draining: true}]}, plain).join('\n');
	t.regex(text, /hub +up, paused, draining/);
	t.regex(
		text,
		/^ {2}hub: paused: \d+ records? still being sent, 512 B of 2 KiB have left, takes no new segments, until edgectl relay resume hub$/m,
	);
	const drained = statusText({...status, peers: [{...peer, draining: true}]}, plain).join('\n');
	t.regex(
		drained,
		/^ {2}hub: draining: \d+ records? left, takes no new segments, until edgectl relay resume hub$/m,
	);
});

test('config get of limited bandwidth shows the figures of the reference', t => {
	const text = configText({...config, bandwidth: limited}, plain).join('\n');
	t.true(
		text.startsWith(
			[
				'Relay Configuration',
				'  Enabled:           true',
				'  Workers:           4',
				'  Success Condition: all_peers',
				'  Dial Timeout:      10s',
				'  Ack Timeout:       30s',
				'Bandwidth',
				'  Rate Limit:       1,048,576 bytes/sec (1 MiB/s)',
				'  Daily Quota:      10,737,418,240 (10 GiB)',
				'  Available Tokens: 524,288 (50% of burst)',
				'  Daily Used:       3,221,225,472 (30% consumed)',
				'  Throttle Count:   14',
				'  Quota Drops:      0',
				'',
			].join('\n'),
		),
		text,
	);
});

test('config get of unlimited bandwidth has no figures, as the reference', t => {
	const text = configText(config, plain).join('\n');
	t.regex(text, /Available Tokens: \(n\/a — unlimited\)\n {2}Daily Used: {7}\(n\/a — unlimited\)/);
	t.notRegex(text, /Throttle Count/);
});

test('config get shows limits of single peers and every key in effect', t => {
	const lines = configText({...config, peers: [{peer_id: 'hub', bandwidth: limited}]}, plain);
	t.true(lines.includes('Bandwidth of hub'));
	t.deepEqual(lines.slice(-4), [
		'Effective Configuration',
		'  node.id = "edge-1"',
		'  peers[0].id = "hub"',
		'  peers[0].default = true',
	]);
});

test('a limit set live is told from one of the file', t => {
	const text = configText({...config, bandwidth: {...limited, source: 'override'}}, plain).join('\n');
	t.regex(text, /Source: +override \(set live/);
});

test('deadletter list has the columns and the last line of the reference', t => {
	const lines = deadlettersText({records: [record], examined: 1, total: 5, next_cursor: 'c1'}, plain);
	t.deepEqual(lines, [
		'SEGMENT-ID  PEER-ID  ATTEMPTS  FIRST-QUEUED              LAST-UPDATED              REASON',
		'seg-dead-1  peer-a          1  2026-03-01T02:30:00.000Z  2026-03-01T06:00:00.000Z  MAX_RETRIES',
		'5 deadletter entries (showing 1 of 5)',
		'next page: the same command with --cursor c1',
	]);
});

test('an empty list of deadletters still has its columns and its count', t => {
	t.deepEqual(deadlettersText({records: [], examined: 0, total: 0}, plain), [
		'SEGMENT-ID  PEER-ID  ATTEMPTS  FIRST-QUEUED  LAST-UPDATED  REASON',
		'0 deadletter entries (showing 0 of 0)',
	]);
});

test('a list that counters do not cover does not claim a total', t => {
	const lines = recordsText({records: [record], examined: 9, next_cursor: 'c2'}, plain);
	t.deepEqual(lines.slice(-2), [
		'1 record shown, there are more',
		'next page: the same command with --cursor c2',
	]);
});

test('list shows of each record where it is and what comes next', t => {
	const failed = {
		...record,
		state: 'failed' as const,
		reason: undefined,
		next_attempt_at: '2026-03-01T06:01:00.000Z',
	};
	const {reason: _, ...waiting} = failed;
	const lines = recordsText(
		{records: [waiting, {...record, held: true, state: 'scheduled'}], examined: 2},
		plain,
	);
	t.regex(
		lines[1] ?? '',
		/^seg-dead-1 {2}peer-a {3}failed +normal +2 KiB +1 +2026-03-01T02:30:00.000Z +next try 2026-03-01T06:01/,
	);
	t.regex(lines[2] ?? '', /scheduled \(held\)/);
	t.is(lines[3], '2 records (showing 2 of 2)');
});

test('deadletter inspect has the labels, their order and the history of the reference', t => {
	const lines = recordText(record, plain);
	t.deepEqual(lines.slice(0, 7), [
		'Deadletter Entry',
		'  Segment ID:    seg-dead-1',
		'  Peer ID:       peer-a',
		'  State:         deadletter',
		'  Attempt Count: 1',
		'  First Queued:  2026-03-01T02:30:00.000Z',
		'  Last Updated:  2026-03-01T06:00:00.000Z',
	]);
	t.deepEqual(lines.slice(-2), [
		'Attempt History',
		'  #1 started: 2026-03-01T02:30:05.000Z completed: 2026-03-01T02:30:08.000Z outcome: FAILED error: connection refused',
	]);
});

test('a live record is not called a deadletter', t => {
	const {reason: _, ...rest} = record;
	const lines = recordText({...rest, state: 'scheduled', attempts: []}, plain);
	t.is(lines[0], 'Delivery Record');
	t.is(lines.at(-1), '  (none)');
});

test('columns stay aligned when they are coloured', t => {
	const table = [
		{title: 'A', cell: (row: string) => row, tone: () => 'bad' as const},
		{title: 'B', cell: () => 'x'},
	];
	const lines = columns(table, ['one', 'three'], coloured);
	t.deepEqual(lines.slice(1), ['\u001b[31mone\u001b[39m    x', '\u001b[31mthree\u001b[39m  x']);
});

test('what wants attention is coloured on a terminal', t => {
	const text = statusText({...status, storage: {...status.storage, state: 'full'}}, coloured).join('\n');
	t.true(text.includes('  Deadletter: \u001b[31m5\u001b[39m\n'));
	t.true(text.includes('  Scheduled:  12\n'));
	t.true(text.includes('  State:   \u001b[31mfull\u001b[39m\n'));
});

test('what a producer wrote into a label stays on its line', t => {
	const lines = recordText({...record, labels: {note: 'a\u001b[31m\nb'}}, plain);
	t.true(lines.some(line => line.endsWith('note=a [31m b')));
});

const LONG = {
	...record,
	segment_id: 'seg-4a452li3hr000000000100',
	state: 'scheduled' as const,
	reason: undefined,
};
const page = {records: [LONG], examined: 1, total: 1};
const dead = {...page, records: [{...LONG, state: 'deadletter' as const, reason: 'MAX_RETRIES' as const}]};

for (const width of [80, 100, 200]) {
	test(`in ${width} columns no line of a listing or of the peers is wider`, t => {
		const lines = [
			...recordsText(page as never, plain, width),
			...deadlettersText(dead as never, plain, width),
			...statusText({...status, peers: [peer]}, plain, width),
		];
		t.deepEqual(
			lines.filter(line => line.length > width),
			[],
		);
	});
}

test('what is left out for want of room is what matters least', t => {
	const [heading = ''] = recordsText(page as never, plain, 80);
	t.regex(heading, /STATE.*ENQUEUED.*REMARK/);
	t.notRegex(heading, /PRIORITY/);
	t.regex(deadlettersText(dead as never, plain, 80)[0] ?? '', /^SEGMENT-ID +PEER-ID +LAST-UPDATED +REASON$/);
	const peers =
		statusText({...status, peers: [peer]}, plain, 80).find(line => line.includes('PEER-ID')) ?? '';
	t.regex(peers, /PEER-ID +LINK +SCHED +INFL +FAIL +ACKED +DEAD .*ETA/);
});

test('where the width is not known nothing is left out', t => {
	t.regex(recordsText(page as never, plain)[0] ?? '', /PRIORITY +SIZE +ATTEMPTS/);
});

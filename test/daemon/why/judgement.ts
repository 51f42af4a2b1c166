import test from 'ava';
import {type Facts, judgePeer, judgeRecord} from '../../../src/daemon/why/judgement.js';
import type {LaneSnapshot} from '../../../src/delivery/lane-snapshot.js';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import type {DeliveryRecord} from '../../../src/outbound/record.js';
import type {EpochMs} from '../../../src/outbound/units.js';

const NOW = 1_750_000_000_000 as EpochMs;
const LATER = 1_750_000_012_000 as EpochMs;

const LANE = {
	peerId: 'hub' as PeerId,
	link: 'up',
	paused: false,
	draining: false,
	quotaWait: undefined,
	lastAckAt: undefined,
	lastError: undefined,
	consecutiveFailures: 0,
	nextAttemptAt: undefined,
	bytesPerSecondNow: 1000,
	etaSeconds: 7,
	leases: 1,
	inflightBytes: 500,
	searching: false,
	suspicion: {suspects: 0, alone: 0},
	order: {kind: 'oldest_first'},
} as const;
const DEPTH = {
	scheduled: 3,
	inflight: 0,
	failed: 0,
	acked: 0,
	satisfied: 0,
	deadletter: 0,
	held: 0,
	abandoned: 0,
	total: 3,
};
type Over = Partial<Omit<Facts, 'lane' | 'depth'>> & {
	readonly lane?: Partial<LaneSnapshot> | 'orphaned';
	readonly depth?: Partial<Facts['depth']>;
};
const facts = ({lane, depth, ...over}: Over = {}): Facts => ({
	peer: 'hub' as PeerId,
	lane: lane === 'orphaned' ? undefined : ({...LANE, ...lane} as LaneSnapshot),
	depth: {...DEPTH, ...depth},
	waitingBytes: 900,
	bytesPerSecond: 0,
	ownBytes: 100,
	ahead: {records: 2, bytes: 1400, isAtLeast: false, isBytesEstimated: false},
	nextDueAt: undefined,
	successCondition: 'one_peer',
	maxRetryCount: 8,
	now: NOW,
	...over,
});
const record = (over: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
	segmentId: 's1' as SegmentId,
	peerId: 'hub' as PeerId,
	state: 'scheduled',
	held: false,
	priority: 'normal',
	sizeBytes: 100,
	sha256: '00',
	contentType: undefined,
	labels: {},
	enqueuedAt: NOW,
	updatedAt: NOW,
	expiresAt: undefined,
	nextAttemptAt: undefined,
	reason: undefined,
	chargedFailures: 0,
	abandons: 0,
	attempts: [],
	...over,
});
const FAILED = {
	number: 1,
	startedAt: NOW,
	completedAt: NOW,
	outcome: 'FAILED',
	error: 'disk full',
	bytesSent: 0,
} as const;

const says = test.macro(
	(t, over: Over, of: Partial<DeliveryRecord>, cause: string, sentence: RegExp | string) => {
		const judged = judgeRecord(facts(over), record(of));
		t.is(judged.cause, cause as typeof judged.cause);
		if (typeof sentence === 'string') {
			t.is(judged.sentence, sentence);
		} else {
			t.regex(judged.sentence, sentence);
		}
	},
);

test('acked', says, {}, {state: 'acked'}, 'acked', 'hub has s1: acknowledged at 2025-06-15T15:06:40.000Z');
test(
	'satisfied',
	says,
	{},
	{state: 'satisfied'},
	'satisfied',
	/^enough other peers have s1 \(success_condition one_peer\)/,
);
test(
	'buried',
	says,
	{},
	{state: 'deadletter', reason: 'REJECTED', attempts: [FAILED]},
	'deadletter',
	's1 for hub was buried as REJECTED at 2025-06-15T15:06:40.000Z (disk full): retry or purge it',
);
test(
	'buried without its payload',
	says,
	{},
	{state: 'deadletter', reason: 'EVICTED'},
	'deadletter',
	's1 for hub was buried as EVICTED at 2025-06-15T15:06:40.000Z: its payload is gone, so it cannot be retried: purge it',
);
test('inflight', says, {}, {state: 'inflight'}, 'inflight', 's1 is being sent to hub now');
test(
	'held, whatever the lane does',
	says,
	{lane: {link: 'down'}},
	{held: true},
	'held',
	/^an operator holds s1/,
);
test(
	'orphaned',
	says,
	{lane: 'orphaned'},
	{},
	'orphaned',
	's1 waits: hub is not configured any more, and nothing is sent to it',
);
test(
	'paused',
	says,
	{lane: {link: 'paused', paused: true}},
	{},
	'paused',
	's1 waits: hub is paused until it is resumed',
);
test(
	'throttled',
	says,
	{lane: {link: 'throttled'}, bytesPerSecond: 1},
	{},
	'throttled',
	/the rate for hub is 1 bytes\/s/,
);
test(
	'link down',
	says,
	{lane: {link: 'down', consecutiveFailures: 3, lastError: 'refused', nextAttemptAt: LATER}},
	{},
	'link_down',
	's1 waits: the link to hub is down (3 failures in a row, the last: refused); it is tried again at 2025-06-15T15:06:52.000Z',
);
test(
	'the link before the backoff of a record',
	says,
	{lane: {link: 'down'}, ahead: undefined},
	{state: 'failed'},
	'link_down',
	/is down/,
);
test(
	'backoff',
	says,
	{ahead: undefined},
	{state: 'failed', attempts: [FAILED], chargedFailures: 2, nextAttemptAt: LATER},
	'backoff',
	'the last attempt to send s1 to hub failed (disk full): it is tried again at 2025-06-15T15:06:52.000Z, after 2 of 8 failures',
);
test(
	'suspects',
	says,
	{lane: {searching: true}},
	{},
	'suspects',
	/^s1 waits: a segment breaks requests to hub/,
);
test(
	'turn',
	says,
	{},
	{},
	'turn',
	's1 waits its turn: 2 records (1400 bytes) go to hub before it, which takes about 2 s at the present pace',
);
test(
	'a lower bound says so and foretells nothing',
	says,
	{ahead: {records: 1000, bytes: 9, isAtLeast: true, isBytesEstimated: true}},
	{},
	'turn',
	's1 waits its turn: at least 1000 records (about 9 bytes) go to hub before it',
);
test(
	'the next in turn',
	says,
	{ahead: {records: 0, bytes: 0, isAtLeast: false, isBytesEstimated: false}, lane: {bytesPerSecondNow: 0}},
	{},
	'turn',
	's1 waits its turn: it is the next for hub',
);

const ofPeer = test.macro((t, over: Over, cause: string, sentence: RegExp) => {
	const judged = judgePeer(facts(over));
	t.is(judged.cause, cause as typeof judged.cause);
	t.regex(judged.sentence, sentence);
});
const NONE = {scheduled: 0, total: 0};
test('a peer with nothing to do', ofPeer, {depth: NONE}, 'idle', /^nothing waits for hub$/);
test(
	'a paused peer with nothing to do',
	ofPeer,
	{depth: NONE, lane: {link: 'paused', paused: true}},
	'idle',
	/it is paused$/,
);
test('an orphaned peer', ofPeer, {lane: 'orphaned', depth: NONE}, 'orphaned', /^hub is not configured/);
test('a paused peer', ofPeer, {lane: {link: 'paused', paused: true}}, 'paused', /^hub is paused/);
test('a peer whose link is down', ofPeer, {lane: {link: 'down'}}, 'link_down', /tried again soon$/);
test('a peer whose link is tried', ofPeer, {lane: {link: 'probing'}}, 'probing', /being tried/);
test(
	'a peer that is being sent to',
	ofPeer,
	{depth: {inflight: 256, held: 1}},
	'inflight',
	/^256 records are being sent to hub and 2 wait$/,
);
test(
	'a peer that one record is being sent to',
	ofPeer,
	{depth: {inflight: 1, held: 1}},
	'inflight',
	/^1 record is being sent to hub and 2 wait$/,
);
test(
	'a peer for which all is held',
	ofPeer,
	{depth: {held: 3}},
	'held',
	/^all that waits for hub, 3 records, is held/,
);
test(
	'a peer for which all has failed',
	ofPeer,
	{depth: {scheduled: 0, failed: 2}, nextDueAt: LATER},
	'backoff',
	/next is due at 2025/,
);
test(
	'a peer of which a segment breaks requests',
	ofPeer,
	{lane: {searching: true, suspicion: {suspects: 16, alone: 0}}},
	'suspects',
	/being searched among \d+; 3 records wait/,
);
test(
	'a peer with nothing in the way',
	ofPeer,
	{},
	'turn',
	/^3 records \(900 bytes\) wait for hub, and nothing/,
);

test('what comes next has a time when one is set', t => {
	const down = {link: 'down', nextAttemptAt: LATER} as const;
	t.deepEqual(judgePeer(facts({lane: down})).next, {what: 'link_is_tried', at: LATER});
	t.deepEqual(judgeRecord(facts(), record({held: true})).next, {what: 'operator_acts'});
	t.is(judgeRecord(facts(), record({state: 'acked'})).next, undefined);
	t.is(judgeRecord(facts(), record()).etaSeconds, 2);
	t.is(judgePeer(facts({depth: {inflight: 1}})).etaSeconds, 7);
});

test('what broke alone and is kept aside is told', t => {
	const lane = {suspicion: {suspects: 0, alone: 1}};
	t.regex(
		judgeRecord(facts({lane}), record({state: 'inflight'})).sentence,
		/; 1 segment broke alone and is kept aside until another proves hub well$/,
	);
	t.regex(
		judgeRecord(
			facts({lane: {...lane, lastError: 'answered 500'}, depth: {inflight: 1}}),
			record({state: 'inflight'}),
		).sentence,
		/^s1 broke alone \(answered 500\) and is tried again, .* until hub takes it or another segment proves hub well$/,
	);
	t.regex(judgePeer(facts({lane, depth: {inflight: 1}})).sentence, /^1 record is being sent.*kept aside/);
});

const WAIT = {
	limit: 'peer',
	classNo: 2,
	neededBytes: 3 * 2 ** 20,
	quotaBytes: 10 * 2 ** 30,
	reservedBytes: 0,
	usedBytes: 10 * 2 ** 30,
	inMs: 12_000,
	returnsAt: LATER,
} as const;

for (const [what, wait, words] of [
	[
		'is spent',
		{},
		'the daily quota of hub is spent: 10 GiB of 10 GiB; enough for this segment returns at 2025-06-15T15:06:52.000Z',
	],
	[
		'has too little left',
		{limit: 'total', usedBytes: 10 * 2 ** 30 - 1024},
		'the daily quota of all peers together has 1 KiB left of 10 GiB, and the next segment takes up to 3 MiB; enough for this segment returns at 2025-06-15T15:06:52.000Z',
	],
	[
		'is spent but for the reserve',
		{reservedBytes: 2 ** 30, inMs: undefined, returnsAt: undefined},
		'the daily quota of hub is spent: 10 GiB of 10 GiB for normal, with 1 GiB kept for urgent; what is being sent now has to be settled first',
	],
] as const) {
	test(`a daily quota that ${what} is why`, t => {
		const judged = judgePeer(facts({lane: {link: 'quota', quotaWait: {...WAIT, ...wait}}}));
		t.is(judged.cause, 'quota');
		t.is(judged.sentence, words);
		t.is(judged.next?.what, 'returnsAt' in wait ? 'attempt_ends' : 'budget_returns');
	});
}

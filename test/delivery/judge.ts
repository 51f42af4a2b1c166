import test from 'ava';
import {type Judgement, judge, type Knowledge} from '../../src/delivery/judge.js';
import type {RetryPolicy} from '../../src/delivery/retry-policy.js';
import type {SendOutcome} from '../../src/delivery/transport.js';
import type {PeerId} from '../../src/outbound/names.js';
import type {Lease} from '../../src/storage/store.js';
import {leaseOf, numberedLease} from '../helpers/leases.js';

const HOLD: RetryPolicy = {
	maxRetryCount: 8,
	backoffBaseMs: 1000,
	backoffMaxMs: 300_000,
	outagePolicy: 'hold',
	nodeId: 'edge-1',
	peerId: 'hub' as PeerId,
};
const COUNT: RetryPolicy = {...HOLD, outagePolicy: 'count'};
const NOTHING_KNOWN: Knowledge = {proof: undefined, isolated: false, aborted: false};
const WELL: Knowledge = {...NOTHING_KNOWN, proof: {kind: 'well'}};
const UNPROVEN: Knowledge = {...NOTHING_KNOWN, proof: {kind: 'unproven', message: 'others break too'}};
const ISOLATED: Knowledge = {...WELL, isolated: true};
const RELEASED = {acked: [], exceptions: []};
const DOWN: SendOutcome = {kind: 'link_down', message: 'connection refused', bytesSent: 0};
const RESET: SendOutcome = {kind: 'broken', message: 'socket hang up', cause: 'reset', bytesSent: 70};
const SILENT: SendOutcome = {kind: 'broken', message: 'no answer', cause: 'timeout', bytesSent: 1000};
const answered = (
	acked: ReadonlyArray<readonly [number, number]>,
	...troubles: Extract<SendOutcome, {kind: 'answered'}>['troubles']
): SendOutcome => ({kind: 'answered', acked, troubles, bytesSent: 1});

type Case = {
	readonly lease?: Lease;
	readonly outcome: SendOutcome;
	readonly policy?: RetryPolicy;
	readonly known?: Knowledge;
	readonly settlement: Judgement['settlement'];
	readonly verdict: Judgement['verdict'];
};

const judges = test.macro(
	(t, {lease = numberedLease(3), outcome, policy = HOLD, known = NOTHING_KNOWN, ...expected}: Case) => {
		t.deepEqual(judge(lease, outcome, policy, known), expected);
	},
);

test('a full acknowledgement is one word, not a list', judges, {
	outcome: answered([[0, 2]]),
	settlement: {acked: 'all', exceptions: []},
	verdict: {kind: 'well'},
});
test('what the peer did not answer for is released', judges, {
	outcome: answered([[1, 1]]),
	settlement: {acked: [[1, 1]], exceptions: []},
	verdict: {kind: 'well'},
});
test('a rejected entry is buried at once with the words of the peer', judges, {
	outcome: answered([[0, 1]], {index: 2, kind: 'rejected', message: 'unknown schema'}),
	settlement: {
		acked: [[0, 1]],
		exceptions: [{index: 2, error: 'unknown schema', outcome: 'REJECTED', bytesSent: 100, event: 'reject'}],
	},
	verdict: {kind: 'well'},
});
test('missing and damaged payloads are settled as such', judges, {
	outcome: answered(
		[[1, 1]],
		{index: 0, kind: 'missing', message: 'gone'},
		{index: 2, kind: 'corrupt', message: 'bad checksum'},
	),
	settlement: {
		acked: [[1, 1]],
		exceptions: [
			{index: 0, error: 'gone', outcome: 'SEGMENT_MISSING', bytesSent: 0, event: 'missing'},
			{index: 2, error: 'bad checksum', outcome: 'CORRUPT', bytesSent: 0, event: 'corrupt'},
		],
	},
	verdict: {kind: 'well'},
});
test('what was cut out of its lease before it was sent charges nobody', judges, {
	outcome: answered([[1, 2]], {index: 0, kind: 'unneeded', message: 'not to be sent'}),
	settlement: {acked: [[1, 2]], exceptions: []},
	verdict: {kind: 'well'},
});
test('a lease of which nothing is to be sent any more says nothing of the peer', judges, {
	lease: leaseOf([{id: 'a'}]),
	outcome: answered([], {index: 0, kind: 'unneeded', message: 'not to be sent'}),
	settlement: RELEASED,
	verdict: {kind: 'none'},
});
test('the eighth charged failure buries', judges, {
	lease: leaseOf([{id: 'a', chargedFailures: 7}]),
	outcome: answered([], {index: 0, kind: 'failed', message: 'no space'}),
	settlement: {
		acked: [],
		exceptions: [{index: 0, error: 'no space', outcome: 'FAILED', bytesSent: 100, event: 'exhaust'}],
	},
	verdict: {kind: 'well'},
});
test('a peer that answers for nothing is not asked again at once', judges, {
	outcome: answered([]),
	settlement: RELEASED,
	verdict: {kind: 'down', message: 'The peer answered for none of the 3 segments sent'},
});
test('an outage charges nobody', judges, {
	outcome: {...DOWN, retryAfterMs: 5000},
	settlement: RELEASED,
	verdict: {kind: 'down', message: 'connection refused', retryAfterMs: 5000},
});
test('a request that broke at a peer that is not well charges nobody', judges, {
	outcome: RESET,
	known: {...NOTHING_KNOWN, proof: {kind: 'down', message: 'refused', retryAfterMs: 10}},
	settlement: RELEASED,
	verdict: {
		kind: 'down',
		message: 'refused',
		retryAfterMs: 10,
		broke: {entries: 3, requests: 'shared'},
	},
});
test('a request that broke at a well peer makes suspects and charges nobody', judges, {
	outcome: RESET,
	known: WELL,
	settlement: RELEASED,
	verdict: {kind: 'suspects', message: 'socket hang up', broke: {entries: 3, requests: 'shared'}},
});
test('an entry that breaks alone for the first time is a suspect, not guilty', judges, {
	lease: numberedLease(1),
	outcome: RESET,
	known: WELL,
	settlement: RELEASED,
	verdict: {kind: 'suspects', message: 'socket hang up', broke: {entries: 1, requests: 'shared'}},
});
test('an entry that broke alone at a peer that is not proven well is charged to nobody', judges, {
	lease: leaseOf([{id: 'a', chargedFailures: 7}]),
	outcome: RESET,
	known: {...UNPROVEN, isolated: true},
	settlement: RELEASED,
	verdict: {kind: 'down', message: 'others break too'},
});
test(
	'an entry that broke alone when there was nothing else to send is released, and nothing is said of the lane',
	judges,
	{
		lease: numberedLease(1),
		outcome: RESET,
		known: {...NOTHING_KNOWN, isolated: true, proof: {kind: 'unclear'}},
		settlement: RELEASED,
		verdict: {kind: 'none'},
	},
);
test('an entry with which alone the peer goes down is kept aside, uncharged', judges, {
	lease: numberedLease(1),
	outcome: RESET,
	known: {...NOTHING_KNOWN, isolated: true, proof: {kind: 'down', message: 'refused'}},
	settlement: RELEASED,
	verdict: {kind: 'down', message: 'refused', broke: {entries: 1, requests: 'shared'}, aside: true},
});

const BROKE = {kind: 'broken', cause: 'server_error', message: '500'} as const;
test('entries whose own requests broke beside others that were answered are suspects, in order', judges, {
	lease: numberedLease(9),
	outcome: answered([[0, 3]], {index: 4, ...BROKE}, {index: 6, ...BROKE}),
	settlement: {acked: [[0, 3]], exceptions: []},
	verdict: {kind: 'suspects', message: '500', broke: {entries: 2, requests: 'own'}},
});
test('an entry that broke by itself twice is charged when the peer is proven well', t => {
	const lease = leaseOf([{id: 'a', chargedFailures: 7}]);
	const outcome = answered([], {index: 0, ...BROKE, cause: 'timeout'});
	const {settlement, verdict} = judge(lease, outcome, HOLD, ISOLATED);
	t.like(settlement.exceptions[0], {event: 'exhaust', outcome: 'TIMEOUT', error: '500'});
	t.is(verdict.kind, 'lone_break');
	t.deepEqual(judge(lease, outcome, HOLD, {...UNPROVEN, isolated: true}).settlement, RELEASED);
});
test('when all break by themselves the peer is asked, and is at fault when it is down or nothing else is taken', t => {
	const outcome = answered([], {index: 0, ...BROKE}, {index: 1, ...BROKE});
	const broke = {entries: 2, requests: 'own' as const};
	const down = {kind: 'down', message: 'refused'} as const;
	for (const [known, verdict] of [
		[WELL, {kind: 'suspects', message: '500', broke}],
		[
			{...NOTHING_KNOWN, proof: down},
			{...down, broke},
		],
		[UNPROVEN, {kind: 'down', message: 'others break too'}],
	] as const) {
		t.deepEqual(judge(numberedLease(3), outcome, HOLD, known), {settlement: RELEASED, verdict});
	}
});
test('trouble of the link that ended a send leaves what was answered, and releases the rest', judges, {
	lease: numberedLease(5),
	outcome: {
		kind: 'answered',
		acked: [[0, 1]],
		troubles: [{index: 2, ...BROKE}],
		bytesSent: 1,
		endedBy: {message: 'busy', retryAfterMs: 7000},
	},
	settlement: {acked: [[0, 1]], exceptions: []},
	verdict: {kind: 'down', message: 'busy', retryAfterMs: 7000, broke: {entries: 1, requests: 'own'}},
});
test('under "count" what ended a send is charged to all that were not answered', t => {
	const outcome: SendOutcome = {
		kind: 'answered',
		acked: [[1, 2]],
		troubles: [{index: 3, ...BROKE}],
		bytesSent: 1,
		endedBy: {message: 'busy'},
	};
	const {settlement, verdict} = judge(numberedLease(5), outcome, COUNT, NOTHING_KNOWN);
	t.deepEqual(settlement.acked, [[1, 2]]);
	t.deepEqual(
		settlement.exceptions.map(({index, error}) => [index, error]),
		[
			[3, '500'],
			[0, 'busy'],
			[4, 'busy'],
		],
	);
	t.deepEqual(verdict, {kind: 'down', message: 'busy'});
});
test('under "count" own breaks are charged, and the lane backs off when nothing was answered', t => {
	const lone = judge(numberedLease(1), answered([], {index: 0, ...BROKE}), COUNT, NOTHING_KNOWN);
	t.is(lone.settlement.exceptions[0]?.event, 'fail');
	t.deepEqual(lone.verdict, {kind: 'down', message: '500'});
	const among = judge(numberedLease(2), answered([[0, 0]], {index: 1, ...BROKE}), COUNT, NOTHING_KNOWN);
	t.is(among.settlement.exceptions.length, 1);
	t.is(among.verdict.kind, 'well');
});
test('under "count" a request that breaks at a peer proven well is searched, and charged to nobody but the culprit', t => {
	t.deepEqual(judge(numberedLease(3), RESET, COUNT, WELL).settlement, RELEASED);
	t.is(judge(numberedLease(3), RESET, COUNT, UNPROVEN).settlement.exceptions.length, 3);
	t.is(judge(numberedLease(1), RESET, COUNT, ISOLATED).verdict.kind, 'lone_break');
});
test('unasked silence of the transport is the trouble of the lane', judges, {
	outcome: {kind: 'unsent', bytesSent: 0},
	settlement: RELEASED,
	verdict: {kind: 'down', message: 'The send ended before anything was sent'},
});
for (const outcome of [RESET, SILENT, {kind: 'unsent', bytesSent: 0}] as const) {
	test(
		`a send that the lane itself ended is released (${outcome.kind}, ${'cause' in outcome ? outcome.cause : '-'})`,
		judges,
		{
			outcome,
			known: {...ISOLATED, aborted: true},
			lease: numberedLease(1),
			settlement: RELEASED,
			verdict: {kind: 'none'},
		},
	);
}
test('an answer that came while the lane was ending the send still counts', judges, {
	outcome: answered([[0, 2]]),
	known: {...NOTHING_KNOWN, aborted: true},
	settlement: {acked: 'all', exceptions: []},
	verdict: {kind: 'well'},
});

for (const [outcome, word, bytesSent] of [
	[RESET, 'FAILED', 70],
	[SILENT, 'TIMEOUT', 100],
] as const) {
	test(`a suspect that breaks alone at a well peer is charged as ${word}`, t => {
		const {settlement, verdict} = judge(numberedLease(1), outcome, HOLD, ISOLATED);
		const [charged] = settlement.exceptions;
		t.like(charged, {index: 0, event: 'fail', outcome: word, bytesSent});
		t.is(verdict.kind, 'lone_break');
	});
}

test('under "count" an outage is charged to every segment it met', t => {
	for (const [outcome, word] of [
		[DOWN, 'FAILED'],
		[SILENT, 'TIMEOUT'],
	] as const) {
		const {settlement, verdict} = judge(numberedLease(3), outcome, COUNT, NOTHING_KNOWN);
		t.deepEqual(settlement.acked, []);
		t.deepEqual(
			settlement.exceptions.map(({index, event, outcome}) => [index, event, outcome]),
			[0, 1, 2].map(index => [index, 'fail', word]),
		);
		t.is(verdict.kind, 'down');
	}
});

test('the wait of a failed segment doubles up to the cap, is shortened by at most a half, and is the same every time', t => {
	const waits = (leaseNo: number, nodeId = 'edge-1') =>
		[0, 1, 2, 3, 4, 5, 6].map(chargedFailures => {
			const lease = leaseOf([{id: 'a', chargedFailures}], 1, leaseNo);
			const failed = answered([], {index: 0, kind: 'failed', message: 'x'});
			const policy = {...HOLD, nodeId, backoffMaxMs: 30_000};
			const [verdict] = judge(lease, failed, policy, NOTHING_KNOWN).settlement.exceptions;
			return verdict?.event === 'fail' ? verdict.retryInMs : Number.NaN;
		});
	const expected = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
	for (const leaseNo of [1, 2, 3]) {
		for (const [index, wait] of waits(leaseNo).entries()) {
			const full = expected[index] ?? Number.NaN;
			t.true(wait > full / 2 - 1 && wait <= full, `lease ${leaseNo}: ${wait} for ${full}`);
		}
	}
	t.deepEqual(waits(1), waits(1));
	t.notDeepEqual(waits(1), waits(2));
	t.notDeepEqual(waits(1), waits(1, 'edge-2'));
});

test('what fails together in one lease waits alike, so that it stays together', t => {
	const troubles = [0, 1, 2].map(index => ({index, kind: 'failed' as const, message: 'x'}));
	const {exceptions} = judge(numberedLease(3), answered([], ...troubles), HOLD, NOTHING_KNOWN).settlement;
	t.is(
		new Set(exceptions.map(verdict => (verdict.event === 'fail' ? verdict.retryInMs : undefined))).size,
		1,
	);
});

test('the waits of many leases are spread evenly over their half', t => {
	const buckets = new Array<number>(10).fill(0);
	for (let n = 0; n < 2000; n++) {
		const lease = leaseOf([{id: `seg-${n}`}], 1, n);
		const failed = answered([], {index: 0, kind: 'failed', message: 'x'});
		const [verdict] = judge(lease, failed, HOLD, NOTHING_KNOWN).settlement.exceptions;
		const wait = verdict?.event === 'fail' ? verdict.retryInMs : Number.NaN;
		const bucket = Math.min(9, Math.floor((wait - 500) / 50));
		buckets[bucket] = (buckets[bucket] ?? 0) + 1;
	}
	t.true(
		buckets.every(count => count > 120 && count < 280),
		buckets.join(' '),
	);
});

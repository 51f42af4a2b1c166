import test from 'ava';
import {pageView, recordView} from '../../../src/daemon/views/record-view.js';
import type {PeerId, SegmentId} from '../../../src/outbound/names.js';
import type {DeliveryRecord} from '../../../src/outbound/record.js';
import type {EpochMs} from '../../../src/outbound/units.js';
import {recordPage, record as schema} from '../../../src/rpc/contract/record.js';

const at = (ms: number): EpochMs => (Date.UTC(2026, 0, 2, 3, 4, 5) + ms) as EpochMs;

const FRESH: DeliveryRecord = {
	segmentId: 'seg-1' as SegmentId,
	peerId: 'hub' as PeerId,
	state: 'scheduled',
	held: false,
	priority: 'normal',
	sizeBytes: 3,
	sha256: 'ab'.repeat(32),
	contentType: undefined,
	labels: {},
	enqueuedAt: at(0),
	updatedAt: at(1),
	expiresAt: undefined,
	nextAttemptAt: undefined,
	reason: undefined,
	chargedFailures: 0,
	abandons: 0,
	attempts: [],
};

test('what a fresh record does not have is left out, and a content type that is unknown is null', t => {
	const view = recordView(FRESH);
	t.deepEqual(view, {
		segment_id: 'seg-1',
		peer_id: 'hub',
		state: 'scheduled',
		held: false,
		priority: 'normal',
		size_bytes: 3,
		sha256: 'ab'.repeat(32),
		content_type: null,
		labels: {},
		enqueued_at: '2026-01-02T03:04:05.000Z',
		updated_at: '2026-01-02T03:04:05.001Z',
		charged_failures: 0,
		abandons: 0,
		attempts: [],
	});
	t.deepEqual(schema.parse(view), view);
});

test('a deadletter shows its reason and every attempt', t => {
	const view = recordView({
		...FRESH,
		state: 'deadletter',
		reason: 'REJECTED',
		contentType: 'text/plain',
		labels: {site: 'north'},
		chargedFailures: 1,
		attempts: [
			{
				number: 1,
				startedAt: at(10),
				completedAt: at(20),
				outcome: 'TIMEOUT',
				error: 'no answer',
				bytesSent: 3,
			},
			{number: 2, startedAt: at(30), completedAt: at(40), outcome: 'ACKED', bytesSent: 3},
		],
	});
	t.like(view, {reason: 'REJECTED', content_type: 'text/plain', labels: {site: 'north'}});
	t.deepEqual(view.attempts, [
		{
			number: 1,
			started_at: '2026-01-02T03:04:05.010Z',
			completed_at: '2026-01-02T03:04:05.020Z',
			outcome: 'TIMEOUT',
			error: 'no answer',
			bytes_sent: 3,
		},
		{
			number: 2,
			started_at: '2026-01-02T03:04:05.030Z',
			completed_at: '2026-01-02T03:04:05.040Z',
			outcome: 'ACKED',
			bytes_sent: 3,
		},
	]);
	t.deepEqual(schema.parse(view), view);
});

test('times of the age clock, which has fractions, are rounded to milliseconds', t => {
	const view = recordView({...FRESH, state: 'failed', expiresAt: at(0.6), nextAttemptAt: at(1.2)});
	t.is(view.expires_at, '2026-01-02T03:04:05.001Z');
	t.is(view.next_attempt_at, '2026-01-02T03:04:05.001Z');
});

test('a page says where it goes on and what it cost, and a total only when there is one', t => {
	const last = pageView({records: [FRESH], nextCursor: undefined, examined: 7, total: undefined});
	t.deepEqual(last, {records: [recordView(FRESH)], examined: 7});
	const first = pageView({records: [], nextCursor: 'c', examined: 9, total: 12});
	t.deepEqual(recordPage.parse(first), {records: [], next_cursor: 'c', examined: 9, total: 12});
});

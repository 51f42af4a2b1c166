import type {Attempt} from '../../outbound/attempts.js';
import type {DeliveryRecord, RecordPage} from '../../outbound/record.js';
import type {EpochMs} from '../../outbound/units.js';
import type {WireRecord, WireRecordPage} from '../../rpc/contract/record.js';
import {formatTime} from '../../runtime/clock.js';

/** A record as the control plane writes it. */
export const recordView = (record: DeliveryRecord): WireRecord => ({
	segment_id: record.segmentId,
	peer_id: record.peerId,
	state: record.state,
	held: record.held,
	priority: record.priority,
	size_bytes: record.sizeBytes,
	sha256: record.sha256,
	content_type: record.contentType ?? null,
	labels: {...record.labels},
	enqueued_at: formatTime(record.enqueuedAt),
	updated_at: formatTime(record.updatedAt),
	...(record.expiresAt !== undefined && {expires_at: displayTime(record.expiresAt)}),
	...(record.nextAttemptAt !== undefined && {next_attempt_at: displayTime(record.nextAttemptAt)}),
	...(record.reason !== undefined && {reason: record.reason}),
	charged_failures: record.chargedFailures,
	abandons: record.abandons,
	attempts: record.attempts.map(attemptView),
});

export const pageView = ({records, nextCursor, examined, total}: RecordPage): WireRecordPage => ({
	records: records.map(recordView),
	...(nextCursor !== undefined && {next_cursor: nextCursor}),
	examined,
	...(total !== undefined && {total}),
});

const attemptView = (attempt: Attempt): WireRecord['attempts'][number] => ({
	number: attempt.number,
	started_at: formatTime(attempt.startedAt),
	completed_at: formatTime(attempt.completedAt),
	outcome: attempt.outcome,
	...(attempt.error !== undefined && {error: attempt.error}),
	bytes_sent: attempt.bytesSent,
});

/** Converted from the age clock, so not always whole. */
const displayTime = (at: EpochMs): string => formatTime(Math.round(at) as EpochMs);

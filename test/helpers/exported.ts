import {createHash} from 'node:crypto';
import {parseMadeId} from '../../src/outbound/made-id.js';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import {classOf} from '../../src/outbound/priorities.js';
import type {EpochMs} from '../../src/outbound/units.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import type {ImportDraft, ImportedDeath, ImportResults, SegmentIdentity} from '../../src/storage/store.js';

/** Earlier than the fake clock begins, by some minutes. */
export const ENQUEUED_AT = 1_749_999_000_000 as EpochMs;

export const identityOf = (id: SegmentId): SegmentIdentity => {
	const address = parseMadeId(id);
	return address === undefined ? {kind: 'given', id} : {kind: 'foreign', address};
};

export const death = (peer: string, over: Partial<ImportedDeath> = {}): ImportedDeath => ({
	peer: peer as PeerId,
	reason: 'REJECTED',
	chargedFailures: 0,
	diedAt: (ENQUEUED_AT + 5000) as EpochMs,
	attempts: [],
	...over,
});

/** A segment that was exported elsewhere, dead for `a` unless told otherwise. */
export const imported = (id: string, payload: string, over: Partial<ImportDraft> = {}): ImportDraft => ({
	identity: identityOf(id as SegmentId),
	payload: Buffer.from(payload),
	classNo: classOf('normal'),
	hops: 0,
	enqueuedAt: ENQUEUED_AT,
	dead: [death('a')],
	...over,
});

/** What an export of the deadletters of a segment holds. */
export const exported = (store: LmdbStore, id: SegmentId): ImportDraft => {
	const records = store.inspect(id).filter(({state}) => state === 'deadletter');
	const [first] = records;
	const payload = store.payload(id);
	if (first === undefined || payload === undefined) {
		throw new Error(`${id} is not dead`);
	}
	return {
		identity: identityOf(id),
		payload: payload.bytes,
		sha256: createHash('sha256').update(payload.bytes).digest(),
		...(payload.contentType !== undefined && {contentType: payload.contentType}),
		labels: payload.labels,
		classNo: classOf(first.priority),
		hops: 0,
		enqueuedAt: first.enqueuedAt,
		dead: records.map(({peerId, reason = 'FORCED', chargedFailures, updatedAt, attempts}) => ({
			peer: peerId,
			reason,
			chargedFailures,
			diedAt: updatedAt,
			attempts,
		})),
	};
};

/** By draft, the statuses joined. */
export const outcomes = (results: ImportResults): readonly string[] =>
	results.map(ofDraft => ofDraft.map(({status}) => status).join(' '));

import {EdgedError} from '../outbound/errors.js';
import {classOf} from '../outbound/priorities.js';
import type {DeliveryRecord, RecordPage} from '../outbound/record.js';
import type {PeerNo} from '../outbound/units.js';
import {currentStart} from './abandon.js';
import {type CounterName, counter, deadCounter} from './counters.js';
import type {StoreHandles} from './handles.js';
import {type Stage, type StageKey, type StageRow, stagesFor, walkStage} from './list-stages.js';
import {type PeerPart, viewRecord} from './record-view.js';
import type {PageRequest, RecordFilter} from './store.js';

/** Rows and entries that one page looks at: it may be short and still carry a cursor. */
const MAX_EXAMINED = 10_000;
const MAX_LIMIT = 1000;

type Position = {
	readonly peer: PeerNo;
	readonly stage: Stage;
	readonly key: StageKey;
	readonly sub: number;
	/** The entry that was looked at last. */
	readonly entry: number;
};

/** See `OutboundStore.list`. Walks places, never the whole store: a filter by state touches only what can have that state. */
export const list = (handles: StoreHandles, filter: RecordFilter, page: PageRequest): RecordPage => {
	const limit = Math.min(Math.max(1, page.limit), MAX_LIMIT);
	const after = page.cursor === undefined ? undefined : parseCursor(page.cursor);
	const records: DeliveryRecord[] = [];
	let examined = 0;
	let last: Position | undefined;
	for (const {peer, stage, row} of walk(handles, filter, after)) {
		examined++;
		const wanted = row.bits.size > 0 && mayMatch(handles, filter, row.part);
		const from = isSame(after, peer, stage, row) ? (after?.entry ?? -1) : -1;
		for (const entry of row.bits) {
			if (entry <= from) {
				continue;
			}
			if (records.length >= limit || examined >= MAX_EXAMINED) {
				return {records, examined, nextCursor: cursorOf(last), total: totalOf(handles, filter)};
			}
			examined++;
			last = {peer, stage, key: row.key, sub: row.sub, entry};
			const record = wanted ? viewRecord(handles, row.table, entry, peer, row.part) : undefined;
			if (record !== undefined && matches(filter, record)) {
				records.push(record);
			}
			if (!wanted) {
				break;
			}
		}
	}
	return {records, examined, nextCursor: undefined, total: totalOf(handles, filter)};
};

function* walk(
	handles: StoreHandles,
	filter: RecordFilter,
	after: Position | undefined,
): Generator<{peer: PeerNo; stage: Stage; row: StageRow}> {
	const {peers} = handles;
	const wanted = filter.peer === undefined ? peers.all.map(({no}) => no) : [peers.no(filter.peer)];
	const stages = stagesFor(filter);
	for (const peer of wanted.filter(no => no >= (after?.peer ?? 0))) {
		const first = after?.peer === peer ? Math.max(0, stages.indexOf(after.stage)) : 0;
		for (const stage of stages.slice(first)) {
			const isHere = after?.peer === peer && after.stage === stage;
			for (const row of walkStage(handles, stage, peer, isHere ? after.key : startKey(stage, peer, filter))) {
				if (!(isHere && isSameKey(after.key, row.key) && row.sub < after.sub)) {
					yield {peer, stage, row};
				}
			}
		}
	}
}

/** A listing by `since` begins where the deadletters of that time do. */
const startKey = (stage: Stage, peer: PeerNo, {since}: RecordFilter): StageKey | undefined =>
	stage === 'deadletters' && since !== undefined ? [peer, since] : undefined;

/** Cheap tests on a whole row, before an entry of it is decoded. */
const mayMatch = (handles: StoreHandles, filter: RecordFilter, part: PeerPart): boolean => {
	const {state, reason} = filter;
	if (part.place === 'group') {
		const {row} = part;
		if (reason !== undefined && !(row.state === 'deadletter' && row.reason === reason)) {
			return false;
		}
		if (state === 'abandoned') {
			return row.state === 'scheduled' && row.putBackBy === currentStart(handles);
		}
		if (state === 'failed' || state === 'deadletter') {
			return row.state === state;
		}
	}
	const classNo = 'classNo' in part ? part.classNo : part.place === 'group' ? part.row.classNo : undefined;
	return filter.priority === undefined || classNo === undefined || classNo === classOf(filter.priority);
};

const matches = ({state, priority, label}: RecordFilter, record: DeliveryRecord): boolean =>
	(state === undefined || record.state === (state === 'abandoned' ? 'scheduled' : state)) &&
	(priority === undefined || record.priority === priority) &&
	(label === undefined ||
		(Object.hasOwn(record.labels, label.name) && record.labels[label.name] === label.value));

const totalOf = (
	handles: StoreHandles,
	{state, peer, priority, label, reason, since, held}: RecordFilter,
): number | undefined => {
	if (priority !== undefined || label !== undefined || since !== undefined || state === 'abandoned') {
		return undefined;
	}
	if (held === false || (held && (state !== undefined || reason !== undefined))) {
		return undefined;
	}
	const names: readonly CounterName[] = held
		? ['held']
		: reason !== undefined
			? [deadCounter(reason)]
			: state !== undefined
				? [state]
				: ['scheduled', 'inflight', 'failed', 'acked', 'satisfied', 'deadletter'];
	const {peers, counters} = handles;
	const wanted = peer === undefined ? peers.all.map(({no}) => no) : [peers.no(peer)];
	const count = (name: CounterName) => wanted.reduce((sum, no) => sum + counter(counters.get(no), name), 0);
	return names.reduce((sum, name) => sum + count(name), 0);
};

const isSame = (after: Position | undefined, peer: PeerNo, stage: Stage, row: StageRow): boolean =>
	after?.peer === peer && after.stage === stage && isSameKey(after.key, row.key) && after.sub === row.sub;

const isSameKey = (a: StageKey, b: StageKey): boolean =>
	a.length === b.length && a.every((part, at) => part === b[at]);

const cursorOf = (position: Position | undefined): string | undefined =>
	position === undefined ? undefined : Buffer.from(JSON.stringify(position)).toString('base64url');

const STAGES: readonly string[] = ['leases', 'queue', 'held', 'due', 'deadletters', 'settled', 'spans'];

const parseCursor = (cursor: string): Position => {
	try {
		const {peer, stage, key, sub, entry} = JSON.parse(
			Buffer.from(cursor, 'base64url').toString(),
		) as Position;
		const isKey = Array.isArray(key) && key.length <= 6 && key.every(Number.isFinite) && key[0] === peer;
		if (isKey && STAGES.includes(stage) && [peer, sub, entry].every(Number.isInteger)) {
			return {peer, stage, key, sub, entry};
		}
	} catch {
		// Told below.
	}
	throw new EdgedError('INVALID_ARGUMENT', 'the cursor is not one that a page gave');
};

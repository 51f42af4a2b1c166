import {EdgedError} from '../outbound/errors.js';
import {classOf} from '../outbound/priorities.js';
import type {DeliveryRecord, RecordPage} from '../outbound/record.js';
import type {PeerNo} from '../outbound/units.js';
import {currentStart} from './abandon.js';
import {blocksOfTime, isOfTime} from './blocks-of-time.js';
import {type CounterName, counter, deadCounter} from './counters.js';
import {encodeLabel} from './entry-metadata.js';
import type {StoreHandles} from './handles.js';
import {
	isWithin,
	type Scope,
	type Stage,
	type StageKey,
	type StageRow,
	stagesFor,
	type UnreadRow,
	walkRows,
} from './list-stages.js';
import {viewRecord} from './record-view.js';
import type {RecordFilter} from './selectors.js';
import type {PageRequest} from './store.js';

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

/** In the place of an entry: the whole row was looked at. */
const WHOLE_ROW = Number.MAX_SAFE_INTEGER;

/**
 * See `OutboundStore.list`. Walks places, never the whole store: a filter by state touches only what can have that state, one by class
 * or time only its rows, and a block that cannot match costs one look, not one an entry.
 */
export const list = (handles: StoreHandles, filter: RecordFilter, page: PageRequest): RecordPage => {
	const limit = Math.min(Math.max(1, page.limit), MAX_LIMIT);
	const after = page.cursor === undefined ? undefined : parseCursor(page.cursor);
	const label = filter.label && encodeLabel(filter.label.name, filter.label.value);
	const records: DeliveryRecord[] = [];
	let examined = 0;
	let last: Position | undefined;
	const isFull = (): boolean => records.length >= limit || examined >= MAX_EXAMINED;
	const cut = (): RecordPage => ({
		records,
		examined,
		nextCursor: cursorOf(last),
		total: totalOf(handles, filter),
	});
	for (const {peer, stage, unread, scope} of walk(handles, filter, after)) {
		if (isFull()) {
			return cut();
		}
		examined++;
		const row = isWithin(scope, unread.block) ? unread.open() : undefined;
		const at = {peer, stage, key: unread.key, sub: unread.sub};
		if (row === undefined || !mayMatch(handles, filter, row, label)) {
			last = {...at, entry: WHOLE_ROW};
			continue;
		}
		const from = isSame(after, at) ? (after?.entry ?? -1) : -1;
		for (const entry of row.bits) {
			if (entry <= from) {
				continue;
			}
			if (isFull()) {
				return cut();
			}
			examined++;
			last = {...at, entry};
			const record = viewRecord(handles, row.table, entry, peer, row.part);
			if (record !== undefined && matches(filter, record)) {
				records.push(record);
			}
		}
	}
	return {records, examined, nextCursor: undefined, total: totalOf(handles, filter)};
};

type Walked = {
	readonly peer: PeerNo;
	readonly stage: Stage;
	readonly unread: UnreadRow;
	readonly scope: Scope;
};

function* walk(handles: StoreHandles, filter: RecordFilter, after: Position | undefined): Generator<Walked> {
	const {peers} = handles;
	const wanted = filter.peer === undefined ? peers.all.map(({no}) => no) : [peers.no(filter.peer)];
	const stages = stagesFor(filter);
	const scope: Scope = {
		classNo: filter.priority === undefined ? undefined : classOf(filter.priority),
		blocks: blocksOfTime(handles, filter.enqueuedSince, filter.enqueuedUntil),
	};
	for (const peer of wanted.filter(no => no >= (after?.peer ?? 0))) {
		const first = after?.peer === peer ? Math.max(0, stages.indexOf(after.stage)) : 0;
		for (const stage of stages.slice(first)) {
			const isHere = after?.peer === peer && after.stage === stage;
			const start = isHere ? after.key : startKey(stage, peer, filter);
			for (const unread of walkRows(handles, stage, peer, start, scope)) {
				if (!(isHere && isSameKey(after.key, unread.key) && unread.sub < after.sub)) {
					yield {peer, stage, unread, scope};
				}
			}
		}
	}
}

/** A listing by `since` begins where the deadletters of that time do. */
const startKey = (stage: Stage, peer: PeerNo, {since}: RecordFilter): StageKey | undefined =>
	stage === 'deadletters' && since !== undefined ? [peer, since] : undefined;

/** Cheap tests on a whole row, before an entry of it is decoded. */
const mayMatch = (
	handles: StoreHandles,
	{state, reason, priority, before, enqueuedSince, enqueuedUntil}: RecordFilter,
	{table, part, bits}: StageRow,
	label: Buffer | undefined,
): boolean => {
	if (bits.isEmpty() || (label !== undefined && !table.metadataArea.includes(label))) {
		return false;
	}
	if (!isOfTime(handles, table, enqueuedSince, enqueuedUntil)) {
		return false;
	}
	const classNo =
		'classNo' in part ? part.classNo : part.place === 'group' ? part.row.classNo : table.classNo;
	if (priority !== undefined && classNo !== classOf(priority)) {
		return false;
	}
	if (part.place === 'span') {
		return state === undefined || state === part.row.fate;
	}
	if (part.place !== 'group') {
		return true;
	}
	const {row} = part;
	if (row.state === 'deadletter' && before !== undefined && row.diedAt >= before) {
		return false;
	}
	if (reason !== undefined && !(row.state === 'deadletter' && row.reason === reason)) {
		return false;
	}
	return state === 'abandoned'
		? row.state === 'scheduled' && row.putBackBy === currentStart(handles)
		: state === undefined || state === 'inflight' || state === row.state;
};

const matches = ({state, priority, label}: RecordFilter, record: DeliveryRecord): boolean =>
	(state === undefined || record.state === (state === 'abandoned' ? 'scheduled' : state)) &&
	(priority === undefined || record.priority === priority) &&
	(label === undefined ||
		(Object.hasOwn(record.labels, label.name) && record.labels[label.name] === label.value));

const totalOf = (
	handles: StoreHandles,
	{state, peer, priority, label, reason, held, ...times}: RecordFilter,
): number | undefined => {
	const {since, before, enqueuedSince, enqueuedUntil} = times;
	const isByTime = (since ?? before ?? enqueuedSince ?? enqueuedUntil) !== undefined;
	if (priority !== undefined || label !== undefined || isByTime || state === 'abandoned') {
		return undefined;
	}
	if (held === false || (held && (state !== undefined || reason !== undefined))) {
		return undefined;
	}
	if (reason !== undefined && state !== undefined && state !== 'deadletter') {
		return 0; // Only what is dead was buried for a reason.
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

const isSame = (after: Position | undefined, {peer, stage, key, sub}: Omit<Position, 'entry'>): boolean =>
	after?.peer === peer && after.stage === stage && isSameKey(after.key, key) && after.sub === sub;

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

import type {Key} from 'lmdb';
import {EdgedError} from '../outbound/errors.js';
import {addRow, CounterChanges, decodeCounters, emptyRow, encodeCounters} from './counters.js';
import type {StoreHandles} from './handles.js';
import {copyKey, META_CLOCK, META_COUNTERS, META_NUMBERS} from './meta-keys.js';
import {DamagedRowError} from './row-reader.js';
import type {Table} from './table.js';

/** How long a commit past its deadline may still turn out to be done. */
const LAST_WORD_MS = 1000;
const NO_VALUE = Buffer.alloc(0);

/** Damaged rows that one write may meet, each put right before it is tried again. */
const MAX_MENDS = 16;

/** Who may have the room that is kept back for a full disk: whatever does not take in anything new. */
export type ReserveUse = 'may use the reserve' | 'leaves the reserve';

/**
 * The one door to a write transaction. Runs `body` (which must not await) as one all-or-nothing write together with the counters
 * it changes; resolves once it is on disk. What `body` throws is passed on and nothing is written, but for a damaged row that it
 * met: that is put right in a write of its own, and `body` runs again. So it does on a full disk, once the reserve was given up;
 * without one the write rejects with `STORAGE_FULL`. Any other failed commit, or one past its deadline, ends the daemon.
 */
export const atomically = async <Result>(
	handles: StoreHandles,
	body: (changes: CounterChanges) => Result,
	reserve: ReserveUse = 'may use the reserve',
): Promise<Result> => {
	for (let mended = 0; ; mended++) {
		try {
			return await commit(handles, body, 'strict', reserve);
		} catch (error) {
			if (!(error instanceof DamagedRowError) || error.place === undefined || mended === MAX_MENDS) {
				throw error;
			}
			await handles.mend(error.place);
		}
	}
};

/** The same for what puts damage right, and cannot count on being put right itself. */
export const commit = async <Result>(
	handles: StoreHandles,
	body: (changes: CounterChanges) => Result,
	reading: 'strict' | 'tolerant' = 'strict',
	reserve: ReserveUse = 'may use the reserve',
): Promise<Result> => {
	const {room} = handles;
	const {releases} = room;
	try {
		return await attempt(handles, body, reading);
	} catch (error) {
		const isFull = error instanceof EdgedError && error.code === 'STORAGE_FULL';
		const isWorthIt = isFull && reserve === 'may use the reserve';
		if (!isWorthIt || !(room.releases !== releases || (await room.release()))) {
			throw error;
		}
		return attempt(handles, body, reading);
	}
};

const attempt = async <Result>(
	handles: StoreHandles,
	body: (changes: CounterChanges) => Result,
	reading: 'strict' | 'tolerant',
): Promise<Result> => {
	if (handles.closed) {
		throw new EdgedError('SHUTTING_DOWN', 'the store is closed');
	}
	const {waitingAges} = handles;
	const changes = new CounterChanges();
	let thrown: {error: unknown} | undefined;
	const {releases} = handles.room;
	const {watch} = handles.env;
	const run = (): Result => {
		watch.isStrict = reading === 'strict';
		try {
			waitingAges.begin(changes);
			const result = body(changes);
			writeBooks(handles, changes);
			waitingAges.written(changes);
			return result;
		} catch (error) {
			thrown = {error};
			throw error;
		} finally {
			watch.isStrict = false;
		}
	};
	try {
		// Not `transaction()`: when its callback throws, the writes made so far are still committed.
		const written = handles.env.root.childTransaction(run) as Promise<Result>;
		const result = await withDeadline(written, handles);
		applyCounters(handles, changes);
		return result;
	} catch (error) {
		// Unclaimed, lmdb's second rejection ends the process on a full disk; claim it before anything else.
		(error as {commitError?: Promise<unknown>}).commitError?.catch(() => undefined);
		handles.numbers.forgetWritten();
		waitingAges.failed(changes);
		throw thrown === undefined ? commitFailure(handles, error, releases) : thrown.error;
	}
};

/** Inside a body. lmdb carries the write out at once there; the promise it returns is empty. */
export const put = (table: Table, key: Key, value: Buffer = NO_VALUE): void => {
	void table.put(key, value);
};

/** Inside a body. */
export const remove = (table: Table, key: Key): void => {
	void table.remove(key);
};

const writeBooks = ({env, numbers, age}: StoreHandles, changes: CounterChanges): void => {
	for (const [peer, change] of changes.rows) {
		const key = [META_COUNTERS, peer];
		put(env.meta, key, encodeCounters(addRow(decodeCounters(env.meta.get(key)), change)));
	}
	const row = numbers.changed();
	if (row !== undefined) {
		put(env.meta, META_NUMBERS, row);
		const reserve = numbers.reserve();
		if (reserve !== undefined) {
			put(env.meta, copyKey(META_NUMBERS), reserve);
		}
		numbers.noteWritten();
	}
	put(env.meta, META_CLOCK, age.encode());
};

const applyCounters = (handles: StoreHandles, changes: CounterChanges): void => {
	const {counters, waitingAges, onCommitted, quota, announce} = handles;
	for (const [peer, change] of changes.rows) {
		counters.set(peer, addRow(counters.get(peer) ?? emptyRow(), change));
	}
	waitingAges.committed(changes);
	onCommitted?.(changes.rows);
	for (const peer of changes.rows.keys()) {
		if (quota.isWaiting(peer)) {
			announce(peer); // What it waits for may have been buried, and what comes behind it may fit.
		}
	}
};

const withDeadline = <Result>(written: Promise<Result>, handles: StoreHandles): Promise<Result> => {
	const {commitDeadlineMs} = handles.settings;
	const {clock, failStop} = handles;
	let cancel = clock.after(commitDeadlineMs, () => {
		// A process that stood still (SIGSTOP, a paused machine) hears of its timers before its commits.
		cancel = clock.after(Math.min(commitDeadlineMs, LAST_WORD_MS), () => {
			failStop(`a commit took longer than ${commitDeadlineMs} ms`, undefined);
		});
	});
	return written.finally(() => cancel());
};

const commitFailure = (handles: StoreHandles, error: unknown, releases: number): EdgedError => {
	const {room} = handles;
	// Another write of the same commit may have given up the reserve by now.
	if (room.isFull() || room.releases !== releases) {
		const full = room.full(error);
		room.noteShort(full);
		return full;
	}
	handles.failStop('a commit failed', error);
	return new EdgedError('STORAGE_FAILED', 'the store could not write and the daemon restarts', undefined, {
		cause: error,
	});
};

import {EdgedError} from '../outbound/errors.js';
import type {AgeMs, EpochMs, GroupNo, PeerNo} from '../outbound/units.js';
import {atomically, put} from './atomically.js';
import type {StoreHandles} from './handles.js';
import {readSetting, settingKey} from './named-settings.js';
import {retryInOrder} from './retry-in-order.js';
import type {DeadletterSelector} from './selectors.js';

/** What an operator asked for: deadletters that match now, back into the queue at a pace. */
export type ReplayOrder = {
	readonly selector: Omit<DeadletterSelector, 'cursor' | 'numberedBelow'>;
	readonly ratePerSecond: number;
	/** Records that matched when it was ordered. */
	readonly matched: number;
	readonly operator?: string | undefined;
	readonly note?: string | undefined;
};

/** A paced retry. Its row moves in the commit of each step, so that no crash retries a record twice or forgets one. */
export type Replay = ReplayOrder & {
	readonly id: string;
	readonly state: 'running' | 'done' | 'cancelled';
	/** What dies later has a higher number and is not met. */
	readonly numberedBelow: GroupNo;
	readonly cursor?: string | undefined;
	readonly retried: number;
	/** Their payload is gone. */
	readonly refused: number;
	/** Up to when the rate is used up, by the age clock. */
	readonly paidTo: AgeMs;
	readonly startedAt: EpochMs;
	readonly endedAt?: EpochMs;
	/** Its end was told to the audit trail. */
	readonly isTold?: true;
};

/** Of a step: the rate is used up to `from`, and by each record a little longer. */
export type Pace = {readonly from: number; readonly msPerRecord: number};

type Book = {readonly next: number; readonly replays: readonly Replay[]};

const NAME = 'deadletter.replays';
/** Ended ones are kept for who asks what became of them. */
const KEPT = 20;
const MOST_RUNNING = 16;

/** The paced retries of a store: what is written here survives whatever ends the daemon. */
export class ReplayBook {
	readonly #handles: StoreHandles;

	constructor(handles: StoreHandles) {
		this.#handles = handles;
	}

	/** Running ones and those that ended last, the oldest first. */
	all(): readonly Replay[] {
		return this.#read().replays;
	}

	/** By the clock that the pace goes by. */
	now(): AgeMs {
		return this.#handles.age.now();
	}

	/** `BUSY` when too many run; `UNKNOWN_PEER`. */
	async begin(order: ReplayOrder): Promise<Replay> {
		const {peers, numbers, age, clock} = this.#handles;
		if (order.selector.peer !== undefined) {
			peers.no(order.selector.peer);
		}
		return this.#change(book => {
			if (book.replays.filter(({state}) => state === 'running').length >= MOST_RUNNING) {
				throw new EdgedError(
					'BUSY',
					`${MOST_RUNNING} paced retries run already: cancel one, or wait for its end`,
				);
			}
			const replay: Replay = {
				...order,
				id: `job-${book.next}`,
				state: 'running',
				// Used up by this commit, so that no crash gives a number below it again.
				numberedBelow: numbers.nextGroup(),
				retried: 0,
				refused: 0,
				paidTo: age.now(),
				startedAt: clock.now(),
			};
			return {book: {next: book.next + 1, replays: [...book.replays, replay]}, result: replay};
		});
	}

	/** At most `limit` records back into the queue, in the order of their enqueues; the job afterwards. `NOT_FOUND`. */
	async step(id: string, limit: number, pace: Pace): Promise<Replay> {
		const handles = this.#handles;
		let peers: ReadonlySet<PeerNo> = new Set();
		const stepped = await atomically(handles, changes => {
			peers = new Set();
			const replay = found(this.#read(), id);
			if (replay.state !== 'running') {
				return replay;
			}
			const {selector, numberedBelow, cursor} = replay;
			const rest = {...selector, numberedBelow, ...(cursor !== undefined && {cursor})};
			const progress = retryInOrder(handles, rest, limit, changes);
			({peers} = progress);
			const after: Replay = {
				...replay,
				retried: replay.retried + progress.changed,
				refused: replay.refused + progress.refused,
				cursor: progress.cursor,
				paidTo: (pace.from + progress.changed * pace.msPerRecord) as AgeMs,
				...(progress.done && {state: 'done', endedAt: handles.clock.now()}),
			};
			this.#write(this.#read(), after);
			return after;
		});
		for (const peer of peers) {
			handles.announce(peer);
		}
		return stepped;
	}

	/** What is done stays done. One that has ended is left as it is. `NOT_FOUND`. */
	cancel(id: string): Promise<Replay> {
		return this.#replace(id, replay =>
			replay.state === 'running'
				? {...replay, state: 'cancelled', endedAt: this.#handles.clock.now(), isTold: true}
				: replay,
		);
	}

	/** The audit trail knows of its end. */
	told(id: string): Promise<Replay> {
		return this.#replace(id, replay => ({...replay, isTold: true}));
	}

	#replace(id: string, change: (replay: Replay) => Replay): Promise<Replay> {
		return atomically(this.#handles, () => {
			const book = this.#read();
			const after = change(found(book, id));
			this.#write(book, after);
			return after;
		});
	}

	#change<Result>(change: (book: Book) => {readonly book: Book; readonly result: Result}): Promise<Result> {
		return atomically(this.#handles, () => {
			const {book, result} = change(this.#read());
			this.#put(book);
			return result;
		});
	}

	#read(): Book {
		return (readSetting(this.#handles, NAME) as Book | undefined) ?? {next: 1, replays: []};
	}

	#write(book: Book, replay: Replay): void {
		this.#put({...book, replays: book.replays.map(each => (each.id === replay.id ? replay : each))});
	}

	#put(book: Book): void {
		const ended = book.replays.filter(({state, isTold}) => state !== 'running' && isTold === true);
		const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - KEPT)));
		const replays = book.replays.filter(replay => !forgotten.has(replay));
		put(this.#handles.env.meta, settingKey(NAME), Buffer.from(JSON.stringify({...book, replays})));
	}
}

const found = ({replays}: Book, id: string): Replay => {
	const replay = replays.find(each => each.id === id);
	if (replay === undefined) {
		throw new EdgedError(
			'NOT_FOUND',
			`No paced retry ${id} is known here: edgectl relay deadletter jobs lists them`,
			{job_id: id},
		);
	}
	return replay;
};

import {EdgedError} from '../outbound/errors.js';
import type {BlockNo, PeerNo} from '../outbound/units.js';
import {AgeIndex} from './age-index.js';
import type {AgeSlices} from './age-slices.js';
import {
	addRow,
	type CounterChanges,
	type CounterName,
	type CounterRow,
	counter,
	decodeCounters,
	emptyRow,
} from './counters.js';
import type {StoreHandles} from './handles.js';
import {META_COUNTERS} from './meta-keys.js';
import {readWaiting} from './read-waiting.js';

/** Who asks again within this time gets an answer at once. */
const KEEP_MS = 15 * 60_000;
/** Damage that is put right meanwhile makes all begin anew. */
const MAX_TRIES = 3;
/** Turns to wait for commits that a read may see before they are told of. */
const MAX_TURNS = 100_000;

/**
 * The ages of what waits. Nothing is kept until somebody asks; then everything that waits is read once, a few milliseconds in a turn,
 * and what commits change is noted from then on, until nobody has asked for a quarter of an hour.
 */
export class WaitingAges {
	/** Written, and not known to be on disk yet, in their order; with their numbers. */
	readonly #pending = new Map<CounterChanges, number>();
	#commits = 0;
	#index: AgeIndex | undefined;
	#building: Promise<AgeIndex> | undefined;
	#isNoting = false;
	#askedAt = 0;
	#elapsed: () => number = () => 0;
	/** How often all that waits was read, or began to be. */
	readings = 0;
	/** How often that had to be done because what was kept up did not agree with the counters: after damage only. */
	disagreements = 0;

	/** At the beginning of a body. */
	begin(changes: CounterChanges): void {
		if (this.#isNoting) {
			changes.noteWaits();
		}
	}

	/** At the end of a body. */
	written(changes: CounterChanges): void {
		this.#pending.set(changes, ++this.#commits);
	}

	failed(changes: CounterChanges): void {
		this.#pending.delete(changes);
	}

	/** In the turn in which the counters take the changes. */
	committed(changes: CounterChanges): void {
		const commit = this.#pending.get(changes);
		this.#pending.delete(changes);
		if (this.#index === undefined || commit === undefined) {
			return;
		}
		if (changes.waits === undefined || this.#elapsed() - this.#askedAt > KEEP_MS) {
			this.#forget();
		} else {
			this.#index.apply(changes.waits, commit);
		}
	}

	/**
	 * The ages of what waits for `peer`, is being sent or held, exact in records and bytes; good in this turn. The first call reads
	 * all that waits. `BUSY` when the store is being put right all the time.
	 */
	async of(handles: StoreHandles, peers: readonly PeerNo[]): Promise<readonly AgeSlices[]> {
		const {clock, counters} = handles;
		this.#elapsed = () => clock.elapsed();
		for (let tries = 1; tries <= MAX_TRIES; tries++) {
			this.#askedAt = clock.elapsed();
			this.#building ??= this.#build(handles);
			const index = await this.#building.catch(error => {
				this.#forget();
				throw error;
			});
			const slices = peers.map(peer => index.slices(peer));
			const agree = peers.every((peer, at) => isSum(slices[at], counters.get(peer)));
			if (this.#index === index) {
				if (agree || tries === MAX_TRIES) {
					return slices;
				}
				this.disagreements++;
				this.#forget();
			}
		}
		throw new EdgedError('BUSY', 'damage in the store is being put right: ask again in a moment');
	}

	#forget(): void {
		this.#index = undefined;
		this.#building = undefined;
		this.#isNoting = false;
	}

	async #build(handles: StoreHandles): Promise<AgeIndex> {
		const {numbers, peers, age} = handles;
		this.readings++;
		this.#isNoting = true;
		await this.#until(() => [...this.#pending.keys()].every(changes => changes.waits !== undefined));
		const limit = numbers.blockLimit;
		const index = new AgeIndex(limit, () => age.now());
		this.#index = index;
		for (const {no} of peers.all) {
			for (let from = 0 as BlockNo; from < limit && this.#index === index; ) {
				await nextTurn();
				await this.#until(() => {
					const end = this.#read(handles, index, no, {from, limit});
					from = end ?? from;
					return end !== undefined;
				});
			}
		}
		return index;
	}

	/** One step; where the next one begins, or `undefined`: not in this turn. All in one turn, in which no commit is told of. */
	#read(
		handles: StoreHandles,
		index: AgeIndex,
		peer: PeerNo,
		{from, limit}: {readonly from: BlockNo; readonly limit: BlockNo},
	): BlockNo | undefined {
		handles.env.root.resetReadTxn();
		const asOf = this.#lastSeen(handles, peer);
		if (asOf === undefined) {
			return undefined;
		}
		const {waits, end} = readWaiting(handles, peer, from, limit);
		index.addRead(peer, waits, {end, asOf});
		return end;
	}

	/** The last commit that changed what waits for `peer` and that a read sees now; 0: none that was not told of yet. `undefined`: that cannot be told now. */
	#lastSeen({env, counters}: StoreHandles, peer: PeerNo): number | undefined {
		const seen = decodeCounters(env.meta.get([META_COUNTERS, peer]));
		const told = addRow(emptyRow(), counters.get(peer) ?? emptyRow());
		if (isSame(told, seen)) {
			return 0;
		}
		for (const [changes, commit] of this.#pending) {
			const change = changes.rows.get(peer);
			if (change !== undefined && isSame(addRow(told, change), seen)) {
				return commit;
			}
		}
		return undefined;
	}

	/** Looks once a turn, the first time in this one. */
	async #until(isSo: () => boolean): Promise<void> {
		for (let turns = 0; !isSo(); turns++) {
			if (turns === MAX_TURNS) {
				throw new EdgedError('BUSY', 'the store is writing all the time: ask again in a moment');
			}
			await nextTurn();
		}
	}
}

/** Others are heard in between. */
const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** What moves with records; each commit that touches what waits changes some of them. */
const TELLING = [
	'scheduled',
	'inflight',
	'failed',
	'acked',
	'satisfied',
	'deadletter',
	'waitingBytes',
] as const satisfies readonly CounterName[];

const isSame = (a: CounterRow, b: CounterRow): boolean =>
	TELLING.every(name => counter(a, name) === counter(b, name));

const isSum = (slices: AgeSlices | undefined, row: CounterRow | undefined): boolean =>
	slices?.records === counter(row, 'scheduled') + counter(row, 'inflight') + counter(row, 'failed') &&
	slices.bytes === counter(row, 'waitingBytes');

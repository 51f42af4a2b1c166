import type {DispatcherStore} from '../../src/delivery/dispatcher.js';
import {EdgedError} from '../../src/outbound/errors.js';
import {nextState} from '../../src/outbound/transitions.js';
import type {EpochMs, PeerNo} from '../../src/outbound/units.js';
import type {Clock} from '../../src/runtime/clock.js';
import type {
	Horizon,
	Lease,
	LeasedPayloads,
	LeaseWindow,
	ServiceOrder,
	Settlement,
	StoreQuota,
} from '../../src/storage/store.js';
import {type EntryDraft, leaseOf} from './leases.js';
import {noQuota} from './no-quota.js';
import {FakeSettings} from './settings.js';
import type {Watch} from './watch.js';

type Row = {
	readonly peer: number;
	readonly draft: EntryDraft;
	state: 'scheduled' | 'inflight' | 'failed' | 'acked' | 'deadletter';
	charged: number;
	dueAt: number;
	lease: Lease | undefined;
	/** Leases that it was in since it last changed its place. */
	formerly: Set<Lease>;
	/** How often it was leased. */
	leases: number;
};

/** The part of a store that lanes need, as lists in memory: rows wait in the order in which they were added. */
export class FakeStore extends FakeSettings implements DispatcherStore {
	quota: StoreQuota = noQuota;
	readonly rows: Row[] = [];
	/** Segment ids of every lease, in the order of leasing. */
	readonly leased: string[][] = [];
	/** Every settlement that was written. */
	readonly settled: Settlement[] = [];
	/** Calls of `lease`, with and without a result. */
	looks = 0;
	readonly #clock: Clock;
	readonly #watch: Watch;
	#listener: (peer: PeerNo) => void = () => {};
	#leaseNo = 0;
	#servedCharged = false;

	constructor(clock: Clock, watch: Watch) {
		super();
		this.#clock = clock;
		this.#watch = watch;
	}

	add(peer: number, ...drafts: readonly EntryDraft[]): void {
		for (const draft of drafts) {
			this.rows.push({
				peer,
				draft,
				state: 'scheduled',
				charged: 0,
				dueAt: 0,
				lease: undefined,
				formerly: new Set(),
				leases: 0,
			});
		}
		this.#listener(peer as PeerNo);
	}

	stateOf(id: string, peer = 1): string {
		return this.#row(id, peer).state;
	}

	chargedOf(id: string, peer = 1): number {
		return this.#row(id, peer).charged;
	}

	inState(state: Row['state'], peer = 1): string[] {
		return this.rows.filter(row => row.peer === peer && row.state === state).map(({draft}) => draft.id);
	}

	/** As an operator's verb does: the row leaves its lease, which goes on without it. */
	cut(id: string, peer = 1): void {
		const row = this.#row(id, peer);
		row.state = 'deadletter';
		row.lease = undefined;
	}

	async lease(peer: PeerNo, window: LeaseWindow): Promise<Lease | undefined> {
		this.looks += 1;
		await this.#commit();
		const taken: Row[] = [];
		let bytes = 0;
		for (const row of this.#chosen(peer, window)) {
			const size = row.draft.sizeBytes ?? 100;
			const fits = bytes + size <= window.maxBytes && taken.length < window.maxEntries;
			if (taken.length > 0 && !fits) {
				break;
			}
			bytes += size;
			taken.push(row);
		}
		if (taken.length === 0) {
			return undefined;
		}
		const lease = leaseOf(
			taken.map(({draft, charged}) => ({...draft, chargedFailures: charged})),
			peer,
			++this.#leaseNo,
		);
		for (const row of taken) {
			row.state = nextState('scheduled', 'lease') as Row['state'];
			row.lease = lease;
			row.formerly.add(lease);
			row.leases += 1;
		}
		this.leased.push(taken.map(({draft}) => draft.id));
		this.#watch.touch();
		return lease;
	}

	async settle(lease: Lease, settlement: Settlement): Promise<boolean> {
		await this.#commit();
		const rows = this.rows.filter(row => row.lease === lease);
		const named = new Set<number>();
		const name = (index: number) => {
			if (named.has(index) || index >= lease.entryCount) {
				throw new RangeError(`Entry ${index} is named twice or out of range`);
			}
			named.add(index);
		};
		const byIndex = (index: number) => rows.find(({draft}) => draft.id === lease.entry(index).segmentId);
		const ranges = settlement.acked === 'all' ? [[0, lease.entryCount - 1] as const] : settlement.acked;
		for (const [first, last] of ranges) {
			for (let index = first; index <= last; index++) {
				name(index);
				this.#end(byIndex(index), 'acked');
			}
		}
		for (const verdict of settlement.exceptions) {
			name(verdict.index);
			const row = byIndex(verdict.index);
			this.#end(row, verdict.event === 'fail' ? 'failed' : 'deadletter');
			if (row !== undefined && (verdict.event === 'fail' || verdict.event === 'exhaust')) {
				row.charged += 1;
				row.formerly.clear();
				row.dueAt = verdict.event === 'fail' ? this.#clock.now() + verdict.retryInMs : 0;
			}
		}
		for (const row of rows) {
			this.#end(row.lease === undefined ? undefined : row, 'scheduled');
		}
		if (rows.length > 0) {
			this.settled.push(settlement);
		}
		this.#watch.touch();
		return rows.length > 0;
	}

	readPayloads(lease: Lease): LeasedPayloads {
		return {
			read: index => new Uint8Array(lease.entry(index).sizeBytes),
			frame: () => undefined,
		};
	}

	nextDueAt(peer: PeerNo): EpochMs | undefined {
		const due = this.rows.filter(row => row.peer === peer && row.state === 'failed').map(row => row.dueAt);
		return due.length === 0 ? undefined : (Math.min(...due) as EpochMs);
	}

	depth(peer?: PeerNo): ReturnType<DispatcherStore['depth']> {
		const count = (state: Row['state']) =>
			this.rows.filter(row => row.state === state && (peer === undefined || row.peer === peer)).length;
		return {
			scheduled: count('scheduled'),
			inflight: count('inflight'),
			failed: count('failed'),
			acked: count('acked'),
			satisfied: 0,
			deadletter: count('deadletter'),
			held: 0,
			abandoned: 0,
			total: this.rows.length,
		};
	}

	waitingBytes(peer: PeerNo): number {
		return this.rows
			.filter(row => row.peer === peer && ['scheduled', 'inflight', 'failed'].includes(row.state))
			.reduce((sum, {draft}) => sum + (draft.sizeBytes ?? 100), 0);
	}

	horizon(): Horizon {
		return this.rows.length as Horizon;
	}

	onWork(listener: (peer: PeerNo) => void): void {
		this.#listener = listener;
	}

	#waiting(peer: PeerNo, order: ServiceOrder): Row[] {
		for (const row of this.rows) {
			if (row.peer === peer && row.state === 'failed' && row.dueAt <= this.#clock.now()) {
				row.state = 'scheduled';
			}
		}
		return this.rows
			.filter(row => row.peer === peer && row.state === 'scheduled')
			.sort(
				(a, b) =>
					(a.draft.classNo ?? 2) - (b.draft.classNo ?? 2) || this.#rank(a, order) - this.#rank(b, order),
			);
	}

	#rank(row: Row, order: ServiceOrder): number {
		const at = this.rows.indexOf(row);
		if (order.kind === 'live_first') {
			return at >= order.live ? at - this.rows.length : at;
		}
		return order.kind === 'newest_first' ? -at : at;
	}

	#chosen(
		peer: PeerNo,
		{again, except = [], chargedAlone = false, order = {kind: 'oldest_first'}, moreUrgentThan}: LeaseWindow,
	): Row[] {
		const allowed = this.#waiting(peer, order).filter(
			({formerly, draft}) =>
				(moreUrgentThan === undefined || (draft.classNo ?? 2) < moreUrgentThan) &&
				(again === undefined || formerly.has(again)) &&
				!except.some(lease => formerly.has(lease)),
		);
		const charged = allowed.filter(row => row.charged > 0);
		if (!chargedAlone || charged.length === 0) {
			return allowed;
		}
		const others = allowed.filter(row => row.charged === 0);
		this.#servedCharged = others.length === 0 || !this.#servedCharged;
		const [first] = charged;
		// What failed together is one group.
		return this.#servedCharged ? charged.filter(({dueAt}) => dueAt === first?.dueAt) : others;
	}

	#end(row: Row | undefined, state: Row['state']): void {
		if (row !== undefined) {
			row.state = state;
			row.lease = undefined;
		}
	}

	#row(id: string, peer: number): Row {
		const row = this.rows.find(({draft, ...other}) => draft.id === id && other.peer === peer);
		if (row === undefined) {
			throw new EdgedError('NOT_FOUND', `No row ${id} for peer ${peer}`);
		}
		return row;
	}

	/** A commit takes a turn of the event loop, and fails when the test says so. */
	async #commit(): Promise<void> {
		await new Promise(setImmediate);
		if (this.failure !== undefined) {
			this.#watch.touch();
			throw this.failure;
		}
	}
}

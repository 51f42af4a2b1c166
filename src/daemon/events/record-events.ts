import type {DeadletterReason} from '../../outbound/attempts.js';
import type {PeerId} from '../../outbound/names.js';
import type {PeerNo} from '../../outbound/units.js';
import {MAX_EVENT_IDS} from '../../rpc/event-kinds.js';
import type {Clock} from '../../runtime/clock.js';
import type {LmdbStore} from '../../storage/lmdb-store.js';
import type {Move, MovedState} from '../../storage/moves.js';
import type {EventHub} from './event-hub.js';

/** What commits do within this is told together: a busy relay makes ten events a second for each kind of move, not thousands. */
const BATCH_MS = 100;

export type RecordEventsOptions = {
	readonly store: Pick<LmdbStore, 'peers' | 'watchMoves'>;
	readonly hub: EventHub;
	readonly clock: Clock;
};

/** One kind of move, without its count. */
export type MoveKind = {
	readonly from?: MovedState;
	readonly to?: MovedState;
	readonly reason?: DeadletterReason;
};

type Batch = MoveKind & {readonly peer: PeerId; count: number; readonly ids: string[]};

/**
 * Tells how records move. The counts are the store's own and complete, whatever the cause; ids come from who happens to know
 * them. While nobody listens the store is not watched.
 */
export class RecordEvents {
	readonly #options: RecordEventsOptions;
	readonly #names = new Map<PeerNo, PeerId>();
	#batches = new Map<string, Batch>();
	#cancel: (() => void) | undefined;

	constructor(options: RecordEventsOptions) {
		this.#options = options;
		const {store, hub} = options;
		hub.whileListening({
			start: () => store.watchMoves((peer, moves) => this.#add(peer, moves)),
			stop: () => {
				store.watchMoves(undefined);
				this.#forget();
			},
		});
	}

	/** Somebody listens. */
	get isWatching(): boolean {
		return this.#options.hub.isListening;
	}

	/** The ids of records that have just moved, for the batch that is being gathered. `idOf` is called for a few only. */
	noteIds(peer: PeerId | undefined, kind: MoveKind, count: number, idOf: (index: number) => string): void {
		const batch = this.#batches.get(keyOf(peer, kind));
		for (let index = 0; batch !== undefined && index < count; index++) {
			if (batch.ids.length >= MAX_EVENT_IDS) {
				return;
			}
			batch.ids.push(idOf(index));
		}
	}

	#add(no: PeerNo, moves: readonly Move[]): void {
		const peer = this.#nameOf(no);
		for (const {from, to, reason, count} of moves) {
			const kind: MoveKind = {
				...(from !== undefined && {from}),
				...(to !== undefined && {to}),
				...(reason !== undefined && {reason}),
			};
			const key = keyOf(peer, kind);
			const batch = this.#batches.get(key);
			if (batch === undefined) {
				this.#batches.set(key, {...kind, peer, count, ids: []});
			} else {
				batch.count += count;
			}
		}
		this.#cancel ??= this.#options.clock.after(BATCH_MS, () => this.#tell());
	}

	#tell(): void {
		const batches = this.#batches;
		this.#forget();
		for (const {peer, from, to, reason, count, ids} of batches.values()) {
			this.#options.hub.tell({
				kind: 'records',
				peer_id: peer,
				from: from ?? null,
				to: to ?? null,
				...(reason !== undefined && {reason}),
				count,
				segment_ids: ids,
			});
		}
	}

	#forget(): void {
		this.#batches = new Map();
		this.#cancel?.();
		this.#cancel = undefined;
	}

	/** A number belongs to one peer for ever. */
	#nameOf(no: PeerNo): PeerId {
		let name = this.#names.get(no);
		if (name === undefined) {
			name = this.#options.store.peers().find(peer => peer.no === no)?.id ?? (`peer-${no}` as PeerId);
			this.#names.set(no, name);
		}
		return name;
	}
}

const keyOf = (peer: PeerId | undefined, {from, to, reason}: MoveKind): string =>
	`${peer} ${from} ${to} ${reason}`;

import type {BlockNo, PeerNo} from '../outbound/units.js';
import {atomically, put} from './atomically.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import {buryBits, isOpenPart, type OpenPart} from './bury.js';
import {type CounterChanges, deadCounter} from './counters.js';
import {cutBlock} from './cut-block.js';
import {DeadletterSearch, deadBlocks, leasedBlocks, waitingBlocks} from './eviction-order.js';
import {encodeGroup, isHeld} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {storedPayloadBytes} from './kept-entries.js';
import {groupsOf, partsOf} from './record-view.js';
import {hasPayload, isPayloadGone, removePayload} from './release-block.js';

/** What one commit gave up to make room. */
export type Eviction = {
	readonly blocks: number;
	/** Of payload, freed. */
	readonly bytes: number;
	/** Records that are deadletters now, by peer; those that were dead before and lost their payload are not among them. */
	readonly records: ReadonlyMap<PeerNo, number>;
	/** Deadletters that lost their payload. */
	readonly deadletters: number;
};

/** Blocks given up in one commit, so that it stays short. */
const MAX_BLOCKS = 64;
/** More than asked for goes at once, up to a hundredth of the ceiling: else each enqueue at the ceiling would cost a commit more. */
const HEADROOM_SHARE = 0.01;
const MAX_HEADROOM_BYTES = 4 * 1024 * 1024;

/**
 * `overflow = "evict_oldest"`: gives up payloads, block by block, until `wantedBytes` are free. What waits in the lowest class goes
 * first, the oldest block first; then the payloads of what is longest dead; what is being sent only when nothing else is left.
 * Metadata and history stay, as deadletters `EVICTED`. What an operator holds is not touched.
 */
export class Evictor {
	readonly #handles: StoreHandles;
	readonly #search = new DeadletterSearch();

	constructor(handles: StoreHandles) {
		this.#handles = handles;
	}

	/** One commit. `false`: there is nothing that could be given up. */
	async step(wantedBytes: number): Promise<boolean> {
		const handles = this.#handles;
		handles.env.root.resetReadTxn(); // Sees the commits of this turn.
		while (this.#choose(1).length === 0) {
			if (!this.#search.isUnfinished) {
				return false;
			}
			await new Promise(resolve => setImmediate(resolve));
		}
		const headroom = Math.min(handles.settings.diskCeilingBytes * HEADROOM_SHARE, MAX_HEADROOM_BYTES);
		const eviction = await atomically(handles, changes => {
			const step = new EvictionStep(handles, changes);
			for (const {table, isLeased} of this.#choose(Math.max(wantedBytes, headroom))) {
				step.evict(table, isLeased);
			}
			return step.eviction;
		});
		if (eviction.blocks > 0) {
			handles.onEvicted(eviction);
		}
		return eviction.blocks > 0;
	}

	/** All of them before any is changed: lmdb's cursors must not move under our writes. */
	#choose(wantedBytes: number): readonly Victim[] {
		const handles = this.#handles;
		const chosen = new Map<BlockNo, Victim>();
		let bytes = 0;
		const take = (blocks: Iterable<BlockNo>, mayBeLeased: (table: BlockTable) => boolean): void => {
			for (const block of blocks) {
				if (bytes >= wantedBytes || chosen.size >= MAX_BLOCKS) {
					return;
				}
				const table = chosen.has(block) ? undefined : readVictim(handles, block);
				if (table !== undefined && mayBeLeased(table)) {
					chosen.set(block, {table, isLeased: isLeased(handles, table)});
					bytes += storedPayloadBytes(handles, table);
				}
			}
		};
		const isFree = (table: BlockTable) => !isLeased(handles, table);
		take(waitingBlocks(handles), isFree);
		take(deadBlocks(handles, this.#search), isFree);
		if (chosen.size === 0 && !this.#search.isUnfinished) {
			take(leasedBlocks(handles), () => true);
		}
		return [...chosen.values()];
	}
}

type Victim = {readonly table: BlockTable; readonly isLeased: boolean};

/** `undefined` for a block that has nothing to give, or that nobody may take from. */
const readVictim = (handles: StoreHandles, block: BlockNo): BlockTable | undefined => {
	const table = readBlock(handles, block);
	const hasSome = table !== undefined && table.payloadBytes > 0 && hasPayload(handles, block);
	return hasSome && !holdsAny(handles, table) ? table : undefined;
};

const holdsAny = (handles: StoreHandles, table: BlockTable): boolean =>
	table.route.some(peer => groupsOf(handles, peer, table.block).some(({row}) => isHeld(row)));

/** The overlay knows of a lease before its commit and until after its settlement: it errs to the safe side. */
const isLeased = (handles: StoreHandles, table: BlockTable): boolean =>
	table.route.some(peer => {
		const overlay = handles.overlays.get(peer);
		return (
			overlay !== undefined &&
			(overlay.isBlockOut(table.block) ||
				groupsOf(handles, peer, table.block).some(({group}) => overlay.isGroupOut(group)))
		);
	});

/** What is done inside one body. */
class EvictionStep {
	readonly #handles: StoreHandles;
	readonly #changes: CounterChanges;
	readonly #records = new Map<PeerNo, number>();
	#blocks = 0;
	#bytes = 0;
	#deadletters = 0;

	constructor(handles: StoreHandles, changes: CounterChanges) {
		this.#handles = handles;
		this.#changes = changes;
	}

	get eviction(): Eviction {
		return {
			blocks: this.#blocks,
			bytes: this.#bytes,
			records: this.#records,
			deadletters: this.#deadletters,
		};
	}

	evict(table: BlockTable, mayBeLeased: boolean): void {
		for (const peer of table.route) {
			const leased = mayBeLeased ? cutBlock(this.#handles, peer, table.block) : new Map<number, Bits>();
			for (const part of partsOf(this.#handles, table, peer).filter(isOpenPart)) {
				this.#part(table, peer, part, leased.get(part.place === 'group' ? part.group : 0));
			}
		}
		this.#blocks++;
		this.#bytes += storedPayloadBytes(this.#handles, table);
		removePayload(this.#handles, table, this.#changes);
	}

	#part(table: BlockTable, peer: PeerNo, part: OpenPart, leased: Bits | undefined): void {
		if (part.place === 'group' && part.row.state === 'deadletter') {
			this.#takePayload(table, peer, part);
			return;
		}
		const waits = part.place === 'group' && part.row.state === 'failed' ? 'failed' : 'scheduled';
		// Of one block some may wait in another class: what was cut is told for all of them together.
		const sent = leased?.and(part.bits) ?? Bits.empty(table.count);
		for (const [bits, from] of [
			[sent, 'inflight'],
			[part.bits.without(sent), waits],
		] as const) {
			if (!bits.isEmpty()) {
				const burial = {table, peer, part, bits, from, event: 'evict', reason: 'EVICTED'} as const;
				buryBits(this.#handles, burial, this.#changes);
				this.#records.set(peer, (this.#records.get(peer) ?? 0) + bits.count());
			}
		}
	}

	/** Dead it stays, in its place among the dead; only its reason tells from now on that there is nothing to retry. */
	#takePayload(table: BlockTable, peer: PeerNo, {group, row}: Extract<OpenPart, {place: 'group'}>): void {
		if (row.state !== 'deadletter' || isPayloadGone(row)) {
			return;
		}
		const changedAt = this.#handles.clock.now();
		const told = encodeGroup({...row, reason: 'EVICTED', changedAt});
		put(this.#handles.env.groups, [peer, table.block, group], told);
		this.#changes.add(peer, deadCounter(row.reason), -row.bits.count());
		this.#changes.add(peer, deadCounter('EVICTED'), row.bits.count());
		this.#deadletters += row.bits.count();
	}
}

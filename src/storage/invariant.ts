import type {BlockNo, PeerNo} from '../outbound/units.js';
import {acksViolations} from './acks-invariant.js';
import {Bits} from './bits.js';
import type {BlockTable} from './block-table.js';
import {readBlock} from './blocks.js';
import {
	COUNTERS,
	CounterChanges,
	type CounterName,
	counter,
	deadCounter,
	decodeCounters,
	STORE_COUNTERS,
} from './counters.js';
import {decodeGroup, isHeld} from './group-row.js';
import type {StoreHandles} from './handles.js';
import {storedPayloadBytes, thinnedBlocks} from './kept-entries.js';
import type {GroupKey, LeaseKey} from './layout.js';
import {decodeLease} from './lease-row.js';
import {META_COUNTERS} from './meta-keys.js';
import {quotaViolations} from './quota-invariant.js';
import {type PeerPart, partsOf} from './record-view.js';
import {hasPayload, isPayloadNeeded, rememberedIds} from './release-block.js';
import {decodeSpan} from './settled-row.js';
import {thinnedViolations} from './thinned-invariant.js';

/**
 * Everything that the invariant of layout.ts demands and the store does not keep, in words; empty when it holds. Reads every row:
 * for fsck, the model test and debugging. Trusts nothing that is kept in memory.
 */
export const findViolations = (handles: StoreHandles): readonly string[] => new Checker(handles).run();

/** What the counters should say, from every row; but for those that only past events know. Rows that are damaged do not count. */
export const countRecords = (handles: StoreHandles): CounterChanges => new Checker(handles).count();

/** What no row tells. */
export const NEVER_COUNTED_HERE: readonly CounterName[] = [
	'abandoned',
	'ackedExpired',
	'satisfiedExpired',
	'quotaDefers',
	'quotaDrops',
];

class Checker {
	readonly #handles: StoreHandles;
	readonly #found: string[] = [];
	readonly #counts = new CounterChanges();
	/** Bits that some lease overlays, by peer, block and group or, in the queue, class. */
	readonly #leased = new Map<string, Bits>();

	constructor(handles: StoreHandles) {
		this.#handles = handles;
	}

	count(): CounterChanges {
		this.#readLeases();
		this.#blocks();
		return this.#counts;
	}

	run(): readonly string[] {
		this.#readLeases();
		this.#blocks();
		for (const [key] of this.#leased) {
			this.#say(`a lease overlays ${key}, which does not wait`);
		}
		this.#groupKeys();
		this.#strays();
		this.#counters();
		for (const what of quotaViolations(this.#handles)) {
			this.#say(what);
		}
		return this.#found;
	}

	#say(what: string): void {
		this.#found.push(what);
	}

	#blocks(): void {
		for (const {key} of this.#handles.env.blocks.getRange()) {
			const table = readBlock(this.#handles, key as BlockNo);
			if (table === undefined) {
				this.#say(`block ${key as BlockNo}: its table is damaged`);
			} else {
				this.#block(table);
			}
		}
	}

	#readLeases(): void {
		for (const {key, value} of this.#handles.env.leases.getRange()) {
			const [peer] = key as LeaseKey;
			for (const {block, classNo, group, bits} of decodeLease(value).parts) {
				const place = `peer ${peer} block ${block} ${group === undefined ? `class ${classNo}` : `group ${group}`}`;
				const earlier = this.#leased.get(place);
				if (earlier?.intersects(bits)) {
					this.#say(`${place}: leased twice`);
				}
				if (!bits.isEmpty()) {
					this.#leased.set(place, earlier?.or(bits) ?? bits);
				}
			}
		}
	}

	#block(table: BlockTable): void {
		const {block} = table;
		for (const peer of table.route) {
			this.#peer(table, peer);
		}
		for (const what of acksViolations(this.#handles, table)) {
			this.#say(what);
		}
		const needed = isPayloadNeeded(this.#handles, table);
		const stored = hasPayload(this.#handles, block);
		const orphan = table.route.some(peer =>
			partsOf(this.#handles, table, peer).some(
				part => part.place === 'settled' && !part.row.purged.isEmpty(),
			),
		);
		if (needed !== stored && !(stored && orphan)) {
			this.#say(`block ${block}: payload is ${stored ? 'kept for nobody' : 'gone and still needed'}`);
		}
		for (const what of thinnedViolations(this.#handles, table)) {
			this.#say(what);
		}
		this.#counts.add(STORE_COUNTERS, 'blocks', 1);
		this.#counts.add(
			STORE_COUNTERS,
			'liveBytes',
			table.byteLength + (stored ? storedPayloadBytes(this.#handles, table) : 0),
		);
		this.#counts.add(STORE_COUNTERS, 'retainedBytes', stored ? 0 : table.byteLength);
		this.#counts.add(STORE_COUNTERS, 'ids', rememberedIds(this.#handles, table).length);
	}

	#peer(table: BlockTable, peer: PeerNo): void {
		const where = `block ${table.block} peer ${peer}`;
		let seen = Bits.empty(table.count);
		for (const part of partsOf(this.#handles, table, peer)) {
			if (part.bits.size !== table.count) {
				this.#say(`${where}: ${part.place} has ${part.bits.size} bits for ${table.count} entries`);
				return;
			}
			if (part.bits.isEmpty() || seen.intersects(part.bits)) {
				this.#say(`${where}: ${part.place} is empty or overlaps another place`);
			}
			seen = seen.or(part.bits);
			this.#count(table, peer, part);
		}
		const elsewhere = table.elsewhereOf(peer);
		if (seen.intersects(elsewhere)) {
			this.#say(`${where}: has records that are elsewhere`);
		}
		// A proof that expired leaves nothing of the peer's records behind; the block may stay for another peer's.
		if (!seen.or(elsewhere).isFull() && !seen.isEmpty()) {
			this.#say(`${where}: ${seen.count()} of ${table.count - elsewhere.count()} records are somewhere`);
		}
	}

	#count(table: BlockTable, peer: PeerNo, part: PeerPart): void {
		const add = (name: CounterName, bits: Bits) => {
			this.#counts.add(peer, name, bits.count());
		};
		if (part.place === 'settled') {
			add('acked', part.row.acked);
			add('satisfied', part.row.satisfied);
			return;
		}
		if (part.place === 'span') {
			add(part.row.fate, part.bits);
			return;
		}
		if (part.place === 'group' && part.row.state === 'deadletter') {
			add('deadletter', part.bits);
			add(deadCounter(part.row.reason), part.bits);
			return;
		}
		const within = part.place === 'group' ? `group ${part.group}` : `class ${part.classNo}`;
		const place = `peer ${peer} block ${table.block} ${within}`;
		const leased = this.#leased.get(place) ?? Bits.empty(table.count);
		this.#leased.delete(place);
		if (!leased.without(part.bits).isEmpty()) {
			this.#say(`${place}: a lease overlays bits that are not there`);
		}
		add('inflight', leased);
		add(
			part.place === 'group' && part.row.state === 'failed' ? 'failed' : 'scheduled',
			part.bits.without(leased),
		);
		if (part.place === 'group' && isHeld(part.row)) {
			add('held', part.bits);
			if (!leased.isEmpty()) {
				this.#say(`${place}: is held and leased`);
			}
		}
		this.#counts.add(peer, 'waitingBytes', table.sizeOf(part.bits));
	}

	/** `due`, `held` and `deadletters` hold exactly the keys of the groups. */
	#groupKeys(): void {
		const {env} = this.#handles;
		const expected = {due: new Set<string>(), held: new Set<string>(), deadletters: new Set<string>()};
		for (const {key, value} of env.groups.getRange()) {
			const [peer, block, group] = key as GroupKey;
			const row = decodeGroup(value);
			if (row.state === 'deadletter') {
				expected.deadletters.add(JSON.stringify([peer, row.diedAt, block, group]));
			} else if (isHeld(row)) {
				expected.held.add(JSON.stringify([peer, row.classNo, block, group]));
			} else {
				expected.due.add(JSON.stringify([peer, row.classNo, row.dueAt, block, group]));
			}
		}
		for (const name of ['due', 'held', 'deadletters'] as const) {
			for (const {key} of env[name].getRange()) {
				if (!expected[name].delete(JSON.stringify(key))) {
					this.#say(`${name} has ${JSON.stringify(key)}, which is no such group`);
				}
			}
			for (const key of expected[name]) {
				this.#say(`${name} lacks ${key}`);
			}
		}
	}

	/** Rows of a block that is gone. */
	#strays(): void {
		const {env} = this.#handles;
		for (const block of thinnedBlocks(env)) {
			if (!env.blocks.doesExist(block)) {
				this.#say(`a note of what is left of block ${block}, which is gone`);
			}
		}
		const blockAt = {payloads: 0, acks: 0, queue: 2, held: 2, groups: 1, settled: 1} as const;
		for (const [name, at] of Object.entries(blockAt)) {
			for (const {key} of env[name as keyof typeof blockAt].getRange()) {
				const block = (Array.isArray(key) ? key[at] : key) as number;
				if (!env.blocks.doesExist(block)) {
					this.#say(`${name} has a row of block ${block}, which is gone`);
				}
			}
		}
		for (const {key, value} of env.spans.getRange()) {
			const [peer, first] = key as [PeerNo, BlockNo];
			for (const offset of decodeSpan(value).blocks) {
				if (!env.blocks.doesExist(first + offset)) {
					this.#say(`a span of peer ${peer} proves block ${first + offset}, which is gone`);
				}
			}
		}
	}

	#counters(): void {
		const {env, peers} = this.#handles;
		for (const no of [STORE_COUNTERS, ...peers.all.map(peer => peer.no)]) {
			const stored = decodeCounters(env.meta.get([META_COUNTERS, no]));
			for (const name of COUNTERS.filter(other => !NEVER_COUNTED_HERE.includes(other))) {
				const expired =
					name === 'acked'
						? counter(stored, 'ackedExpired')
						: name === 'satisfied'
							? counter(stored, 'satisfiedExpired')
							: 0;
				const counted = counter(this.#counts.rows.get(no), name) + expired;
				if (counter(stored, name) !== counted) {
					this.#say(`counter ${name} of peer ${no} is ${counter(stored, name)}, there are ${counted}`);
				}
				const known = counter(this.#handles.counters.get(no), name);
				if (known !== counter(stored, name)) {
					this.#say(`counter ${name} of peer ${no} is ${known} in memory, ${counter(stored, name)} on disk`);
				}
			}
		}
	}
}

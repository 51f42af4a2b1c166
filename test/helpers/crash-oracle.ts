import type {SuccessCondition} from '../../src/config/relay.js';
import type {PeerId, SegmentId} from '../../src/outbound/names.js';
import type {LmdbStore} from '../../src/storage/lmdb-store.js';
import {peersNeeded} from '../../src/storage/success-condition.js';
import {crashPayload} from './crash-payload.js';

/** What a record may be after a crash, from what was tried and what was acknowledged before it. */
type Expectation = {
	readonly number: number;
	/** Of the segment. */
	readonly route: readonly string[];
	readonly tried: Set<string>;
	readonly done: Set<string>;
};

/** Holds a store to what a killed process said of it; see crash-child.ts. */
export class CrashOracle {
	readonly #records = new Map<string, Expectation>();
	readonly #room: 'ample' | 'short';
	/** Bytes that left, by peer. */
	readonly #sent = new Map<string, number>();
	/** Segments whose enqueue was acknowledged. */
	acknowledged = 0;
	#latest: ReadonlySet<string> = new Set();
	readonly #condition: SuccessCondition;

	/** `short`: what waits may be found evicted, what is acknowledged forgotten before its time. */
	constructor(condition: SuccessCondition = 'all_peers', room: 'ample' | 'short' = 'ample') {
		this.#condition = condition;
		this.#room = room;
	}

	/** Takes the output of one life in; a last line that was cut by the kill does not count. */
	hear(output: string): void {
		const latest = new Set<string>();
		this.#latest = latest;
		const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n');
		for (const line of lines) {
			const [, verb, ...words] = line.split(' ');
			if (verb === 'enqueue') {
				const [id = '', number = '0', peers = ''] = words;
				this.acknowledged++;
				const route = peers.split(',');
				for (const peer of route) {
					const made = {number: Number(number), route, tried: new Set<string>(), done: new Set<string>()};
					this.#records.set(`${id} ${peer}`, made);
					latest.add(`${id} ${peer}`);
				}
			}
		}
		// In a second pass: another caller may work on a segment before its enqueue is acknowledged to the first.
		for (const line of lines) {
			const [what, verb = '', peer = '', ...ids] = line.split(' ');
			if (verb === 'wire') {
				this.#sent.set(peer, (this.#sent.get(peer) ?? 0) + Number(ids[0]));
			} else if (verb !== 'enqueue' && verb !== 'open') {
				for (const id of ids) {
					const record = this.#records.get(`${id} ${peer}`);
					(what === 'did' ? record?.done : record?.tried)?.add(verb);
				}
			}
		}
	}

	/** What `store` does not hold as it was acknowledged, in words: of the latest life, or of all. */
	complaints(store: LmdbStore, which: 'latest' | 'all'): readonly string[] {
		const found: string[] = [];
		for (const [key, expectation] of this.#records) {
			const [id, peer] = key.split(' ') as [SegmentId, PeerId];
			const isWanted = which === 'all' || this.#latest.has(key);
			const why = isWanted
				? (complaint(store, id, peer, {...expectation, room: this.#room}) ??
					this.#successComplaint(store, id, peer, expectation))
				: undefined;
			if (why !== undefined) {
				found.push(`${key}: ${why} (tried ${[...expectation.tried]}, done ${[...expectation.done]})`);
			}
		}
		return found;
	}

	/** Peers to whom more has left in the last day than the store counts, in words. */
	uncounted(store: LmdbStore): readonly string[] {
		const peers = [...this.#sent].filter(([peer, sent]) => store.quota.use(peer as PeerId).usedBytes < sent);
		const total = [...this.#sent.values()].reduce((sum, sent) => sum + sent, 0);
		const known = store.quota.use().usedBytes;
		return [
			...peers.map(([peer, sent]) => `${sent} bytes left for ${peer}, fewer are counted`),
			...(known < total ? [`${total} bytes left, ${known} are counted`] : []),
		];
	}

	/** Enough other peers, and only those, are a reason not to deliver. */
	#successComplaint(
		store: LmdbStore,
		id: SegmentId,
		peer: PeerId,
		{route, tried}: Expectation,
	): string | undefined {
		const [record] = store.inspect(id, peer);
		const needed = peersNeeded(this.#condition, route.length) ?? Number.POSITIVE_INFINITY;
		const others = route.filter(other => other !== peer);
		if (record?.state === 'satisfied') {
			const mayHave = others.filter(other => this.#records.get(`${id} ${other}`)?.tried.has('ack'));
			return mayHave.length >= needed ? undefined : `is satisfied though only ${mayHave} may have it`;
		}
		const waits = record?.state === 'scheduled' || record?.state === 'failed';
		const have = others.filter(other => store.inspect(id, other as PeerId)[0]?.state === 'acked');
		return waits && have.length >= needed && !tried.has('retry') ? `waits though ${have} have it` : undefined;
	}
}

const complaint = (
	store: LmdbStore,
	id: SegmentId,
	peer: PeerId,
	{number, tried, done, room}: Expectation & {readonly room: 'ample' | 'short'},
): string | undefined => {
	const [record] = store.inspect(id, peer);
	if (record === undefined) {
		const isForgotten = room === 'short' && tried.has('ack');
		return tried.has('purge') || isForgotten ? undefined : 'was acknowledged and is gone';
	}
	if (done.has('purge')) {
		return `is ${record.state} though it was purged`;
	}
	if (room === 'short' && record.reason === 'EVICTED') {
		return hasPayload(store, id) ? 'is EVICTED and still has its payload' : undefined;
	}
	// One that was cut from its lease and acknowledged late stays as the operator left it.
	const isCut = tried.has('force');
	if (record.state === 'satisfied') {
		return done.has('force') && !tried.has('retry') ? 'is satisfied though it was forced' : undefined;
	}
	if (done.has('ack') && record.state !== 'acked' && !isCut) {
		return `is ${record.state} though its acknowledgement was stored`;
	}
	if (record.state === 'acked') {
		return tried.has('ack') ? undefined : 'is acked though nobody acknowledged it';
	}
	if (record.state === 'inflight') {
		return 'is inflight after a restart';
	}
	if (done.has('force') && !tried.has('retry') && record.state !== 'deadletter') {
		return `is ${record.state} though it was forced`;
	}
	const payload = store.payload(id)?.bytes;
	return payload !== undefined && crashPayload(number).equals(payload) ? undefined : 'has lost its payload';
};

const hasPayload = (store: LmdbStore, id: SegmentId): boolean => {
	try {
		return store.payload(id) !== undefined;
	} catch (error) {
		if ((error as {code?: string}).code === 'SEGMENT_MISSING') {
			return false;
		}
		throw error;
	}
};

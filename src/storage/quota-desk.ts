import {EdgedError} from '../outbound/errors.js';
import type {PeerId} from '../outbound/names.js';
import type {ClassNo} from '../outbound/priorities.js';
import type {PeerNo} from '../outbound/units.js';
import {atomically} from './atomically.js';
import {type CounterRow, counter} from './counters.js';
import type {StoreHandles} from './handles.js';
import type {OpenLease} from './open-lease.js';
import type {QuotaLimits, QuotaUse, QuotaWait, StoreQuota} from './quota.js';
import {bucketAt} from './quota-buckets.js';
import {charge, WIDEST} from './quota-charge.js';
import {TOTAL, writeSpent} from './quota-rows.js';
import type {Lease} from './store.js';

/** Booked ahead for what belongs to no lease, so that a link that is probed for days costs a write every five minutes. */
const AHEAD_BYTES = 16 * 1024;

/** A probe comes to less, with a handshake. */
const PROBE_BYTES = 8192;

type Ahead = {bucket: number; bytes: number};

/** `StoreQuota` on the book and the rows. */
export class QuotaDesk implements StoreQuota {
	readonly #handles: StoreHandles;
	readonly #ahead = new Map<PeerNo, Ahead>();

	constructor(handles: StoreHandles) {
		this.#handles = handles;
	}

	limit(limits: QuotaLimits): void {
		this.#handles.quota.limits = limits;
	}

	use(peer?: PeerId): QuotaUse {
		const {quota, counters, peers} = this.#handles;
		const no = peer === undefined ? TOTAL : peers.find(peer);
		if (no === undefined) {
			return NOTHING_USED;
		}
		const rows: readonly (readonly [PeerNo, CounterRow])[] =
			no === TOTAL ? [...counters] : [[no, counters.get(no) ?? new Float64Array()]];
		const sum = (figure: (no: PeerNo, row: CounterRow) => number) =>
			rows.reduce((all, [each, row]) => all + figure(each, row), 0);
		return {
			usedBytes: quota.used(no),
			deferCount: sum((each, row) => counter(row, 'quotaDefers') + quota.newDefers(each)),
			dropCount: sum((_, row) => counter(row, 'quotaDrops')),
			...quota.outlook(no),
		};
	}

	waitOf(peer: PeerNo): QuotaWait | undefined {
		return this.#handles.quota.waitOf(peer);
	}

	isHeldUp(peer: PeerNo): boolean {
		return this.#handles.quota.isHeldUp(peer);
	}

	drops(peer: PeerNo): number {
		return counter(this.#handles.counters.get(peer), 'quotaDrops');
	}

	spentForMs(peer: PeerNo): number | undefined {
		const {quota} = this.#handles;
		if (!quota.isLimited(peer)) {
			return undefined;
		}
		return quota.lacks(peer, Math.min(PROBE_BYTES, quota.room(peer, 0).ever / 8));
	}

	refusal(peers: readonly PeerNo[], classNo: ClassNo, bytes: number): string | undefined {
		const {quota, peers: registry} = this.#handles;
		const measures = {payloadBytes: bytes, entries: 1, metadataBytes: 0};
		const needed = WIDEST.perLease + charge(measures, WIDEST);
		for (const peer of quota.isAnySet ? peers : []) {
			const {ever} = quota.room(peer, classNo);
			if (needed > ever) {
				return `with what goes around it the segment takes ${needed} bytes of the daily quota of ${registry.id(peer)}, which has ${ever}${quota.limits.reservePercent > 0 ? ' for its priority' : ''}: it could never be sent; make it smaller, or raise the quota (edgectl relay config set-bandwidth --daily-quota-bytes)`;
			}
		}
		return undefined;
	}

	async chargeMore(lease: Lease, bytes: number): Promise<boolean> {
		const {quota} = this.#handles;
		const {peer, leaseNo, classNo} = lease as OpenLease;
		const spent = await atomically(this.#handles, () => {
			const isOpen = this.#handles.env.leases.doesExist([peer, leaseNo]);
			return isOpen && bytes <= quota.room(peer, classNo).now
				? writeSpent(this.#handles, peer, bytes)
				: undefined;
		});
		if (spent !== undefined) {
			quota.spent(spent);
			quota.addExtra(leaseNo, bytes);
		}
		return spent !== undefined;
	}

	async note(peer: PeerNo, bytes: number): Promise<void> {
		const bucket = bucketAt(this.#handles.age.now());
		const ahead = this.#ahead.get(peer);
		if (ahead !== undefined && ahead.bucket === bucket && ahead.bytes >= bytes) {
			ahead.bytes -= bytes;
			return;
		}
		const spent = await atomically(this.#handles, () => writeSpent(this.#handles, peer, bytes + AHEAD_BYTES));
		this.#handles.quota.spent(spent);
		this.#ahead.set(peer, {bucket: spent.bucket, bytes: AHEAD_BYTES});
	}
}

const NOTHING_USED: QuotaUse = {
	usedBytes: 0,
	deferCount: 0,
	dropCount: 0,
	exhaustedAt: undefined,
	returnsAt: undefined,
};

/** Throws `TOO_LARGE` for a draft that a daily quota can never let through. */
export const checkQuota = (
	handles: StoreHandles,
	{route, classNo, payload}: {route: {peers: readonly PeerNo[]}; classNo: ClassNo; payload: Uint8Array},
): void => {
	if (handles.quota.isAnySet) {
		const refusal = new QuotaDesk(handles).refusal(route.peers, classNo, payload.length);
		if (refusal !== undefined) {
			throw new EdgedError('TOO_LARGE', refusal);
		}
	}
};
